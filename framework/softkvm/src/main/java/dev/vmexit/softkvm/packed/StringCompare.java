package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM: two strings of up to 16 bytes or 8 words compared
/// in one of four ways, with one bit of result for each element of `b`.
/// ```
/// imm8   7 | 6      | 5   4    | 3   2       | 1   0
///        - | output | polarity | aggregation | format
/// ```
/// [#pcmpestr] takes the lengths, [#pcmpistr] ends a string before its first zero. Both return an
/// *outcome*, from which [#index], [#mask] and [#flags] take what the instruction asks for.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.1 "Imm8 Control Byte Operation for PCMPESTRI / PCMPESTRM / PCMPISTRI / PCMPISTRM"
public final class StringCompare {
    private static final int FORMAT_WORDS = 1 << 0;
    private static final int FORMAT_SIGNED = 1 << 1;

    private static final int AGGREGATION = 0b11 << 2;
    private static final int EQUAL_ANY = 0b00 << 2;
    private static final int RANGES = 0b01 << 2;
    private static final int EQUAL_EACH = 0b10 << 2;

    private static final int POLARITY_NEGATIVE = 1 << 4;
    private static final int POLARITY_MASKED = 1 << 5;

    private static final int OUTPUT_MOST_SIGNIFICANT = 1 << 6;
    private static final int OUTPUT_EXPANDED = 1 << 6;

    /// An outcome has "IntRes2" in its low half and the flags in its high one.
    private static final int FLAGS_SHIFT = 16;
    private static final int RESULT = (1 << FLAGS_SHIFT) - 1;

    private StringCompare() {}

    /// {@return the outcome for strings that end at a zero}
    ///
    /// @param a lo and hi of the first operand: the set, the ranges, the needle
    /// @param b lo and hi of the second operand: what is searched
    public static int pcmpistr(long[] a, long[] b, int imm8) {
        return compare(a, length(a, imm8), b, length(b, imm8), imm8);
    }

    /// {@return the outcome for strings of known length}
    ///
    /// @param aLength EAX, sign-extended, or RAX with REX.W; the sign does not count
    /// @param bLength EDX or RDX, likewise
    public static int pcmpestr(long[] a, long aLength, long[] b, long bLength, int imm8) {
        return compare(a, clamped(aLength, imm8), b, clamped(bLength, imm8), imm8);
    }

    /// {@return what ECX gets: the number of the lowest or highest element found, or how many
    ///     there are if none}
    public static int index(int outcome, int imm8) {
        int result = outcome & RESULT;
        if (result == 0) {
            return elements(imm8);
        }
        boolean highest = (imm8 & OUTPUT_MOST_SIGNIFICANT) != 0;
        return highest
                ? 31 - Integer.numberOfLeadingZeros(result)
                : Integer.numberOfTrailingZeros(result);
    }

    /// Puts into `d` what XMM0 gets: the bits as they are, or each as a whole element.
    public static void mask(int outcome, int imm8, long[] d) {
        int result = outcome & RESULT;
        boolean expanded = (imm8 & OUTPUT_EXPANDED) != 0;
        Elements format = format(imm8);
        d[0] = expanded ? format.chosen(result) : result;
        d[1] = expanded ? format.chosen(result >> format.count()) : 0;
    }

    /// {@return CF: something was found; ZF, SF: `b`, `a` is shorter than a register; OF: the
    ///     result's bit 0} AF and PF become 0.
    public static int flags(int outcome) {
        return outcome >>> FLAGS_SHIFT;
    }

