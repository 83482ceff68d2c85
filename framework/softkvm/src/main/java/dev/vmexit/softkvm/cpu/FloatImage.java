package dev.vmexit.softkvm.cpu;

import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.MxCsr;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// x87, MXCSR and XMM registers as bytes: the FXSAVE image, the standard form of XSAVE, and the two
/// structures of KVM's.
///
/// ```
///  FXSAVE   0 FCW   2 FSW   4 FTW (bit n: Rn not empty)   6 FOP   8 FIP   12 FCS   16 FDP   20 FDS
///          24 MXCSR   28 MXCSR_MASK   32 ST(0) ... ST(7), 16 each   160 XMM0 ... XMM15
///         416 reserved
///  XSAVE    the same, and at 512 XSTATE_BV, at 520 XCOMP_BV, then 48 bytes of 0
///  kvm_fpu  0 ST(0) ... ST(7)   128 FCW   130 FSW   132 FTW   134 FOP   136 FIP   144 FDP
///         152 XMM0 ... XMM15   408 MXCSR
/// ```
///
/// The 64-bit form of the image has eight bytes of FIP and FDP each, where else FCS and FDS are.
/// An image of more XSAVE components, and the compacted form, is nothing that this CPU has.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 10.5.1 FXSAVE Area; 13.4 XSAVE Area
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.22 KVM_GET_FPU; 4.42 KVM_GET_XSAVE
public final class FloatImage {
    /// XCR0 and XSTATE_BV.
    public static final long X87 = 1;
    public static final long SSE = 1 << 1;

    public static final int FXSAVE_BYTES = 512;
    public static final int XSAVE_BYTES = 576;
    public static final int KVM_FPU_BYTES = 416;
    public static final int KVM_XSAVE_BYTES = 4096;

    public static final int MXCSR = 24;
    public static final int ST = 32;
    public static final int XMM = 160;
    public static final int XSTATE_BV = 512;

    private static final int FCW = 0;
    private static final int FSW = 2;
    private static final int FTW = 4;
    private static final int FOP = 6;
    private static final int FIP = 8;
    private static final int FDP = 16;
    private static final int MXCSR_MASK = 28;
    private static final int XCOMP_BV = 520;
    private static final int XCOMP_BV_END = 536;
    private static final int KVM_WORDS = 128;
    private static final int KVM_IP = 136;
    private static final int KVM_DP = 144;
    private static final int KVM_XMM = 152;
    private static final int KVM_MXCSR = 408;
    private static final int FOP_BITS = 0x7FF;

    private FloatImage() {}

    // FXSAVE: what it covers of the image is written, the rest left alone.

    /// Writes the first 416 bytes.
    ///
    /// @param wide the form with 64-bit pointers
    public static void save(Cpu c, MemorySegment to, boolean wide) {
        saveX87(c.x87, to, wide);
        saveMxcsr(c, to);
        saveXmm(c, to, XMM);
    }

    private static void saveX87(X87State x, MemorySegment to, boolean wide) {
        saveWords(x, to, 0);
        long narrow = wide ? -1 : 0xFFFF_FFFFL;
        to.set(Host.LONG, FIP, x.fip & narrow);
        to.set(Host.LONG, FDP, x.fdp & narrow);
        saveStack(x, to, ST);
    }

    private static void saveWords(X87State x, MemorySegment to, int at) {
        to.set(Host.SHORT, at + FCW, (short) x.controlWord());
        to.set(Host.SHORT, at + FSW, (short) x.statusWord());
        to.set(Host.SHORT, at + FTW, (short) x.abridgedTags());
        to.set(Host.SHORT, at + FOP, (short) x.fop);
    }

    private static void saveStack(X87State x, MemorySegment to, int at) {
        for (int n = 0; n < 8; n++) {
            Float80 st = x.st(n);
            to.set(Host.LONG, at + 16 * n, st.significand);
            to.set(Host.LONG, at + 16 * n + 8, st.signExponent & 0xFFFFL);
        }
    }

    private static void saveMxcsr(Cpu c, MemorySegment to) {
        to.set(Host.INT, MXCSR, c.mxcsr.value);
        to.set(Host.INT, MXCSR_MASK, MxCsr.WRITABLE);
    }

    private static void saveXmm(Cpu c, MemorySegment to, int at) {
        for (int n = 0; n < 16; n++) {
            to.set(Host.LONG, at + 16 * n, c.vectors.lo[n]);
            to.set(Host.LONG, at + 16 * n + 8, c.vectors.hi[n]);
        }
    }

    // FXRSTOR and XRSTOR.

    /// {@return whether the image's MXCSR has none of the bits that do not exist}
    public static boolean isMxcsrValid(MemorySegment image) {
        return (image.get(Host.INT, MXCSR) & ~MxCsr.WRITABLE) == 0;
    }

    public static void restoreX87(X87State x, MemorySegment from, boolean wide) {
        restoreWords(x, from, 0);
        long narrow = wide ? -1 : 0xFFFF_FFFFL;
        x.fip = from.get(Host.LONG, FIP) & narrow;
        x.fdp = from.get(Host.LONG, FDP) & narrow;
        restoreStack(x, from, ST);
    }

