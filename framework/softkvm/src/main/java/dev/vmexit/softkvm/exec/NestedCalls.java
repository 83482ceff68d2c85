package dev.vmexit.softkvm.exec;

import dev.vmexit.softkvm.cpu.Calls;
import dev.vmexit.softkvm.cpu.Cpu;

/// Calls from one region to another, one inside the other on Java's own stack: the way back to the
/// caller is a return of the host's CPU, which foresees it, and not a search for the block there.
///
/// ```
///  guest   f: … call g ──► g: … ret ──► f: …
///  Java    region f ──► call ──► region g, and what that leads to, until RIP is behind the call
/// ```
///
/// Nobody has to return. A guest may change stacks, or take an address off one: then the loop here
/// goes on with whatever comes, as the main loop would, and ends with the budget. And whatever it
/// does, if RIP is behind the call, the code of the caller is the right one to go on with, unless
/// that address means something else by now.
final class NestedCalls implements Calls {
    /// A fault or an exit has to leave all of them.
    private static final int DEEPEST = 32;

    private final Cpu c;
    private final CodeCache cache;
    private int depth;

    NestedCalls(Cpu c, CodeCache cache) {
        this.c = c;
        this.cache = cache;
    }

    /// Whatever was called before has been left.
    void begin() {
        depth = 0;
    }

    // tag::call[]
    @Override
    public boolean call(long back) {
        if (c.budget < 0 || depth == DEEPEST) {
            return false;
        }
        long view = c.code.view();
        int ring = c.cpl;
        depth++;
        do {
            Translation region = cache.find().translation;
            if (region == null) {
                return end(false);
            }
            region.run(c);
            c.blockBroken = false;
            if (c.budget < 0) {
                return end(false);
            }
        } while (c.rip != back);
        return end(c.code.view() == view && c.cpl == ring && c.codeSize == 8);
    }
    // end::call[]

    private boolean end(boolean asBefore) {
        depth--;
        return asBefore;
    }
}
