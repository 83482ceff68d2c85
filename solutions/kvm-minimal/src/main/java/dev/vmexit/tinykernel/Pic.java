package dev.vmexit.tinykernel;

import static dev.vmexit.asm.Register.AL;

import dev.vmexit.asm.Assembler;

/// The two 8259A interrupt controllers, as code of the guest.
///
/// After power-on they deliver IRQ 0 as vector 8, which the CPU uses for double faults; so the
/// first thing a kernel does is to give them other vectors.
///
/// @spec https://pdos.csail.mit.edu/6.828/2018/readings/hardware/8259A.pdf Intel 8259A data sheet, "Initialization Command Words"
final class Pic {
    static final int COMMAND = 0x20;
    static final int MASK = 0x21;
    static final int SECOND_COMMAND = 0xA0;
    static final int SECOND_MASK = 0xA1;

    /// A 1 bit switches an input off.
    static final int ALL = 0xFF;
    static final int ALL_BUT_TIMER = ~1 & 0xFF;

    private static final int ICW1_INIT_WITH_ICW4 = 0x11;
    private static final int ICW4_8086 = 1;
    /// Input 2 of the first controller is the second one's output.
    private static final int CASCADE = 2;

    private Pic() {}

    /// Inputs 0 … 7 become vectors `first` …, inputs 8 … 15 the eight after; all are masked.
    // tag::remap[]
    static void remap(Assembler a, int first) {
        out(a, COMMAND, ICW1_INIT_WITH_ICW4);
        out(a, SECOND_COMMAND, ICW1_INIT_WITH_ICW4);
        out(a, MASK, first);
        out(a, SECOND_MASK, first + 8);
        out(a, MASK, 1 << CASCADE);
        out(a, SECOND_MASK, CASCADE);
        out(a, MASK, ICW4_8086);
        out(a, SECOND_MASK, ICW4_8086);
        out(a, SECOND_MASK, ALL);
        mask(a, ALL);
    }
    // end::remap[]

    static void mask(Assembler a, int bits) {
        out(a, MASK, bits);
    }

    static void out(Assembler a, int port, int value) {
        a.mov(AL, value);
        a.out(port, AL);
    }
}