    private static void restoreWords(X87State x, MemorySegment from, int at) {
        x.controlWord(from.get(Host.SHORT, at + FCW));
        x.statusWord(from.get(Host.SHORT, at + FSW));
        x.abridgedTags(from.get(Host.SHORT, at + FTW));
        x.fop = from.get(Host.SHORT, at + FOP) & FOP_BITS;
    }

    private static void restoreStack(X87State x, MemorySegment from, int at) {
        for (int n = 0; n < 8; n++) {
            x.st(n).set(from.get(Host.SHORT, at + 16 * n + 8) & 0xFFFF,
                    from.get(Host.LONG, at + 16 * n));
        }
    }

    /// @see #isMxcsrValid
    public static void restoreMxcsr(Cpu c, MemorySegment from) {
        c.mxcsr.value = from.get(Host.INT, MXCSR);
    }

    /// @param count 16, or outside 64-bit code 8
    public static void restoreXmm(Cpu c, MemorySegment from, int count) {
        restoreXmm(c, from, XMM, count);
    }

    private static void restoreXmm(Cpu c, MemorySegment from, int at, int count) {
        for (int n = 0; n < count; n++) {
            c.vectors.lo[n] = from.get(Host.LONG, at + 16 * n);
            c.vectors.hi[n] = from.get(Host.LONG, at + 16 * n + 8);
        }
    }

    public static void initializeXmm(Cpu c, int count) {
        Arrays.fill(c.vectors.lo, 0, count, 0);
        Arrays.fill(c.vectors.hi, 0, count, 0);
    }

    // KVM.

    /// `KVM_GET_FPU`.
    public static void getFpu(Cpu c, MemorySegment fpu) {
        fpu.asSlice(0, KVM_FPU_BYTES).fill((byte) 0);
        saveStack(c.x87, fpu, 0);
        saveWords(c.x87, fpu, KVM_WORDS);
        fpu.set(Host.LONG, KVM_IP, c.x87.fip);
        fpu.set(Host.LONG, KVM_DP, c.x87.fdp);
        saveXmm(c, fpu, KVM_XMM);
        fpu.set(Host.INT, KVM_MXCSR, c.mxcsr.value);
    }

    /// `KVM_SET_FPU`. MXCSR is not taken over, as Linux does not: programs leave the field 0, which
    /// would unmask every SSE exception. [#setXsave] sets it.
    public static void setFpu(Cpu c, MemorySegment fpu) {
        restoreWords(c.x87, fpu, KVM_WORDS);
        restoreStack(c.x87, fpu, 0);
        c.x87.fip = fpu.get(Host.LONG, KVM_IP);
        c.x87.fdp = fpu.get(Host.LONG, KVM_DP);
        restoreXmm(c, fpu, KVM_XMM, 16);
    }

    /// `KVM_GET_XSAVE`: the standard form, both components in it.
    public static void getXsave(Cpu c, MemorySegment xsave) {
        xsave.asSlice(0, KVM_XSAVE_BYTES).fill((byte) 0);
        save(c, xsave, true);
        xsave.set(Host.LONG, XSTATE_BV, X87 | SSE);
    }

    /// `KVM_SET_XSAVE`. As with Linux, and not with XRSTOR, MXCSR counts only if SSE is in the
    /// image.
    ///
    /// @return false if it is none of the standard form, or of components that are not there, or
    ///         MXCSR is invalid; nothing is changed then
    public static boolean setXsave(Cpu c, MemorySegment xsave) {
        boolean sse = (xsave.get(Host.LONG, XSTATE_BV) & SSE) != 0;
        if (!isHeaderValid(xsave, X87 | SSE) || sse && !isMxcsrValid(xsave)) {
            return false;
        }
        int mxcsr = c.mxcsr.value;
        restore(c, xsave, X87 | SSE, true, 16);
        if (!sse) {
            c.mxcsr.value = mxcsr;
        }
        return true;
    }

    /// {@return whether XRSTOR's standard form takes the header}
    ///
    /// @param allowed XCR0
    public static boolean isHeaderValid(MemorySegment image, long allowed) {
        long reserved = image.get(Host.LONG, XSTATE_BV) & ~allowed;
        for (int at = XCOMP_BV; at < XCOMP_BV_END; at += 8) {
            reserved |= image.get(Host.LONG, at);
        }
        return reserved == 0;
    }

    /// What XRSTOR does when all checks are passed: what is requested and not in the image is
    /// initialized. MXCSR comes with SSE, and from the image in either case.
    ///
    /// @param requested RFBM
    /// @param count XMM registers concerned: 16, or outside 64-bit code 8
    public static void restore(Cpu c, MemorySegment from, long requested, boolean wide,
            int count) {
        long present = from.get(Host.LONG, XSTATE_BV);
        if ((requested & X87 & present) != 0) {
            restoreX87(c.x87, from, wide);
        } else if ((requested & X87) != 0) {
            c.x87.initialize();
        }
        if ((requested & SSE) != 0) {
            restoreMxcsr(c, from);
            if ((present & SSE) != 0) {
                restoreXmm(c, from, count);
            } else {
                initializeXmm(c, count);
            }
        }
    }
}
