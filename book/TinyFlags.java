package dev.vmexit.tinycpu;

/// Prints what the tiny CPU's flags are after some sums and differences.
class TinyFlags {
    private record Pair(int a, int b, boolean sum) {}

    private static final Pair[] PAIRS = {new Pair(0x7FFF, 1, true), new Pair(0xFFFF, 1, true),
            new Pair(0x8000, 0x8000, true), new Pair(1, 2, false), new Pair(0x8000, 1, false),
            new Pair(0x7FFF, 0xFFFF, false), new Pair(0x1234, 0x1234, false)};

    public static void main(String[] arguments) {
        for (Pair pair : PAIRS) {
            int value = pair.sum ? pair.a + pair.b : pair.a - pair.b;
            int result = value & 0xFFFF;
            int overflow = pair.sum
                    ? Flags.overflowOfSum(pair.a, pair.b, result)
                    : Flags.overflowOfDifference(pair.a, pair.b, result);
            System.out.println("%04x %s %04x  int %08x  result %04x  CF %d ZF %d SF %d OF %d"
                    .formatted(pair.a, pair.sum ? "+" : "-", pair.b, value, result,
                            value >>> 16 & 1, result == 0 ? 1 : 0, result >>> 15, overflow));
        }
    }
}
