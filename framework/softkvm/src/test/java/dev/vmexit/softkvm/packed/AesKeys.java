package dev.vmexit.softkvm.packed;

/// AES with the instructions, as programs use them: the key schedule around AESKEYGENASSIST, then
/// one instruction for a round.
final class AesKeys {
    private AesKeys() {}

    /// @param key two halves for AES-128, four for AES-256
    static long[][] expand(long[] key) {
        boolean is256 = key.length == 4;
        int lead = is256 ? 2 : 1;
        long[][] keys = new long[is256 ? 15 : 11][];
        for (int i = 0; i < lead; i++) {
            keys[i] = new long[]{key[2 * i], key[2 * i + 1]};
        }
        int roundConstant = 1;
        for (int i = lead; i < keys.length; i++) {
            long[] last = keys[i - 1];
            long[] assist = new long[2];
            Aes.aeskeygenassist(assist, last[0], last[1], roundConstant);
            // AES-256 rotates before every second key only.
            boolean rotated = i % lead == 0;
            keys[i] = next(keys[i - lead], (int) (rotated ? assist[1] >>> 32 : assist[1]));
            roundConstant = rotated ? doubled(roundConstant) : roundConstant;
        }
        return keys;
    }

    private static long[] next(long[] before, int word) {
        int first = (int) before[0] ^ word;
        int second = (int) (before[0] >>> 32) ^ first;
        int third = (int) before[1] ^ second;
        int fourth = (int) (before[1] >>> 32) ^ third;
        return new long[]{
                Integer.toUnsignedLong(first) | (long) second << 32,
                Integer.toUnsignedLong(third) | (long) fourth << 32
        };
    }

    private static int doubled(int x) {
        return x << 1 ^ 0x11B & -(x >> 7);
    }

    static void encrypt(long[][] keys, long[] state) {
        int last = keys.length - 1;
        state[0] ^= keys[0][0];
        state[1] ^= keys[0][1];
        for (int i = 1; i < last; i++) {
            Aes.aesenc(state, keys[i][0], keys[i][1]);
        }
        Aes.aesenclast(state, keys[last][0], keys[last][1]);
    }

    static void decrypt(long[][] keys, long[] state) {
        int last = keys.length - 1;
        state[0] ^= keys[last][0];
        state[1] ^= keys[last][1];
        for (int i = last - 1; i > 0; i--) {
            long[] inverse = new long[2];
            Aes.aesimc(inverse, keys[i][0], keys[i][1]);
            Aes.aesdec(state, inverse[0], inverse[1]);
        }
        Aes.aesdeclast(state, keys[0][0], keys[0][1]);
    }
}
