package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;
import static dev.vmexit.softkvm.packed.Elements.select;

/// Sums, differences, averages and signs of elements; all are [Lane]s.
///
/// | in the name | on overflow |
/// |---|---|
/// | nothing | wraps around |
/// | `s` | stays at the least or greatest signed value |
/// | `us` | stays at zero or the greatest unsigned value |
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PADDB, PADDSB, PADDUSB, PSUBB, PSUBSB, PSUBUSB, PAVGB, PSIGNB, PABSB and their wider forms
public final class AddSubtract {
    private AddSubtract() {}

    public static long paddb(long a, long b) {
        return BYTES.add(a, b);
    }

    public static long paddw(long a, long b) {
        return WORDS.add(a, b);
    }

    public static long paddd(long a, long b) {
        return DWORDS.add(a, b);
    }

    public static long paddq(long a, long b) {
        return a + b;
    }

    public static long psubb(long a, long b) {
        return BYTES.subtract(a, b);
    }

    public static long psubw(long a, long b) {
        return WORDS.subtract(a, b);
    }

    public static long psubd(long a, long b) {
        return DWORDS.subtract(a, b);
    }

    public static long psubq(long a, long b) {
        return a - b;
    }

    public static long paddsb(long a, long b) {
        return addSigned(BYTES, a, b);
    }

    public static long paddsw(long a, long b) {
        return addSigned(WORDS, a, b);
    }

    public static long psubsb(long a, long b) {
        return subtractSigned(BYTES, a, b);
    }

    public static long psubsw(long a, long b) {
        return subtractSigned(WORDS, a, b);
    }

    public static long paddusb(long a, long b) {
        return addUnsigned(BYTES, a, b);
    }

    public static long paddusw(long a, long b) {
        return addUnsigned(WORDS, a, b);
    }

    public static long psubusb(long a, long b) {
        return subtractUnsigned(BYTES, a, b);
    }

    public static long psubusw(long a, long b) {
        return subtractUnsigned(WORDS, a, b);
    }

    /// The average of unsigned bytes, halves rounded up.
    public static long pavgb(long a, long b) {
        return average(BYTES, a, b);
    }

    /// The average of unsigned words, halves rounded up.
    public static long pavgw(long a, long b) {
        return average(WORDS, a, b);
    }

    /// `a`, negated where `b` is negative and zero where `b` is zero.
    public static long psignb(long a, long b) {
        return sign(BYTES, a, b);
    }

    public static long psignw(long a, long b) {
        return sign(WORDS, a, b);
    }

    public static long psignd(long a, long b) {
        return sign(DWORDS, a, b);
    }

    /// The absolute value of `b`; `a` does not count. The least value has none and stays.
    public static long pabsb(long a, long b) {
        return BYTES.negate(b, BYTES.mask(b));
    }

    public static long pabsw(long a, long b) {
        return WORDS.negate(b, WORDS.mask(b));
    }

    public static long pabsd(long a, long b) {
        return DWORDS.negate(b, DWORDS.mask(b));
    }

    private static long addSigned(Elements of, long a, long b) {
        long sum = of.add(a, b);
        // Overflow: the operands agree in sign and the sum does not.
        return select(of.mask((a ^ sum) & (b ^ sum)), limit(of, a), sum);
    }

    private static long subtractSigned(Elements of, long a, long b) {
        long difference = of.subtract(a, b);
        return select(of.mask((a ^ b) & (a ^ difference)), limit(of, a), difference);
    }

    /// {@return the least signed value where `a` is negative, the greatest elsewhere}
    private static long limit(Elements of, long a) {
        return ~of.high() ^ of.mask(a);
    }

    private static long addUnsigned(Elements of, long a, long b) {
        long sum = of.add(a, b);
        return sum | of.below(sum, a);
    }

    private static long subtractUnsigned(Elements of, long a, long b) {
        return of.subtract(a, b) & ~of.below(a, b);
    }

    private static long average(Elements of, long a, long b) {
        // a + b = 2 (a | b) - (a ^ b), and no element of the difference below is negative.
        return (a | b) - ((a ^ b) >>> 1 & ~of.high());
    }

    private static long sign(Elements of, long a, long b) {
        return of.negate(a, of.mask(b)) & ~of.equal(b, 0);
    }
}
