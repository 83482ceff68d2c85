package dev.vmexit.state;

/// A part of a machine that can be put into a file and taken out again.
///
/// Nothing of the machine runs meanwhile. What is restored may come from anybody: values are
/// checked where they matter, and a [StateFailure] leaves a machine that is thrown away.
public interface Saved {
    /// {@return the version of what [#save] writes} It grows when that changes; [#restore] goes on
    /// to understand what is older.
    default int stateVersion() {
        return 1;
    }

    void save(StateOut out);

    /// @throws StateFailure if that is no state of this part
    void restore(StateIn in);
}
