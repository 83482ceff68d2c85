package dev.vmexit.softkvm.packed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.function.LongBinaryOperator;

/// What an instruction computes, said once on arrays of elements for one long (MMX) and for two
/// (SSE), and tried on [Operands#ALL].
///
/// @param fromBits the width of the operands' elements
/// @param signed whether they arrive sign-extended
/// @param toBits the width of the result's elements
record Expectation(int fromBits, boolean signed, int toBits, Reference reference) {
    /// Element 0 of an array is the lowest.
    interface Reference {
        long[] apply(long[] a, long[] b, int imm8);
    }

    static Expectation unsigned(int bits, Reference reference) {
        return new Expectation(bits, false, bits, reference);
    }

    static Expectation signed(int bits, Reference reference) {
        return new Expectation(bits, true, bits, reference);
    }

    static Expectation eachUnsigned(int bits, LongBinaryOperator element) {
        return unsigned(bits, (a, b, imm8) -> each(a, b, element));
    }

    static Expectation eachSigned(int bits, LongBinaryOperator element) {
        return signed(bits, (a, b, imm8) -> each(a, b, element));
    }

    private static long[] each(long[] a, long[] b, LongBinaryOperator element) {
        long[] result = new long[a.length];
        for (int i = 0; i < a.length; i++) {
            result[i] = element.applyAsLong(a[i], b[i]);
        }
        return result;
    }

    Expectation into(int bits) {
        return new Expectation(fromBits, signed, bits, reference);
    }

    void lane(Lane actual) {
        laneImmediate((a, b, imm8) -> actual.apply(a, b));
    }

    void laneImmediate(LaneImmediate actual) {
        for (Operands both : Operands.ALL) {
            for (int i = 0; i < 2; i++) {
                Operands x = both.half(i);
                long result = actual.apply(x.a()[0], x.b()[0], x.imm8());
                compare(x, new long[]{result});
            }
        }
    }

    void wide(Wide actual) {
        wideImmediate((d, bLo, bHi, imm8) -> actual.apply(d, bLo, bHi));
    }

    void wideImmediate(WideImmediate actual) {
        for (Operands x : Operands.ALL) {
            long[] d = x.a().clone();
            actual.apply(d, x.b()[0], x.b()[1], x.imm8());
            compare(x, d);
        }
    }

    private void compare(Operands x, long[] actual) {
        long[] a = split(x.a(), fromBits, signed);
        long[] b = split(x.b(), fromBits, signed);
        long[] expected = join(reference.apply(a, b, x.imm8()), toBits);
        assertThat(actual).as(x::toString).isEqualTo(expected);
    }

    static long[] split(long[] register, int bits, boolean signed) {
        long[] elements = new long[register.length * Long.SIZE / bits];
        for (int i = 0; i < elements.length; i++) {
            long atTop = register[i * bits / Long.SIZE] << Long.SIZE - bits - i * bits % Long.SIZE;
            elements[i] = signed ? atTop >> Long.SIZE - bits : atTop >>> Long.SIZE - bits;
        }
        return elements;
    }

    static long[] join(long[] elements, int bits) {
        long[] register = new long[elements.length * bits / Long.SIZE];
        for (int i = 0; i < elements.length; i++) {
            long value = bits == Long.SIZE ? elements[i] : elements[i] & (1L << bits) - 1;
            register[i * bits / Long.SIZE] |= value << i * bits % Long.SIZE;
        }
        return register;
    }

    /// {@return the register as a manual prints it, the highest byte first}
    static String hex(long... register) {
        var text = new StringBuilder();
        for (long half : register) {
            text.insert(0, HexFormat.of().toHexDigits(half));
        }
        return text.toString();
    }
}
