package dev.vmexit.softkvm.packed;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Two XMM registers and an immediate to try an instruction on.
record Operands(long[] a, long[] b, int imm8) {
    private static final int[] BYTES_AT_A_LIMIT = {0, 1, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF};
    private static final int[] WORDS_AT_A_LIMIT =
            {0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0x8001, 0xFF7F, 0xFF80, 0xFFFF};

    /// The same ones in every run, with every immediate four times.
    static final List<Operands> ALL = all();

    private static List<Operands> all() {
        var random = new SplittableRandom(20);
        return IntStream.range(0, 1024).mapToObj(i -> one(random, i & 0xFF)).toList();
    }

    private static Operands one(SplittableRandom random, int imm8) {
        long[] a = register(random);
        long[] b = register(random);
        if (random.nextInt(3) == 0) {
            long shared = Elements.BYTES.mask(random.nextLong());
            b[0] = Elements.select(shared, a[0], b[0]);
            b[1] = Elements.select(shared, a[1], b[1]);
        }
        return new Operands(a, b, imm8);
    }

    static long[] register(SplittableRandom random) {
        return new long[]{half(random), half(random)};
    }

    private static long half(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> of(random, BYTES_AT_A_LIMIT, 8);
            case 1 -> of(random, WORDS_AT_A_LIMIT, 16);
            case 2 -> 1L << random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private static long of(SplittableRandom random, int[] values, int bits) {
        long result = 0;
        for (int i = 0; i < 64; i += bits) {
            result = result << bits | values[random.nextInt(values.length)];
        }
        return result;
    }

    /// {@return the lower or the upper half, as the operands of an MMX instruction}
    Operands half(int i) {
        return new Operands(new long[]{a[i]}, new long[]{b[i]}, imm8);
    }

    @Override
    public String toString() {
        return "a=" + Expectation.hex(a) + " b=" + Expectation.hex(b) + " imm8=" + imm8;
    }
}
