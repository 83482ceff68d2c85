package dev.vmexit.asm;

/// How the CPU will read the bytes: the default sizes of operands and addresses.
public enum Mode {
    BITS16(16, 16), BITS32(32, 32), BITS64(32, 64);

    private final int operandBits;
    private final int addressBits;

    Mode(int operandBits, int addressBits) {
        this.operandBits = operandBits;
        this.addressBits = addressBits;
    }

    int operandBits() {
        return operandBits;
    }

    int addressBits() {
        return addressBits;
    }
}
