package dev.vmexit.softkvm;

import dev.vmexit.softkvm.irqchip.MachineClock;

/// A VM's time: the host's, or instructions executed.
///
/// The TSC runs at 1 GHz, so it counts nanoseconds. In the deterministic mode an instruction takes
/// one nanosecond, and waiting takes none: a halted CPU's time jumps to the next timer.
final class VmClock implements MachineClock {
    private static final long TSC_KHZ = 1_000_000;
    private static final long SECOND = 1_000 * TSC_KHZ;

    private final boolean deterministic;
    private final long start = System.nanoTime();
    /// Deterministic: instructions of the boot CPU, and what was skipped while it waited.
    private volatile long counted;
    private volatile long adjustment;
    /// What the host made the last TSC run ahead of ours by; a new one runs ahead by nothing.
    private long lastTscOffset;

    VmClock(boolean deterministic) {
        this.deterministic = deterministic;
    }

    boolean isDeterministic() {
        return deterministic;
    }

    @Override
    public long nanos() {
        return deterministic ? counted : System.nanoTime() - start;
    }

    @Override
    public long tsc() {
        return nanos();
    }

    @Override
    public long tscKhz() {
        return TSC_KHZ;
    }

    /// Tells that instructions were executed: only the deterministic mode listens.
    void executed(long instructions) {
        if (deterministic) {
            counted += instructions;
        }
    }

    /// Deterministic: nobody has anything to do before this time.
    void skipTo(long nanos) {
        counted = Math.max(counted, nanos);
    }

    /// {@return by how much a vCPU's TSC runs ahead of ours, when the host sets it to this value}
    ///
    /// Who restores a machine sets the TSCs one after the other, and means them to be equal: what
    /// lies within a second of the last one that was set is that one.
    // tag::offset-for[]
    synchronized long tscOffsetFor(long value) {
        long offset = value - tsc();
        if (Math.abs(offset - lastTscOffset) > SECOND) {
            lastTscOffset = offset;
        }
        return lastTscOffset;
    }
    // end::offset-for[]

    /// `KVM_SET_CLOCK`: what kvmclock shows from now on.
    void kvmClock(long nanos) {
        adjustment = nanos - nanos();
    }

    long kvmClock() {
        return nanos() + adjustment;
    }

    long kvmClockAdjustment() {
        return adjustment;
    }
}
