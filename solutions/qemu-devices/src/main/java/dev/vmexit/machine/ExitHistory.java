package dev.vmexit.machine;

import dev.vmexit.kvm.VmExit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The last exits of one CPU, kept for the day it dies. Used by that CPU's thread.
final class ExitHistory implements Consumer<VmExit> {
    private static final int KEPT = 16;

    private final VmExit[] ring = new VmExit[KEPT];
    private long count;

    @Override
    public void accept(VmExit exit) {
        ring[(int) (count++ % KEPT)] = exit;
    }

    long count() {
        return count;
    }

    /// {@return up to sixteen exits, the oldest first}
    List<VmExit> last() {
        var exits = new ArrayList<VmExit>();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            exits.add(ring[(int) (i % KEPT)]);
        }
        return exits;
    }
}
