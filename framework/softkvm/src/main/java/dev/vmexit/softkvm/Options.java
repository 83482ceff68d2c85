package dev.vmexit.softkvm;

/// How Soft KVM runs.
///
/// @param translate hot code is compiled to bytecode; without it the interpreter does everything
/// @param hotAfter how often a block is interpreted before it is translated, at most
/// @param atOnce translation happens in the vCPU's own thread, so that tests meet it for certain
/// @param deterministic time is counted in instructions and random numbers come from `seed`: two
///        runs of one guest are the same run
public record Options(boolean translate, int hotAfter, boolean atOnce, boolean deterministic,
        long seed) {
    /// Less often where HotSpot has time; see [Pace].
    private static final int HOT_AFTER = 12_000;

    public static final Options DEFAULT = new Options(true, HOT_AFTER, false, false, 0);

    public Options withoutTranslation() {
        return new Options(false, hotAfter, atOnce, deterministic, seed);
    }

    /// Translates what has run `times` times, at once.
    public Options withEagerTranslation(int times) {
        return new Options(true, times, true, deterministic, seed);
    }

    public Options withDeterminism(long newSeed) {
        return new Options(translate, hotAfter, atOnce, true, newSeed);
    }
}
