package dev.vmexit.softkvm;

/// How Soft KVM runs.
///
/// @param translate hot code is compiled to bytecode; without it the interpreter does everything
/// @param hotAfter how often a block is interpreted before it is translated
/// @param atOnce translation happens in the vCPU's own thread, so that tests meet it for certain
/// @param deterministic time is counted in instructions and random numbers come from `seed`: two
///        runs of one guest are the same run
public record Options(boolean translate, int hotAfter, boolean atOnce, boolean deterministic,
        long seed) {
    /// HotSpot's first compiler takes two milliseconds for a region of some twenty instructions, in
    /// which the interpreter executes each of them a thousand times or more: what runs less often
    /// is not worth it. A disk's driver runs once for a request, and should not wait for many.
    private static final int HOT_AFTER = 3_000;

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
