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
    private static final long SIGN = 1 << 15;
    private static final int ES = 1 << 7;
    private static final int PE = 1 << 5;
    private static final int UE = 1 << 4;

    private Approximate() {}

    /// {@return whether two halves of an XMM register are as near as this instance has to be}
    static boolean near(Instance i, long a, long b) {
        boolean approximates = i.form.name().startsWith("RCP") || i.form.name().startsWith("RSQRT");
        return a == b || approximates && near((int) a, (int) b)
                && near((int) (a >>> 32), (int) (b >>> 32)) || bothNaN(i, a, b);
    }

    /// Which of several NaNs a dot product's sum is, depends on the order of its additions; Intel's
    /// CPUs and AMD's have different ones.
    private static boolean bothNaN(Instance i, long a, long b) {
        return i.named("DPPS") && sameOrNaN((int) a, (int) b)
                && sameOrNaN((int) (a >>> 32), (int) (b >>> 32))
                || i.named("DPPD") && Double.isNaN(Double.longBitsToDouble(a))
                        && Double.isNaN(Double.longBitsToDouble(b));
    }

    private static boolean sameOrNaN(int a, int b) {
        return a == b || Float.isNaN(Float.intBitsToFloat(a)) && Float.isNaN(Float.intBitsToFloat(
                b));
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
        boolean sameUnit = exponent == otherExponent || (exponent | otherExponent) << 49 >>> 50 == 0
                && (exponent & SIGN) == (otherExponent & SIGN);
        return sameUnit && Math.abs(a - b) <= 2
                || acrossPower(exponent, a, otherExponent, b)
                || acrossPower(otherExponent, b, exponent, a);
    }

    /// Neighbours with a power of two between them: the units below it are half as large.
    private static boolean acrossPower(long exponent, long a, long smaller, long b) {
        return exponent == smaller + 1 && 2 * (a - Long.MIN_VALUE) - b >= 0
                && 2 * (a - Long.MIN_VALUE) - b <= 3;
    }

    /// {@return whether the result is around the smallest normal number} Then the last bit decides
    /// whether it is an underflow, whose answer, if it is not masked, is another exponent.
    static boolean nearlyUnderflows(Instance i, long... status) {
        return transcendental(i) && java.util.Arrays.stream(status).anyMatch(s -> (s & UE) != 0);
    }

    /// {@return the bits of the x87 status word that may differ}
    ///
    /// Where the makers differ: AMD's CPUs compare although a denormal operand is not masked and
    /// leave C1 alone in FCOMI; the quotient's bits of FPREM mean something for numbers only.
    static int status(Instance i, long status) {
        int open = transcendental(i) ? C0 | C1 | C3 | PE | UE : 0;
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
    static int flagsOfFault(Instance i, boolean pageFault) {
        boolean compares = i.named("CMPSB", "CMPSV", "SCASB", "SCASV");
        return compares && pageFault ? Undefined.ALL : 0;
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
    /// all wait for a store's page fault before they change.
    static boolean leavesMmxOpen(Instance i) {
        return i.memory && i.named("CVTPI2PS", "CVTPI2PD", "MOVQ_P_STORE", "MOVD_P_STORE")
                || i.named("MASKMOVQ");
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

    /// {@return whether a fault may leave memory changed} Intel's CPUs have stored the first of ten
    /// bytes by then.
    static boolean partlyStored(Instance i) {
        return i.named("FBSTP", "FSTP_M80");
    }

    /// {@return whether a pending x87 exception may be overlooked} By the same two.
    static boolean overlooksPending(Instance i) {
        return i.memory && i.named("CVTPI2PS", "CVTPI2PD");
    }

    /// {@return whether the bits 63:32 of RCX, RSI and RDI count} A repeated string instruction
    /// with 32-bit addresses that faults or counts 0: Intel's CPUs clear them, AMD's leave all as
    /// it was.
    static boolean keepsUpperHalves(Instance i, int register) {
        boolean counts = register == 1 || register == 6 || register == 7;
        return !(counts && i.form.has("rep") && i.codeSize == 8 && i.addressSize == 4);
    }

    /// {@return whether it may fault behind what it needs} AMD's CPUs pop all bytes of a selector's
    /// place, and MOVSXD to 16 bits reads 32; Intel's take 16 bits of both.
    static boolean readsMore(Instance i) {
        return i.named("RETF", "IRET") || i.named("MOVSX") && i.operandSize == 2 && i.memory;
    }

    /// {@return whether it may be left open which of two faults comes} A store of the x87 whose
    /// operand is invalid, unmasked, and whose memory is not there: to Intel's CPUs there is
    /// nothing to store, AMD's look at the page first.
    static boolean storesNothing(Instance i, long status) {
        String name = i.form.name();
        return i.memory && (status & ES) != 0
                && (name.startsWith("FIST") || name.startsWith("FST") || name.startsWith("FBSTP"));
    }
}
