package dev.vmexit.softkvm.ops;

import java.util.Arrays;
import java.util.Random;
import java.util.StringJoiner;

/// What an SSE or MMX instruction can see and change. A seed names one: random, but with the values
/// at which instructions make a difference, and with equal ones.
final class SseState {
    static final int MEMORY_WORDS = 8;
    static final int MXCSR_RESET = 0x1F80;
    private static final int PE = 1 << 5;
    private static final int ARITHMETIC_FLAGS = 0x8D5;

    final long[] general = new long[16];
    final long[] low = new long[16];
    final long[] high = new long[16];
    final long[] mmx = new long[8];
    /// At RSI, R14 and RDI.
    final long[] memory = new long[MEMORY_WORDS];
    int mxcsr;
    int flags;
    /// TOP is 0 and no register is empty; before, TOP is 5 and all are.
    boolean switchedToMmx;

    static SseState random(long seed, long dataAddress) {
        var random = new Random(seed);
        var s = new SseState();
        int kind = random.nextInt(8);
        Arrays.setAll(s.general, n -> small(random));
        s.general[6] = dataAddress;
        s.general[7] = dataAddress;
        s.general[14] = dataAddress;
        Arrays.setAll(s.mmx, n -> half(random, kind));
        Arrays.setAll(s.memory, n -> half(random, kind));
        Arrays.setAll(s.low, n -> half(random, kind));
        Arrays.setAll(s.high, n -> half(random, kind));
        s.mxcsr = mxcsr(random);
        s.flags = random.nextInt() & ARITHMETIC_FLAGS;
        return s;
    }

    private static int mxcsr(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> MXCSR_RESET;
            case 1 -> MXCSR_RESET | PE;
            case 2 -> MXCSR_RESET | random.nextInt(4) << 13 | random.nextInt(2) << 15
                    | random.nextInt(2) << 6;
            default -> random.nextInt(1 << 16);
        };
    }

    private static long small(Random random) {
        return random.nextBoolean() ? random.nextInt(40) - 20 : random.nextLong();
    }

    private static long half(Random random, int usualKind) {
        int kind = random.nextInt(3) == 0 ? random.nextInt(8) : usualKind;
        return switch (kind) {
            case 0 -> random.nextLong();
            case 1, 2 -> Integer.toUnsignedLong(single(random)) | (long) single(random) << 32;
            case 3, 4 -> binary64(random);
            case 5 -> random.nextInt(70);
            default -> bytes(random);
        };
    }

    private static int single(Random random) {
        int sign = random.nextInt(2) << 31;
        return sign | switch (random.nextInt(9)) {
            case 0 -> 0;
            case 1 -> 0x7F80_0000;
            case 2 -> 0x7FC0_0000 | random.nextInt(1 << 22);
            case 3 -> 0x7F80_0001 | random.nextInt(1 << 22);
            case 4 -> random.nextInt(1 << 23);
            case 5 -> 0x7F7F_FFFF;
            case 6 -> Float.floatToRawIntBits(random.nextInt(200) / 2f);
            default -> random.nextInt() & 0x7FFF_FFFF;
        };
    }

    private static long binary64(Random random) {
        long sign = (long) random.nextInt(2) << 63;
        return sign | switch (random.nextInt(9)) {
            case 0 -> 0;
            case 1 -> 0x7FFL << 52;
            case 2 -> 0xFFFL << 51 | random.nextLong() >>> 13;
            case 3 -> 0x7FFL << 52 | random.nextLong() >>> 13 | 1;
            case 4 -> random.nextLong() >>> 12;
            case 5 -> (0x7FFL << 52) - 1;
            case 6 -> Double.doubleToRawLongBits(random.nextInt(200) / 2.0);
            default -> random.nextLong() >>> 1;
        };
    }

    private static long bytes(Random random) {
        long value = 0;
        int[] often = {0, 1, 0x7F, 0x80, 0xFF, 'A', 'B', random.nextInt(256)};
        for (int n = 0; n < Long.BYTES; n++) {
            value |= (long) often[random.nextInt(often.length)] << 8 * n;
        }
        return value;
    }

    /// {@return what is different in `after`, one word each}
    String changes(SseState after) {
        var text = new StringJoiner(" ");
        for (int n = 0; n < 16; n++) {
            if (general[n] != after.general[n]) {
                text.add("r%d=%x".formatted(n, after.general[n]));
            }
            if (low[n] != after.low[n] || high[n] != after.high[n]) {
                text.add("xmm%d=%016x_%016x".formatted(n, after.high[n], after.low[n]));
            }
        }
        for (int n = 0; n < 8; n++) {
            if (mmx[n] != after.mmx[n]) {
                text.add("mm%d=%016x".formatted(n, after.mmx[n]));
            }
            if (memory[n] != after.memory[n]) {
                text.add("m%d=%016x".formatted(n, after.memory[n]));
            }
        }
        if (mxcsr != after.mxcsr) {
            text.add("mxcsr=%04x".formatted(after.mxcsr));
        }
        if (flags != after.flags) {
            text.add("flags=%03x".formatted(after.flags));
        }
        return after.switchedToMmx ? text.add("mmx").toString() : text.toString();
    }
}
