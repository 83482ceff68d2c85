package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Vectors;
import dev.vmexit.softkvm.fp.Binary32;
import dev.vmexit.softkvm.fp.Binary64;
import dev.vmexit.softkvm.fp.FloatingPointFault;
import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Floating-point arithmetic and comparison, of one element and of all.
///
/// ```
///  name    PS  4 × 32 bits     PD  2 × 64 bits     SS  1 × 32 bits     SD  1 × 64 bits
/// ```
///
/// What one element's operation is, rounding and exceptions included, is in
/// [dev.vmexit.softkvm.fp]; those that combine neighbours are in [SseHorizontal].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 11.5 SSE, SSE2, and SSE3 Exceptions
public final class SseFloat {
    static final long WORD = 0xFFFF_FFFFL;
    private static final int UNORDERED = 2;

    private SseFloat() {}

    /// On single-precision numbers; those with one operand take the second, few have an immediate.
    @FunctionalInterface
    interface SingleOperation {
        int apply(int a, int b, int imm8, MxCsr mxcsr);
    }

    @FunctionalInterface
    interface DoubleOperation {
        long apply(long a, long b, int imm8, MxCsr mxcsr);
    }

    public static void bind(Map<String, Action> actions) {
        bind(actions, "ADD", (a, b, imm8, m) -> Binary32.add(a, b, m),
                (a, b, imm8, m) -> Binary64.add(a, b, m));
        bind(actions, "SUB", (a, b, imm8, m) -> Binary32.sub(a, b, m),
                (a, b, imm8, m) -> Binary64.sub(a, b, m));
        bind(actions, "MUL", (a, b, imm8, m) -> Binary32.mul(a, b, m),
                (a, b, imm8, m) -> Binary64.mul(a, b, m));
        bind(actions, "DIV", (a, b, imm8, m) -> Binary32.div(a, b, m),
                (a, b, imm8, m) -> Binary64.div(a, b, m));
        bind(actions, "MIN", (a, b, imm8, m) -> Binary32.min(a, b, m),
                (a, b, imm8, m) -> Binary64.min(a, b, m));
        bind(actions, "MAX", (a, b, imm8, m) -> Binary32.max(a, b, m),
                (a, b, imm8, m) -> Binary64.max(a, b, m));
        bind(actions, "SQRT", (a, b, imm8, m) -> Binary32.sqrt(b, m),
                (a, b, imm8, m) -> Binary64.sqrt(b, m));
        bind(actions, "ROUND", (a, b, imm8, m) -> Binary32.round(b, imm8, m),
                (a, b, imm8, m) -> Binary64.round(b, imm8, m));
        bind(actions, "CMP", SseFloat::compare32, SseFloat::compare64);
        bindOrdering(actions);
        SseHorizontal.bind(actions);
        SseApproximations.bind(actions);
    }

    private static void bind(Map<String, Action> actions, String name, SingleOperation single,
            DoubleOperation doubled) {
        actions.put(name + "PS", guarded((c, i) -> packedSingle(c, i, single)));
        actions.put(name + "SS", guarded((c, i) -> scalarSingle(c, i, single)));
        actions.put(name + "PD", guarded((c, i) -> packedDouble(c, i, doubled)));
        actions.put(name + "SD", guarded((c, i) -> scalarDouble(c, i, doubled)));
    }

    private static void bindOrdering(Map<String, Action> actions) {
        actions.put("UCOMISS", guarded((c, i) -> order32(c, i, false)));
        actions.put("COMISS", guarded((c, i) -> order32(c, i, true)));
        actions.put("UCOMISD", guarded((c, i) -> order64(c, i, false)));
        actions.put("COMISD", guarded((c, i) -> order64(c, i, true)));
    }

    /// An exception that MXCSR does not mask has recorded its flags there; the guest gets it as
    /// `#XM` if its kernel has said that it can handle that.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 2.5 Control Registers, CR4.OSXMMEXCPT
    static Action guarded(Action action) {
        return (c, i) -> {
            try {
                action.run(c, i);
            } catch (FloatingPointFault notMasked) {
                throw (c.cr4 & ControlRegisters.CR4_OSXMMEXCPT) != 0
                        ? GuestFault.of(GuestFault.XM)
                        : GuestFault.ud();
            }
        };
    }

