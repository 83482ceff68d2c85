package dev.vmexit.asm;

/// A memory operand: `[base + displacement]`, `[displacement]` or `[label]`.
///
/// There are no index registers and no SIB scale: no guest here needs them.
///
/// @param base null when the address is a number or a label
/// @param label null when the address is a number or a register
public record Memory(Register base, long displacement, Label label) {
    public static Memory at(Register base) {
        return new Memory(base, 0, null);
    }

    public static Memory at(Register base, int displacement) {
        return new Memory(base, displacement, null);
    }

    public static Memory at(long address) {
        return new Memory(null, address, null);
    }

    public static Memory at(Label label) {
        return new Memory(null, 0, label);
    }

    @Override
    public String toString() {
        if (label != null) {
            return "[" + label + "]";
        } else if (base == null) {
            return "[" + Number.text(displacement) + "]";
        } else if (displacement == 0) {
            return "[" + base + "]";
        }
        String sign = displacement < 0 ? " - " : " + ";
        return "[" + base + sign + Number.text(Math.abs(displacement)) + "]";
    }

    /// How numbers look in listings: one digit in decimal, more in hexadecimal.
    static final class Number {
        private Number() {}

        static String text(long value) {
            return value >= -9 && value <= 9
                    ? Long.toString(value)
                    : value < 0
                            ? "-0x" + Long.toHexString(-value)
                            : "0x" + Long.toHexString(value);
        }
    }
}
