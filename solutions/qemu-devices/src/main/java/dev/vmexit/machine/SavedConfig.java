package dev.vmexit.machine;

import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;

/// How large a saved machine is. Zeros are nobody's size: they take what is in the file.
final class SavedConfig implements Saved {
    static final String NAME = "machine";

    long memoryBytes;
    int cpus;

    @Override
    public void save(StateOut out) {
        out.i64(memoryBytes).i32(cpus);
    }

    @Override
    public void restore(StateIn in) {
        long savedBytes = in.i64();
        int savedCpus = in.i32();
        if (cpus != 0 && (savedBytes != memoryBytes || savedCpus != cpus)) {
            throw in.wrong("it had %d bytes of memory and %d CPUs, and this machine has %d and %d"
                    .formatted(savedBytes, savedCpus, memoryBytes, cpus));
        }
        memoryBytes = savedBytes;
        cpus = savedCpus;
    }
}