    // The four shapes. Memory is read before beginPacked: a page fault would leave it open.

    static void packedSingle(Cpu c, Insn i, SingleOperation op) {
        Vectors v = c.vectors;
        int imm8 = (int) i.imm & 0xFF;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = pair(op, v.lo[i.reg], bLow, imm8, c.mxcsr);
        long high = pair(op, v.hi[i.reg], bHigh, imm8, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    private static long pair(SingleOperation op, long a, long b, int imm8, MxCsr mxcsr) {
        int low = op.apply((int) a, (int) b, imm8, mxcsr);
        int high = op.apply((int) (a >>> 32), (int) (b >>> 32), imm8, mxcsr);
        return join(low, high);
    }

    static long join(int low, int high) {
        return low & WORD | (long) high << 32;
    }

    static void packedDouble(Cpu c, Insn i, DoubleOperation op) {
        Vectors v = c.vectors;
        int imm8 = (int) i.imm & 0xFF;
        long bLow = Access.vectorLow(c, i);
        long bHigh = Access.vectorHigh(c, i);
        c.mxcsr.beginPacked();
        long low = op.apply(v.lo[i.reg], bLow, imm8, c.mxcsr);
        long high = op.apply(v.hi[i.reg], bHigh, imm8, c.mxcsr);
        c.mxcsr.endPacked();
        SseMoves.set(c, i.reg, low, high);
    }

    static void scalarSingle(Cpu c, Insn i, SingleOperation op) {
        long[] lo = c.vectors.lo;
        long b = Access.vectorLow(c, i);
        int result = op.apply((int) lo[i.reg], (int) b, (int) i.imm & 0xFF, c.mxcsr);
        setLow(c, i.reg, result);
    }

    /// Replaces element 0 and keeps the others.
    static void setLow(Cpu c, int register, int value) {
        long[] lo = c.vectors.lo;
        lo[register] = lo[register] & ~WORD | value & WORD;
    }

    static void scalarDouble(Cpu c, Insn i, DoubleOperation op) {
        long[] lo = c.vectors.lo;
        long b = Access.vectorLow(c, i);
        lo[i.reg] = op.apply(lo[i.reg], b, (int) i.imm & 0xFF, c.mxcsr);
    }

    // Comparison.

    private static int compare32(int a, int b, int imm8, MxCsr mxcsr) {
        return holds(Binary32.compare(a, b, isSignalling(imm8), mxcsr), imm8) ? -1 : 0;
    }

    private static long compare64(long a, long b, int imm8, MxCsr mxcsr) {
        return holds(Binary64.compare(a, b, isSignalling(imm8), mxcsr), imm8) ? -1 : 0;
    }

    /// {@return whether even a quiet NaN is invalid: LT, LE and their opposites}
    private static boolean isSignalling(int imm8) {
        int predicate = imm8 & 3;
        return predicate == 1 || predicate == 2;
    }

    /// ```
    ///  imm8   0 EQ    1 LT    2 LE    3 UNORD    4 NEQ    5 NLT    6 NLE    7 ORD
    /// ```
    private static boolean holds(int order, int imm8) {
        boolean yes = switch (imm8 & 3) {
            case 0 -> order == 0;
            case 1 -> order < 0;
            case 2 -> order <= 0;
            default -> order == UNORDERED;
        };
        return yes != ((imm8 & 4) != 0);
    }

    private static void order32(Cpu c, Insn i, boolean signalQuiet) {
        int b = (int) Access.vectorLow(c, i);
        setFlags(c, Binary32.compare((int) c.vectors.lo[i.reg], b, signalQuiet, c.mxcsr));
    }

    private static void order64(Cpu c, Insn i, boolean signalQuiet) {
        long b = Access.vectorLow(c, i);
        setFlags(c, Binary64.compare(c.vectors.lo[i.reg], b, signalQuiet, c.mxcsr));
    }

    /// As an unsigned comparison would leave them, so that JA and JB work; PF is for the NaNs.
    private static void setFlags(Cpu c, int order) {
        Flags.setArithmetic(c, switch (order) {
            case -1 -> Flags.CF;
            case 0 -> Flags.ZF;
            case 1 -> 0;
            default -> Flags.ZF | Flags.PF | Flags.CF;
        });
    }
}
