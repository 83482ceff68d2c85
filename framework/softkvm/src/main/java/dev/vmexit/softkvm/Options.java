package dev.vmexit.softkvm;

/// How Soft KVM runs.
///
/// @param translate hot code is compiled to bytecode; without it the interpreter does everything
/// @param deterministic time is counted in instructions and random numbers come from `seed`, so
/// that
///        two runs of one guest are the same run
public record Options(boolean translate, boolean deterministic, long seed) {
    public static final Options DEFAULT = new Options(true, false, 0);

    public Options withoutTranslation() {
        return new Options(false, deterministic, seed);
    }

    public Options withDeterminism(long newSeed) {
        return new Options(translate, true, newSeed);
    }
}
