package dev.vmexit.softkvm.packed;

/// "Unpack": the elements of two operands in turn, those of `a` first. `l` takes the low halves of
/// the operands, `h` the high ones:
/// ```
/// a            | a3 | a2 | a1 | a0 |      b            | b3 | b2 | b1 | b0 |
/// punpcklwd    | b1 | a1 | b0 | a0 |      punpckhwd    | b3 | a3 | b2 | a2 |
/// ```
/// With two arguments it is the MMX form, a [Lane]; with three the SSE form, a [Wide]. UNPCKLPS and
/// its like are the same instructions under the names for floating point.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PUNPCKHBW/PUNPCKHWD/PUNPCKHDQ/PUNPCKHQDQ, PUNPCKLBW/PUNPCKLWD/PUNPCKLDQ/PUNPCKLQDQ, UNPCKHPS, UNPCKHPD, UNPCKLPS, UNPCKLPD
public final class Interleave {
    private static final long EVEN_BYTES = 0x00FF_00FF_00FF_00FFL;
    private static final long EVEN_WORDS = 0x0000_FFFF_0000_FFFFL;
    private static final long LOW_DWORD = 0x0000_0000_FFFF_FFFFL;

    private Interleave() {}

    public static long punpcklbw(long a, long b) {
        return apartBytes(a) | apartBytes(b) << 8;
    }

    public static long punpckhbw(long a, long b) {
        return punpcklbw(a >>> 32, b >>> 32);
    }

    public static long punpcklwd(long a, long b) {
        return apartWords(a) | apartWords(b) << 16;
    }

    public static long punpckhwd(long a, long b) {
        return punpcklwd(a >>> 32, b >>> 32);
    }

    public static long punpckldq(long a, long b) {
        return a & LOW_DWORD | b << 32;
    }

    public static long punpckhdq(long a, long b) {
        return a >>> 32 | b & ~LOW_DWORD;
    }

    public static void punpcklbw(long[] d, long bLo, long bHi) {
        bytes(d, d[0], bLo);
    }

    public static void punpckhbw(long[] d, long bLo, long bHi) {
        bytes(d, d[1], bHi);
    }

    public static void punpcklwd(long[] d, long bLo, long bHi) {
        words(d, d[0], bLo);
    }

    public static void punpckhwd(long[] d, long bLo, long bHi) {
        words(d, d[1], bHi);
    }

    public static void punpckldq(long[] d, long bLo, long bHi) {
        dwords(d, d[0], bLo);
    }

    public static void punpckhdq(long[] d, long bLo, long bHi) {
        dwords(d, d[1], bHi);
    }

    public static void punpcklqdq(long[] d, long bLo, long bHi) {
        d[1] = bLo;
    }

    public static void punpckhqdq(long[] d, long bLo, long bHi) {
        d[0] = d[1];
        d[1] = bHi;
    }

    public static void unpcklps(long[] d, long bLo, long bHi) {
        punpckldq(d, bLo, bHi);
    }

    public static void unpckhps(long[] d, long bLo, long bHi) {
        punpckhdq(d, bLo, bHi);
    }

    public static void unpcklpd(long[] d, long bLo, long bHi) {
        punpcklqdq(d, bLo, bHi);
    }

    public static void unpckhpd(long[] d, long bLo, long bHi) {
        punpckhqdq(d, bLo, bHi);
    }

    private static void bytes(long[] d, long a, long b) {
        d[0] = punpcklbw(a, b);
        d[1] = punpckhbw(a, b);
    }

    private static void words(long[] d, long a, long b) {
        d[0] = punpcklwd(a, b);
        d[1] = punpckhwd(a, b);
    }

    private static void dwords(long[] d, long a, long b) {
        d[0] = punpckldq(a, b);
        d[1] = punpckhdq(a, b);
    }

    /// {@return the four low bytes of `x` with a zero byte above each}
    private static long apartBytes(long x) {
        long words = apartWords(x);
        return (words | words << 8) & EVEN_BYTES;
    }

    /// {@return the two low words of `x` with a zero word above each}
    private static long apartWords(long x) {
        long low = x & LOW_DWORD;
        return (low | low << 16) & EVEN_WORDS;
    }
}
