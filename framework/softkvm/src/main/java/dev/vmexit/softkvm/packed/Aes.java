package dev.vmexit.softkvm.packed;

/// AES-NI: one round of the cipher or of its inverse, and help for the key schedule. All but
/// [#aeskeygenassist] are [Wide]s. The state is four columns of four bytes, column 0 in the low
/// dword, row 0 in the low byte of each.
///
/// To substitute a byte and mix its column makes four bytes that depend on that one byte: they are
/// looked up, and a column of the result is the sum of four looks, one for each row.
///
/// Left out: secrecy. The tables are read at places that depend on the key, so whoever shares the
/// cache can learn it; hardware does not leak so.
///
/// @spec https://csrc.nist.gov/pubs/fips/197/final FIPS 197, section 5 "Algorithm Specification"
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2A, section 3.3 "Instructions (A-L)": AESDEC, AESDECLAST, AESENC, AESENCLAST, AESIMC, AESKEYGENASSIST
public final class Aes {
    /// x^8 + x^4 + x^3 + x + 1, by which the field's products are reduced.
    private static final int FIELD_POLYNOMIAL = 0x11B;

    // From which column row r takes its byte: r columns on, r columns back, or its own.
    private static final int SHIFT_ROWS = 1;
    private static final int INVERSE_SHIFT_ROWS = -1;
    private static final int NO_SHIFT = 0;

    private static final int[] SBOX = new int[256];
    private static final int[] INVERSE_SBOX = new int[256];

    /// The column that a byte in row 0 makes: MixColumns after SBOX, and the inverses.
    private static final int[] MIXED = new int[256];
    private static final int[] INVERSE_MIXED = new int[256];

    static {
        // 3 generates all of the field but 0, and 0xF6 is 1/3: each step has inverse = 1/x.
        int x = 1;
        int inverse = 1;
        do {
            x = times(x, 3);
            inverse = times(inverse, 0xF6);
            fill(x, affine(inverse));
        } while (x != 1);
        fill(0, affine(0));
    }

    private Aes() {}

    public static void aesenc(long[] d, long bLo, long bHi) {
        round(MIXED, SHIFT_ROWS, d);
        addRoundKey(d, bLo, bHi);
    }

    public static void aesenclast(long[] d, long bLo, long bHi) {
        round(SBOX, SHIFT_ROWS, d);
        addRoundKey(d, bLo, bHi);
    }

    public static void aesdec(long[] d, long bLo, long bHi) {
        round(INVERSE_MIXED, INVERSE_SHIFT_ROWS, d);
        addRoundKey(d, bLo, bHi);
    }

    public static void aesdeclast(long[] d, long bLo, long bHi) {
        round(INVERSE_SBOX, INVERSE_SHIFT_ROWS, d);
        addRoundKey(d, bLo, bHi);
    }

    /// InvMixColumns of the source: it makes a round key for AESDEC of one for AESENC.
    public static void aesimc(long[] d, long bLo, long bHi) {
        d[0] = bLo;
        d[1] = bHi;
        // The table undoes a substitution that has to be there first.
        round(SBOX, NO_SHIFT, d);
        round(INVERSE_MIXED, NO_SHIFT, d);
    }

    /// SubWord of the source's dwords 1 and 3, each followed by its RotWord.
    ///
    /// @param imm8 the round constant, added to what was rotated
    public static void aeskeygenassist(long[] d, long bLo, long bHi, int imm8) {
        d[0] = bLo;
        d[1] = bHi;
        round(SBOX, NO_SHIFT, d);
        d[0] = withRotated((int) (d[0] >>> 32), imm8);
        d[1] = withRotated((int) (d[1] >>> 32), imm8);
    }

    private static long withRotated(int word, int roundConstant) {
        int rotated = Integer.rotateRight(word, 8) ^ roundConstant;
        return Integer.toUnsignedLong(word) | (long) rotated << 32;
    }

    private static void addRoundKey(long[] d, long keyLo, long keyHi) {
        d[0] ^= keyLo;
        d[1] ^= keyHi;
    }

    private static void round(int[] table, int shift, long[] d) {
        long lo = columns(table, shift, d, 0);
        d[1] = columns(table, shift, d, 2);
        d[0] = lo;
    }

    /// {@return columns `c` and `c + 1` of the new state}
    private static long columns(int[] table, int shift, long[] d, int c) {
        return Integer.toUnsignedLong(column(table, shift, d, c))
                | (long) column(table, shift, d, c + 1) << 32;
    }

    private static int column(int[] table, int shift, long[] d, int c) {
        int result = 0;
        for (int row = 0; row < 4; row++) {
            int from = c + row * shift & 3;
            int at = (int) (d[from >> 1] >>> 32 * (from & 1) + 8 * row) & 0xFF;
            result ^= Integer.rotateLeft(table[at], 8 * row);
        }
        return result;
    }

    private static void fill(int x, int substitute) {
        SBOX[x] = substitute;
        INVERSE_SBOX[substitute] = x;
        MIXED[x] = column(times(substitute, 2), substitute, substitute, times(substitute, 3));
        INVERSE_MIXED[substitute] = column(times(x, 14), times(x, 9), times(x, 13), times(x, 11));
    }

    private static int column(int row0, int row1, int row2, int row3) {
        return row0 | row1 << 8 | row2 << 16 | row3 << 24;
    }

    /// {@return bit i of `x` plus its bits i+4 to i+7 (modulo 8), plus bit i of 0x63}
    private static int affine(int x) {
        int twice = x << 8 | x;
        return (twice ^ twice >> 4 ^ twice >> 5 ^ twice >> 6 ^ twice >> 7 ^ 0x63) & 0xFF;
    }

    /// {@return the product in GF(2^8)}
    private static int times(int a, int b) {
        int product = 0;
        int multiple = a;
        for (int bit = 0; bit < 8; bit++) {
            product ^= multiple & -(b >> bit & 1);
            multiple = multiple << 1 ^ FIELD_POLYNOMIAL & -(multiple >> 7);
        }
        return product;
    }
}