    private static int compare(long[] a, int aLength, long[] b, int bLength, int imm8) {
        int result = switch (imm8 & AGGREGATION) {
            case EQUAL_ANY -> equalAny(a, aLength, b, bLength, imm8);
            case RANGES -> ranges(a, aLength, b, bLength, imm8);
            case EQUAL_EACH -> equalEach(a, aLength, b, bLength, imm8);
            default -> equalOrdered(a, aLength, b, bLength, imm8);
        };
        if ((imm8 & POLARITY_NEGATIVE) != 0) {
            boolean masked = (imm8 & POLARITY_MASKED) != 0;
            result ^= below(masked ? bLength : elements(imm8));
        }
        int flags = (result != 0 ? Flags.CF : 0)
                | (bLength < elements(imm8) ? Flags.ZF : 0)
                | (aLength < elements(imm8) ? Flags.SF : 0)
                | ((result & 1) != 0 ? Flags.OF : 0);
        return result | flags << FLAGS_SHIFT;
    }

    /// {@return the elements of `b` that are somewhere in `a`}
    private static int equalAny(long[] a, int aLength, long[] b, int bLength, int imm8) {
        int result = 0;
        for (int j = 0; j < bLength; j++) {
            long sought = element(b, j, imm8);
            for (int i = 0; i < aLength; i++) {
                result |= element(a, i, imm8) == sought ? 1 << j : 0;
            }
        }
        return result;
    }

    /// {@return the elements of `b` that are within a range of `a`, which are pairs of least and
    ///     greatest; half a pair counts nothing}
    private static int ranges(long[] a, int aLength, long[] b, int bLength, int imm8) {
        int result = 0;
        for (int j = 0; j < bLength; j++) {
            long sought = element(b, j, imm8);
            for (int i = 0; i + 1 < aLength; i += 2) {
                boolean within = element(a, i, imm8) <= sought
                        && sought <= element(a, i + 1, imm8);
                result |= within ? 1 << j : 0;
            }
        }
        return result;
    }

    /// {@return the elements of `b` that are equal to those of `a` at the same place} Behind the
    /// end of both everything is equal.
    private static int equalEach(long[] a, int aLength, long[] b, int bLength, int imm8) {
        int result = below(elements(imm8)) & ~below(Math.max(aLength, bLength));
        for (int i = 0; i < Math.min(aLength, bLength); i++) {
            result |= element(a, i, imm8) == element(b, i, imm8) ? 1 << i : 0;
        }
        return result;
    }

    /// {@return the elements of `b` at which `a` begins} The register's end cuts `a` short: what
    /// would lie beyond it counts as found.
    private static int equalOrdered(long[] a, int aLength, long[] b, int bLength, int imm8) {
        int elements = elements(imm8);
        int result = below(elements);
        for (int j = 0; j < elements; j++) {
            for (int i = 0; i < Math.min(aLength, elements - j); i++) {
                boolean found = i + j < bLength
                        && element(a, i, imm8) == element(b, i + j, imm8);
                result &= found ? -1 : ~(1 << j);
            }
        }
        return result;
    }

    private static Elements format(int imm8) {
        return (imm8 & FORMAT_WORDS) == 0 ? BYTES : WORDS;
    }

    /// {@return how many elements a register holds}
    private static int elements(int imm8) {
        return (imm8 & FORMAT_WORDS) == 0 ? 16 : 8;
    }

    private static long element(long[] x, int i, int imm8) {
        Elements format = format(imm8);
        int half = i / format.count();
        int place = i % format.count();
        return (imm8 & FORMAT_SIGNED) == 0
                ? format.unsigned(x[half], place)
                : format.signed(x[half], place);
    }

    private static int length(long[] x, int imm8) {
        Elements format = format(imm8);
        int lo = elementsBeforeZero(format, x[0]);
        return lo < format.count() ? lo : lo + elementsBeforeZero(format, x[1]);
    }

    private static int elementsBeforeZero(Elements format, long x) {
        return Long.numberOfTrailingZeros(format.equal(x, 0)) / format.bits();
    }

    private static int clamped(long length, int imm8) {
        return Math.abs(Math.clamp(length, -elements(imm8), elements(imm8)));
    }

    /// {@return the bits below bit `n`, 0 to 16}
    private static int below(int n) {
        return (1 << n) - 1;
    }
}
