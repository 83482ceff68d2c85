package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.cpu.Cpu;

/// Blocks compiled to JVM bytecode. A subclass is generated for each region.
public abstract class Translation {
    /// Of the page, as [CodePage#lines] has them: those with the region's bytes.
    long lines;
    /// Some of its code has been overwritten. Who runs it now may end what it is at, and no more.
    public volatile boolean stale;

    /// Runs from the region's entry until control leaves it or the budget is gone. `c.rip` and the
    /// registers are then exact, also when an exception comes out. With a budget below 0 it does
    /// nothing at all.
    public abstract void run(Cpu c);
}
