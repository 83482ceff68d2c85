package dev.vmexit.tinykernel;

import dev.vmexit.asm.Assembler;

/// Channel 0 of the 8254 timer, as code of the guest.
///
/// @spec https://www.scs.stanford.edu/10wi-cs140/pintos/specs/8254.pdf Intel 8254 data sheet, "Programming the 8254"
final class Pit {
    private static final int CHANNEL_0 = 0x40;
    private static final int CONTROL = 0x43;
    /// Channel 0, both bytes of the divisor, mode 2: one pulse each time the counter runs out.
    private static final int RATE_GENERATOR = 0x34;
    private static final int INPUT_HZ = 1_193_182;
    private static final int TICKS_PER_SECOND = 100;

    private Pit() {}

    // tag::start[]
    static void start(Assembler a) {
        int divisor = INPUT_HZ / TICKS_PER_SECOND;
        Pic.out(a, CONTROL, RATE_GENERATOR);
        Pic.out(a, CHANNEL_0, divisor & 0xFF);
        Pic.out(a, CHANNEL_0, divisor >>> 8);
    }
    // end::start[]
}
