package dev.vmexit.softkvm.packed;

/// The string comparison as the manual defines it: a table that compares each element of `b` with
/// each of `a`, corrected where one of them lies behind its string's end, then aggregated.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.1 "Imm8 Control Byte Operation for PCMPESTRI / PCMPESTRM / PCMPISTRI / PCMPISTRM"
record StringCompareReference(long[] a, long[] b, int imm8) {
    record Result(int index, String mask, int flags) {}

    Result implicit() {
        return result(firstZero(elements(a)), firstZero(elements(b)));
    }

    Result explicit(int aLength, int bLength) {
        return result(Math.min(Math.abs(aLength), count()), Math.min(Math.abs(bLength), count()));
    }

    private Result result(int aLength, int bLength) {
        boolean[] found = new boolean[count()];
        for (int j = 0; j < count(); j++) {
            found[j] = polarized(aggregated(j, aLength, bLength), j < bLength);
        }
        return new Result(index(found), mask(found), flags(found, aLength, bLength));
    }

    private boolean aggregated(int j, int aLength, int bLength) {
        boolean any = false;
        boolean all = true;
        for (int i = 0; i < count(); i++) {
            any |= switch (aggregation()) {
                case 0 -> compared(j, i, aLength, bLength);
                case 1 -> i % 2 == 0 && compared(j, i, aLength, bLength)
                        && compared(j, i + 1, aLength, bLength);
                default -> i == j && compared(j, i, aLength, bLength);
            };
            all &= j + i >= count() || compared(j + i, i, aLength, bLength);
        }
        return aggregation() == 3 ? all : any;
    }

    /// BoolRes\[j,i\], after the correction for elements that are not valid.
    private boolean compared(int j, int i, int aLength, int bLength) {
        boolean aValid = i < aLength;
        boolean bValid = j < bLength;
        if (!aValid || !bValid) {
            return switch (aggregation()) {
                case 0, 1 -> false;
                case 2 -> aValid == bValid;
                default -> !aValid;
            };
        }
        long x = elements(b)[j];
        long y = elements(a)[i];
        if (aggregation() == 1) {
            return i % 2 == 0 ? x >= y : x <= y;
        }
        return x == y;
    }

    private boolean polarized(boolean found, boolean valid) {
        return switch (imm8 >> 4 & 3) {
            case 1 -> !found;
            case 3 -> valid != found;
            default -> found;
        };
    }

    private int index(boolean[] found) {
        int index = count();
        for (int j = 0; j < count(); j++) {
            boolean better = index == count() || (imm8 & 1 << 6) != 0;
            index = found[j] && better ? j : index;
        }
        return index;
    }

    private String mask(boolean[] found) {
        boolean expanded = (imm8 & 1 << 6) != 0;
        long[] elements = new long[expanded ? count() : 128];
        for (int j = 0; j < count(); j++) {
            elements[j] = found[j] ? -1 : 0;
        }
        return Expectation.hex(Expectation.join(elements, 128 / elements.length));
    }

    private int flags(boolean[] found, int aLength, int bLength) {
        return (index(found) < count() ? Flags.CF : 0) | (bLength < count() ? Flags.ZF : 0)
                | (aLength < count() ? Flags.SF : 0) | (found[0] ? Flags.OF : 0);
    }

    private int aggregation() {
        return imm8 >> 2 & 3;
    }

    private int count() {
        return (imm8 & 1) == 0 ? 16 : 8;
    }

    private long[] elements(long[] register) {
        return Expectation.split(register, 128 / count(), (imm8 & 1 << 1) != 0);
    }

    private int firstZero(long[] elements) {
        int i = 0;
        while (i < elements.length && elements[i] != 0) {
            i++;
        }
        return i;
    }
}
