package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.Aes;
import dev.vmexit.softkvm.packed.Blend;
import dev.vmexit.softkvm.packed.Extend;
import dev.vmexit.softkvm.packed.Horizontal;
import dev.vmexit.softkvm.packed.Interleave;
import dev.vmexit.softkvm.packed.Logic;
import dev.vmexit.softkvm.packed.Multiply;
import dev.vmexit.softkvm.packed.Pack;
import dev.vmexit.softkvm.packed.Shuffle;
import dev.vmexit.softkvm.packed.StringCompare;
import dev.vmexit.softkvm.packed.Wide;
import dev.vmexit.softkvm.packed.WideImmediate;
import dev.vmexit.softkvm.packed.WideMasked;
import java.util.Map;

/// The integer instructions in which one half of an XMM register depends on the other: interleave,
/// pack, shuffle, blend, extend, AES, strings. What they compute is in [dev.vmexit.softkvm.packed].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instruction's own page
final class SseWide {
    private SseWide() {}

    static void bind(Map<String, Action> actions) {
        bindInterleave(actions);
        bindShuffles(actions);
        bindHorizontal(actions);
        bindExtensions(actions);
        bindBlends(actions);
        bindAes(actions);
        actions.put("PTEST", SseWide::ptest);
        actions.put("PCMPESTRM", (c, i) -> resultMask(c, i, explicitLengths(c, i)));
        actions.put("PCMPESTRI", (c, i) -> resultIndex(c, i, explicitLengths(c, i)));
        actions.put("PCMPISTRM", (c, i) -> resultMask(c, i, implicitLengths(c, i)));
        actions.put("PCMPISTRI", (c, i) -> resultIndex(c, i, implicitLengths(c, i)));
    }

    private static void bindInterleave(Map<String, Action> actions) {
        actions.put("PUNPCKLBW/V", wide(Interleave::punpcklbw));
        actions.put("PUNPCKLWD/V", wide(Interleave::punpcklwd));
        actions.put("PUNPCKLDQ/V", wide(Interleave::punpckldq));
        actions.put("PUNPCKLQDQ", wide(Interleave::punpcklqdq));
        actions.put("PUNPCKHBW/V", wide(Interleave::punpckhbw));
        actions.put("PUNPCKHWD/V", wide(Interleave::punpckhwd));
        actions.put("PUNPCKHDQ/V", wide(Interleave::punpckhdq));
        actions.put("PUNPCKHQDQ", wide(Interleave::punpckhqdq));
        actions.put("UNPCKLPS", wide(Interleave::unpcklps));
        actions.put("UNPCKHPS", wide(Interleave::unpckhps));
        actions.put("UNPCKLPD", wide(Interleave::unpcklpd));
        actions.put("UNPCKHPD", wide(Interleave::unpckhpd));
        actions.put("PACKSSWB/V", wide(Pack::packsswb));
        actions.put("PACKUSWB/V", wide(Pack::packuswb));
        actions.put("PACKSSDW/V", wide(Pack::packssdw));
        actions.put("PACKUSDW", wide(Pack::packusdw));
    }

    private static void bindShuffles(Map<String, Action> actions) {
        actions.put("PSHUFB/V", wide(Shuffle::pshufb));
        actions.put("PSHUFD", wideImmediate(Shuffle::pshufd));
        actions.put("PSHUFHW", wideImmediate(Shuffle::pshufhw));
        actions.put("PSHUFLW", wideImmediate(Shuffle::pshuflw));
        actions.put("SHUFPS", wideImmediate(Shuffle::shufps));
        actions.put("SHUFPD", wideImmediate(Shuffle::shufpd));
        actions.put("PALIGNR/V", wideImmediate(Shuffle::palignr));
    }

    private static void bindHorizontal(Map<String, Action> actions) {
        actions.put("PHADDW/V", wide(Horizontal::phaddw));
        actions.put("PHADDD/V", wide(Horizontal::phaddd));
        actions.put("PHADDSW/V", wide(Horizontal::phaddsw));
        actions.put("PHSUBW/V", wide(Horizontal::phsubw));
        actions.put("PHSUBD/V", wide(Horizontal::phsubd));
        actions.put("PHSUBSW/V", wide(Horizontal::phsubsw));
        actions.put("PHMINPOSUW", wide(Horizontal::phminposuw));
        actions.put("MPSADBW", wideImmediate(Horizontal::mpsadbw));
    }

