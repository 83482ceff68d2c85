package dev.vmexit.softkvm.differential;

import java.util.SplittableRandom;

/// Random numbers that are interesting more often than chance would have it.
final class Values {
    private static final int[] FLOATS = {0, 0x3F80_0000, 0x7F80_0000, 0x7FC0_0000, 0x7F80_0001,
            1, 0x007F_FFFF, 0x0080_0000, 0x7F7F_FFFF, 0x4F00_0000, 0x5F00_0000, 0x3F00_0000,
            0x4B00_0001, 0x3FC0_0000};
    private static final long[] DOUBLES = {0, 0x3FF0L << 48, 0x7FF0L << 48, 0x7FF8L << 48,
            0x7FF0L << 48 | 1, 1, 0xF_FFFF_FFFF_FFFFL, 1L << 52, 0x7FEF_FFFF_FFFF_FFFFL,
            0x41E0L << 48, 0x43E0L << 48, 0x3FE0L << 48, 0x47EF_FFFF_E000_0000L, 0x36A0L << 48};
    private static final int NEAR = 40;

    private final SplittableRandom random;

    Values(SplittableRandom random) {
        this.random = random;
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    int below(int n) {
        return random.nextInt(n);
    }

    long any() {
        return random.nextLong();
    }

    long integer() {
        return switch (random.nextInt(10)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> 1L << random.nextInt(64);
            case 3 -> (1L << random.nextInt(64)) - 1;
            case 4 -> random.nextInt(256);
            case 5 -> random.nextInt();
            case 6 -> Long.MIN_VALUE >> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    int single() {
        int sign = random.nextInt() & Integer.MIN_VALUE;
        return sign | switch (random.nextInt(6)) {
            case 0, 1 -> FLOATS[random.nextInt(FLOATS.length)];
            case 2 -> random.nextInt() & Integer.MAX_VALUE;
            default -> random.nextInt() & 0x7F_FFFF
                    | 127 - NEAR + random.nextInt(2 * NEAR) << 23;
        };
    }

    long twoSingles() {
        return single() & 0xFFFF_FFFFL | (long) single() << 32;
    }

    long twice() {
        long sign = random.nextLong() & Long.MIN_VALUE;
        return sign | switch (random.nextInt(6)) {
            case 0, 1 -> DOUBLES[random.nextInt(DOUBLES.length)];
            case 2 -> random.nextLong() & Long.MAX_VALUE;
            default -> random.nextLong() & (1L << 52) - 1
                    | 1023L - NEAR + random.nextInt(2 * NEAR) << 52;
        };
    }

    /// {@return sign and exponent of an 80-bit number}
    int extendedExponent() {
        int sign = random.nextInt() & 0x8000;
        return sign | switch (random.nextInt(12)) {
            case 0 -> 0;
            case 1 -> 0x7FFF;
            case 2 -> random.nextInt(0x8000);
            case 3 -> 1 + random.nextInt(70);
            case 4 -> 0x7FFE - random.nextInt(70);
            default -> 0x3FFF - NEAR + random.nextInt(2 * NEAR);
        };
    }

    /// {@return the significand that goes with it}
    long significand(int exponent) {
        int e = exponent & 0x7FFF;
        if (e == 0 || e == 0x7FFF || oneIn(40)) {
            return switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> Long.MIN_VALUE;
                case 2 -> 3L << 62;
                case 3 -> Long.MIN_VALUE | 1;
                default -> random.nextLong();
            };
        }
        return Long.MIN_VALUE | (oneIn(3)
                ? random.nextLong() << random.nextInt(64)
                : random.nextLong());
    }

    /// {@return a word of memory}
    /// @param kind 0 singles, 1 doubles, 2 integers, 3 small numbers, else any
    long word(int kind) {
        return switch (kind) {
            case 0 -> twoSingles();
            case 1 -> twice();
            case 2 -> integer();
            case 3 -> random.nextInt(-200, 200);
            default -> random.nextLong();
        };
    }
}
