package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Elements.BYTES;
import static dev.vmexit.softkvm.packed.Elements.DWORDS;
import static dev.vmexit.softkvm.packed.Elements.QWORDS;
import static dev.vmexit.softkvm.packed.Elements.WORDS;

/// Elements made wider, with their sign (`sx`) or with zeros (`zx`): as many from the low end of
/// the source as fill the register. All are [Wide]s that use only `bLo`; `d` is replaced.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2B, section 4.3 "Instructions (M-U)": PMOVSX, PMOVZX
public final class Extend {
    private Extend() {}

    public static void pmovsxbw(long[] d, long bLo, long bHi) {
        signed(d, bLo, BYTES, WORDS);
    }

    public static void pmovsxbd(long[] d, long bLo, long bHi) {
        signed(d, bLo, BYTES, DWORDS);
    }

    public static void pmovsxbq(long[] d, long bLo, long bHi) {
        signed(d, bLo, BYTES, QWORDS);
    }

    public static void pmovsxwd(long[] d, long bLo, long bHi) {
        signed(d, bLo, WORDS, DWORDS);
    }

    public static void pmovsxwq(long[] d, long bLo, long bHi) {
        signed(d, bLo, WORDS, QWORDS);
    }

    public static void pmovsxdq(long[] d, long bLo, long bHi) {
        signed(d, bLo, DWORDS, QWORDS);
    }

    public static void pmovzxbw(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, BYTES, WORDS);
    }

    public static void pmovzxbd(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, BYTES, DWORDS);
    }

    public static void pmovzxbq(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, BYTES, QWORDS);
    }

    public static void pmovzxwd(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, WORDS, DWORDS);
    }

    public static void pmovzxwq(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, WORDS, QWORDS);
    }

    public static void pmovzxdq(long[] d, long bLo, long bHi) {
        unsigned(d, bLo, DWORDS, QWORDS);
    }

    private static void signed(long[] d, long source, Elements narrow, Elements wide) {
        int half = wide.count();
        d[0] = 0;
        d[1] = 0;
        for (int i = 0; i < half; i++) {
            d[0] |= wide.place(narrow.signed(source, i), i);
            d[1] |= wide.place(narrow.signed(source, half + i), i);
        }
    }

    private static void unsigned(long[] d, long source, Elements narrow, Elements wide) {
        int half = wide.count();
        d[0] = 0;
        d[1] = 0;
        for (int i = 0; i < half; i++) {
            d[0] |= wide.place(narrow.unsigned(source, i), i);
            d[1] |= wide.place(narrow.unsigned(source, half + i), i);
        }
    }
}