    private static void bindExtensions(Map<String, Action> actions) {
        actions.put("PMOVSXBW", wide(Extend::pmovsxbw));
        actions.put("PMOVSXBD", wide(Extend::pmovsxbd));
        actions.put("PMOVSXBQ", wide(Extend::pmovsxbq));
        actions.put("PMOVSXWD", wide(Extend::pmovsxwd));
        actions.put("PMOVSXWQ", wide(Extend::pmovsxwq));
        actions.put("PMOVSXDQ", wide(Extend::pmovsxdq));
        actions.put("PMOVZXBW", wide(Extend::pmovzxbw));
        actions.put("PMOVZXBD", wide(Extend::pmovzxbd));
        actions.put("PMOVZXBQ", wide(Extend::pmovzxbq));
        actions.put("PMOVZXWD", wide(Extend::pmovzxwd));
        actions.put("PMOVZXWQ", wide(Extend::pmovzxwq));
        actions.put("PMOVZXDQ", wide(Extend::pmovzxdq));
    }

    private static void bindBlends(Map<String, Action> actions) {
        actions.put("PBLENDW", wideImmediate(Blend::pblendw));
        actions.put("BLENDPS", wideImmediate(Blend::blendps));
        actions.put("BLENDPD", wideImmediate(Blend::blendpd));
        actions.put("PBLENDVB", masked(Blend::pblendvb));
        actions.put("BLENDVPS", masked(Blend::blendvps));
        actions.put("BLENDVPD", masked(Blend::blendvpd));
    }

    private static void bindAes(Map<String, Action> actions) {
        actions.put("AESENC", wide(Aes::aesenc));
        actions.put("AESENCLAST", wide(Aes::aesenclast));
        actions.put("AESDEC", wide(Aes::aesdec));
        actions.put("AESDECLAST", wide(Aes::aesdeclast));
        actions.put("AESIMC", wide(Aes::aesimc));
        actions.put("AESKEYGENASSIST", wideImmediate(Aes::aeskeygenassist));
        actions.put("PCLMULQDQ", wideImmediate(Multiply::pclmulqdq));
    }

    // From functions to actions.

    /// {@return the first operand's two halves, where they may be worked on} The operands in memory
    /// are loaded by then: a fault in the middle must not find anything changed.
    static long[] destination(Cpu c, Insn i) {
        long[] d = c.vectors.scratch;
        d[0] = c.vectors.lo[i.reg];
        d[1] = c.vectors.hi[i.reg];
        return d;
    }

    static Action wide(Wide op) {
        return (c, i) -> {
            long low = Access.vectorLow(c, i);
            long high = Access.vectorHigh(c, i);
            long[] d = destination(c, i);
            op.apply(d, low, high);
            SseMoves.set(c, i.reg, d[0], d[1]);
        };
    }

    private static Action wideImmediate(WideImmediate op) {
        return (c, i) -> {
            long low = Access.vectorLow(c, i);
            long high = Access.vectorHigh(c, i);
            long[] d = destination(c, i);
            op.apply(d, low, high, (int) i.imm & 0xFF);
            SseMoves.set(c, i.reg, d[0], d[1]);
        };
    }

    /// With XMM0 as the third operand.
    private static Action masked(WideMasked op) {
        return (c, i) -> {
            long low = Access.vectorLow(c, i);
            long high = Access.vectorHigh(c, i);
            long[] d = destination(c, i);
            op.apply(d, low, high, c.vectors.lo[0], c.vectors.hi[0]);
            SseMoves.set(c, i.reg, d[0], d[1]);
        };
    }

    private static void ptest(Cpu c, Insn i) {
        long low = Access.vectorLow(c, i);
        long high = Access.vectorHigh(c, i);
        Flags.setArithmetic(c, Logic.ptest(destination(c, i), low, high));
    }

    // PCMPxSTRx: what was found, then where it goes.

    private static int explicitLengths(Cpu c, Insn i) {
        long[] b = {Access.vectorLow(c, i), Access.vectorHigh(c, i)};
        boolean wide = i.operandSize == 8;
        long aLength = wide ? c.r[Cpu.RAX] : (int) c.r[Cpu.RAX];
        long bLength = wide ? c.r[Cpu.RDX] : (int) c.r[Cpu.RDX];
        return StringCompare.pcmpestr(destination(c, i), aLength, b, bLength, (int) i.imm & 0xFF);
    }

    private static int implicitLengths(Cpu c, Insn i) {
        long[] b = {Access.vectorLow(c, i), Access.vectorHigh(c, i)};
        return StringCompare.pcmpistr(destination(c, i), b, (int) i.imm & 0xFF);
    }

    private static void resultIndex(Cpu c, Insn i, int outcome) {
        c.r[Cpu.RCX] = StringCompare.index(outcome, (int) i.imm & 0xFF);
        Flags.setArithmetic(c, StringCompare.flags(outcome));
    }

    private static void resultMask(Cpu c, Insn i, int outcome) {
        long[] d = c.vectors.scratch;
        StringCompare.mask(outcome, (int) i.imm & 0xFF, d);
        SseMoves.set(c, 0, d[0], d[1]);
        Flags.setArithmetic(c, StringCompare.flags(outcome));
    }
}
