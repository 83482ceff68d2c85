package dev.vmexit.asm;

/// Instructions without operands.
public enum Simple {
    NOP(0, 0x90),
    HLT(0, 0xF4),
    CLI(0, 0xFA),
    STI(0, 0xFB),
    CLD(0, 0xFC),
    RET(0, 0xC3),
    INT3(0, 0xCC), //
    LODSB(0, 0xAC),
    STOSB(0, 0xAA),

    IRETQ(64, 0xCF),
    UD2(0, 0x0F0B), //
    RDMSR(0, 0x0F32),
    WRMSR(0, 0x0F30),
    RDTSC(0, 0x0F31),
    CPUID(0, 0x0FA2), //
    WBINVD(0, 0x0F09);

    private final int bits;
    private final int opcode;

    Simple(int bits, int opcode) {
        this.bits = bits;
        this.opcode = opcode;
    }

    int bits() {
        return bits;
    }

    int opcode() {
        return opcode;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
