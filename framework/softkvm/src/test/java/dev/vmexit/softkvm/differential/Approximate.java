package dev.vmexit.softkvm.differential;

/// Results that the manual bounds instead of defining them.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.3.10 Transcendental Instruction Accuracy;
///       Vol. 2, "RCPPS", "RSQRTPS": a relative error of at most 1.5 * 2^-12
final class Approximate {
    private static final double RELATIVE_ERROR = 2 * 1.5 / 4096;
    private static final int C0 = 1 << 8;
    private static final int C1 = 1 << 9;
    private static final int C2 = 1 << 10;
    private static final int C3 = 1 << 14;
    private static final long LOW_48 = 0xFFFF_FFFF_FFFFL;
    private static final long LOW_32 = 0xFFFF_FFFFL;
    private static final int QUIET_32 = 0x7FC0_0000;
    private static final long QUIET_64 = 0x7FF8L << 48;
    private static final int EXPONENT = 0x7FFF;
    private static final long SIGN = 1 << 15;
    private static final int IE = 1;
    private static final int OE = 1 << 3;
    private static final int BUSY = 1 << 15;
    private static final int ES = 1 << 7;
    private static final int PE = 1 << 5;
    private static final int UE = 1 << 4;

    private Approximate() {}

    /// {@return whether two halves of an XMM register are as near as this instance has to be}
    static boolean near(Instance i, long a, long b) {
        boolean approximates = i.form.name().startsWith("RCP") || i.form.name().startsWith("RSQRT");
        return a == b || approximates && near((int) a, (int) b)
                && near((int) (a >>> 32), (int) (b >>> 32));
    }

    /// {@return whether these are halves of a dot product's sum, and NaNs where they differ} Which
    /// of several NaNs it is depends on the order of the additions; Intel's CPUs and AMD's have
    /// different ones.
    static boolean sumsOfNaNs(Instance i, long a, long b) {
        return i.named("DPPS") && sameOrNaN((int) a, (int) b)
                && sameOrNaN((int) (a >>> 32), (int) (b >>> 32))
                || i.named("DPPD") && (a & b & QUIET_64) == QUIET_64;
    }

    private static boolean sameOrNaN(int a, int b) {
        return a == b || (a & b & QUIET_32) == QUIET_32;
    }

    private static boolean near(int a, int b) {
        double x = Float.intBitsToFloat(a);
        double y = Float.intBitsToFloat(b);
        return a == b || Math.abs(x - y) <= RELATIVE_ERROR * Math.abs(x);
    }

    private static boolean transcendental(Instance i) {
        return i.named("FSIN", "FCOS", "FSINCOS", "FPTAN", "FPATAN", "F2XM1", "FYL2X", "FYL2XP1");
    }

    /// {@return whether they are neighbours: each within one unit in the last place}
    static boolean nearExtended(Instance i, long exponent, long a, long otherExponent, long b) {
        if (!transcendental(i)) {
            return false;
        }
        // Denormal numbers have the unit of the smallest normal ones.
        boolean sameUnit = exponent == otherExponent || isLeast(exponent) && isLeast(otherExponent)
                && (exponent & SIGN) == (otherExponent & SIGN);
        return sameUnit && distance(a, b) <= 2 || acrossPower(exponent, a, otherExponent, b)
                || acrossPower(otherExponent, b, exponent, a);
    }

    private static long distance(long a, long b) {
        long difference = Long.compareUnsigned(a, b) >= 0 ? a - b : b - a;
        return difference < 0 ? Long.MAX_VALUE : difference;
    }

    /// Neighbours with a power of two between them: the units below it are half as large.
    private static boolean acrossPower(long exponent, long a, long smaller, long b) {
        long above = a - Long.MIN_VALUE;
        long below = -b;
        return exponent == smaller + 1 && !isLeast(exponent) && (exponent & EXPONENT) != EXPONENT
                && above >= 0 && above <= 1 && below > 0 && 2 * above + below <= 3;
    }

    /// {@return whether this is the exponent of denormal numbers, or of the smallest normal ones}
    static boolean isLeast(long exponent) {
        return (exponent & EXPONENT) <= 1;
    }

    /// {@return whether a result near the smallest normal number is one on one side, and less on
    /// the other} One unit decides; an underflow that is not masked is answered with another
    /// exponent.
    static boolean underflowsOnce(Instance i, long control, long status, long other) {
        return transcendental(i) && ((status ^ other) & UE) != 0 && (control & UE) == 0;
    }

    /// {@return the bits of the x87 status word that may differ}
    ///
    /// Where the makers differ: AMD's CPUs compare although a denormal operand is not masked and
    /// leave C1 alone in FCOMI; the quotient's bits of FPREM mean something for numbers only.
    ///
    /// @param least a result is near the smallest normal number
    static int status(Instance i, long status, boolean least) {
        int open = transcendental(i) ? C0 | C1 | C3 | PE | (least ? UE | ES | BUSY : 0) : 0;
        if (i.form.name().contains("COM") || i.named("FTST")) {
            open |= C1 | ((status & ES) != 0 ? C0 | C2 | C3 : 0);
        }
        return i.named("FPREM", "FPREM1") ? open | C0 | C1 | C3 : open;
    }

