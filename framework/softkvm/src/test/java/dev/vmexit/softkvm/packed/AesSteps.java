package dev.vmexit.softkvm.packed;

/// A round of AES in the standard's four steps, byte by byte and without a table.
///
/// @spec https://csrc.nist.gov/pubs/fips/197/final FIPS 197, section 5.1 "CIPHER()" and 5.3 "INVCIPHER()"
final class AesSteps {
    private static final int[] MIX = {2, 3, 1, 1};
    private static final int[] INVERSE_MIX = {14, 11, 13, 9};

    private AesSteps() {}

    static long[] round(long[] state, long[] key) {
        long[] s = Expectation.split(state, 8, false);
        long[] shifted = new long[16];
        for (int i = 0; i < 16; i++) {
            shifted[i] = substitute((int) s[(i + 4 * (i % 4)) % 16]);
        }
        return added(mixed(shifted, MIX), key);
    }

    static long[] inverseRound(long[] state, long[] key) {
        long[] s = Expectation.split(state, 8, false);
        long[] shifted = new long[16];
        for (int i = 0; i < 16; i++) {
            shifted[(i + 4 * (i % 4)) % 16] = inverseSubstitute((int) s[i]);
        }
        return added(mixed(shifted, INVERSE_MIX), key);
    }

    private static long[] mixed(long[] s, int[] factors) {
        long[] result = new long[16];
        for (int i = 0; i < 16; i++) {
            for (int row = 0; row < 4; row++) {
                int factor = factors[(row - i % 4 + 4) % 4];
                result[i] ^= times((int) s[i - i % 4 + row], factor);
            }
        }
        return result;
    }

    private static long[] added(long[] bytes, long[] key) {
        long[] state = Expectation.join(bytes, 8);
        return new long[]{state[0] ^ key[0], state[1] ^ key[1]};
    }

    private static int substitute(int x) {
        int inverse = 1;
        for (int i = 0; i < 254; i++) {
            inverse = times(inverse, x);
        }
        int result = 0;
        for (int i = 0; i < 8; i++) {
            int bit = 0x63 >> i;
            for (int other : new int[]{0, 4, 5, 6, 7}) {
                bit ^= inverse >> (i + other) % 8;
            }
            result |= (bit & 1) << i;
        }
        return result;
    }

    private static int inverseSubstitute(int y) {
        int x = 0;
        while (substitute(x) != y) {
            x++;
        }
        return x;
    }

    private static int times(int a, int b) {
        int product = 0;
        for (int i = 0; i < 8; i++) {
            product ^= (b >> i & 1) * a << i;
        }
        for (int i = 14; i >= 8; i--) {
            product ^= (product >> i & 1) * 0x11B << i - 8;
        }
        return product;
    }
}
