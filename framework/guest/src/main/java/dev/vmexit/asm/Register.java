package dev.vmexit.asm;

/// The general registers, by size. `number` is what goes into a ModRM byte; bit 3 goes into REX.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, section 3.1.1.1, table 3-1 "Register Codes"
public enum Register {
    AL(8, 0),
    CL(8, 1),
    DL(8, 2),
    BL(8, 3),
    AH(8, 4),
    CH(8, 5),
    DH(8, 6),
    BH(8, 7), //
    AX(16, 0),
    CX(16, 1),
    DX(16, 2),
    BX(16, 3),
    SP(16, 4),
    BP(16, 5),
    SI(16, 6),
    DI(16, 7), //
    EAX(32, 0),
    ECX(32, 1),
    EDX(32, 2),
    EBX(32, 3), //
    ESP(32, 4),
    EBP(32, 5),
    ESI(32, 6),
    EDI(32, 7), //
    RAX(64, 0),
    RCX(64, 1),
    RDX(64, 2),
    RBX(64, 3), //
    RSP(64, 4),
    RBP(64, 5),
    RSI(64, 6),
    RDI(64, 7), //
    R8(64, 8),
    R9(64, 9),
    R10(64, 10),
    R11(64, 11), //
    R12(64, 12),
    R13(64, 13),
    R14(64, 14),
    R15(64, 15);

    private final int bits;
    private final int number;

    Register(int bits, int number) {
        this.bits = bits;
        this.number = number;
    }

    public int bits() {
        return bits;
    }

    int number() {
        return number;
    }

    /// {@return whether this is AL, AX, EAX or RAX}
    boolean isAccumulator() {
        return this == AL || this == AX || this == EAX || this == RAX;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
