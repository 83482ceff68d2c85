package dev.vmexit.softkvm.packed;

/// A way to cut 64 bits into equal elements, element 0 lowest, and arithmetic on all of them at
/// once in one `long`:
/// ```
/// BYTES   | 7 | 6 | 5 | 4 | 3 | 2 | 1 | 0 |
/// WORDS   |   3   |   2   |   1   |   0   |
/// DWORDS  |       1       |       0       |
/// QWORDS  |               0               |
/// ```
/// The trick is to keep carries inside: compute without the top bit of each element, then put it
/// right with an exclusive or. A *mask* here has every element all ones or all zeros; *high bits*
/// are a value in which only the top bit of an element may be set.
///
/// @param bits the width of an element
/// @param high the top bit of every element
record Elements(int bits, long high) {
    static final Elements BYTES = new Elements(8, 0x8080_8080_8080_8080L);
    static final Elements WORDS = new Elements(16, 0x8000_8000_8000_8000L);
    static final Elements DWORDS = new Elements(32, 0x8000_0000_8000_0000L);
    static final Elements QWORDS = new Elements(64, 0x8000_0000_0000_0000L);

    /// {@return how many elements 64 bits hold}
    int count() {
        return Long.SIZE / bits;
    }

    /// {@return element `i` of `x`, zero-extended}
    long unsigned(long x, int i) {
        return x >>> i * bits & -1L >>> Long.SIZE - bits;
    }

    /// {@return element `i` of `x`, sign-extended}
    long signed(long x, int i) {
        return x << Long.SIZE - (i + 1) * bits >> Long.SIZE - bits;
    }

    /// {@return the low bits of `value` as element `i`, and zero elsewhere}
    long place(long value, int i) {
        return unsigned(value, 0) << i * bits;
    }

    /// {@return a value with the low bits of `value` in every element}
    long every(long value) {
        return unsigned(value, 0) * (high >>> bits - 1);
    }

    /// {@return the mask of the elements whose top bit is set in `x`}
    long mask(long x) {
        long tops = x & high;
        return tops | tops - (tops >>> bits - 1);
    }

    /// {@return the mask of the elements `i` for which bit `i` of `choice` is set}
    long chosen(int choice) {
        long result = 0;
        for (int i = 0; i < count(); i++) {
            result |= place(-(choice >> i & 1), i);
        }
        return result;
    }

    long add(long a, long b) {
        return (a & ~high) + (b & ~high) ^ (a ^ b) & high;
    }

    long subtract(long a, long b) {
        return (a | high) - (b & ~high) ^ ~(a ^ b) & high;
    }

    /// {@return the mask of the elements that are equal}
    long equal(long a, long b) {
        long difference = a ^ b;
        long nonzero = (difference & ~high) + ~high | difference;
        return mask(~nonzero);
    }

    /// {@return the mask of the elements of `a` that are below those of `b`, unsigned}
    long below(long a, long b) {
        // The borrow out of the top bit, as a full subtractor makes it.
        return mask(~a & b | (~a | b) & subtract(a, b));
    }

    /// {@return the mask of the elements of `a` that are less than those of `b`, signed}
    long less(long a, long b) {
        return below(a ^ high, b ^ high);
    }

    /// {@return the elements negated where `mask` is set}
    long negate(long a, long mask) {
        return subtract(a ^ mask, mask);
    }

    /// {@return `chosen` where `mask` is set, `otherwise` elsewhere}
    static long select(long mask, long chosen, long otherwise) {
        return chosen & mask | otherwise & ~mask;
    }
}