    /// {@return the flags that may differ} AMD's CPUs set them by an unmasked invalid FCOMI.
    static int flags(Instance i, long status) {
        boolean compares = i.named("FCOMI", "FUCOMI", "FCOMIP", "FUCOMIP");
        return compares && (status & ES) != 0 ? Undefined.ALL : 0;
    }

    /// {@return the flags that may differ} CMPS and SCAS that have been repeated and then fault:
    /// Intel's CPUs have the flags of before the instruction, AMD's those of the last repetition.
    ///
    /// @param left RCX after the fault
    static int flagsOfFault(Instance i, long left) {
        boolean compares = i.repeated && i.named("CMPSB", "CMPSV", "SCASB", "SCASV");
        boolean begun = (left ^ i.count) << 64 - 8 * i.addressSize != 0;
        return compares && begun ? Undefined.ALL : 0;
    }

    /// {@return which bits of a word of the window count} The images that instructions store hold
    /// what a record holds and what is not compared there either.
    static long memoryMask(Instance i, int n) {
        int offset = Layout.WINDOW + n - (i.target & -16);
        boolean saves = i.named("FXSAVE", "XSAVE", "XSAVEOPT");
        if (saves && i.memory && offset >= 0 && offset < 32) {
            return offset == 0 ? LOW_48 : offset == 24 ? LOW_32 : 0;
        }
        return -1;
    }

    /// {@return whether the x87 registers are not to be compared} CVTPI2PS and CVTPI2PD of a memory
    /// operand: Intel's manual says of the first that it changes to MMX, AMD's CPUs do not. Nor do
    /// all wait for a store's fault before they change.
    static boolean leavesMmxOpen(Instance i, boolean fault) {
        return i.memory && i.named("CVTPI2PS", "CVTPI2PD")
                || fault && i.named("MOVQ_P_STORE", "MOVD_P_STORE", "MASKMOVQ");
    }

    /// {@return which bits of RBP count} ENTER on a 16-bit stack: the manual has it write BP, AMD's
    /// CPUs write EBP with a 32-bit operand.
    static long framePointer(Instance i) {
        return i.codeSize == 2 && i.named("ENTER") ? 0xFFFF : LOW_32;
    }

    /// {@return whether a fault may leave registers changed} AMD's CPUs have popped some by then.
    static boolean partlyDone(Instance i) {
        return i.named("POPA");
    }

    /// {@return which bits of a word of the window count after a page fault} Of ten bytes in two
    /// pages Intel's CPUs have stored those in the first.
    static long memoryMaskOfFault(Instance i, int n) {
        int end = (i.target & -4096) + 4096;
        int word = Layout.WINDOW + n;
        boolean torn = i.named("FBSTP", "FSTP_M80") && i.target + 10 > end;
        if (!torn || word >= end || word + 8 <= i.target) {
            return -1;
        }
        return word >= i.target ? 0 : (1L << 8 * (i.target - word)) - 1;
    }

    /// {@return whether a pending x87 exception may be overlooked} By the same two.
    static boolean overlooksPending(Instance i) {
        return i.memory && i.named("CVTPI2PS", "CVTPI2PD");
    }

    /// {@return whether the bits 63:32 of RCX, RSI and RDI count} A repeated string instruction
    /// with 32-bit addresses that faults or counts 0: Intel's CPUs clear them, AMD's leave all as
    /// it was.
    static boolean keepsUpperHalves(Instance i, int register, boolean fault) {
        boolean counts = register == 1 || register == 6 || register == 7;
        return !(counts && i.repeated && i.codeSize == 8 && i.addressSize == 4
                && (fault || (int) i.count == 0));
    }

    /// {@return whether it may fault behind what it needs} AMD's CPUs pop all bytes of a selector's
    /// place, and MOVSXD to 16 bits reads 32; Intel's take 16 bits of both.
    static boolean readsMore(Instance i) {
        return i.named("RETF", "IRET")
                || i.memory && i.operandSize == 2 && i.named("MOVSX")
                        && i.form.operand(1).equals("Ed");
    }

    /// {@return whether it may be left open which of two faults comes} A store of the x87 whose
    /// operand is invalid or out of range, unmasked, and whose memory is not there: to Intel's CPUs
    /// there is nothing to store, AMD's look at the page first.
    static boolean storesNothing(Instance i, long control, long status) {
        String name = i.form.name();
        return i.memory && (status & ~control & (IE | OE | UE)) != 0
                && (name.startsWith("FIST") || name.startsWith("FST") || name.startsWith("FBSTP"));
    }
}
