package dev.vmexit.softkvm.cpu;

/// The six arithmetic flags, kept as two words from which each can be computed when it is asked
/// for.
///
/// Nearly every instruction sets them and few are ever looked at, so an instruction only leaves
/// behind its result and its carries:
///
/// ```
/// flagResult   the result, sign-extended to 64 bits        ZF: == 0   SF: < 0   PF: low byte
/// flagAux      63 carry out of the top bit                 CF
///              62 carry out of the bit below it            OF = 63 ^ 62
///              3  carry out of bit 3                       AF
///              7  SF is the opposite of the result's sign  (only after POPF and the like)
///              2  PF is the opposite of its parity
/// ```
///
/// Every combination of the six has such a pair, so there is no other representation and no
/// "are the flags lazy now?".
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 3.4.3 EFLAGS Register
public final class Flags {
    public static final int CF = 1;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int TF = 1 << 8;
    public static final int IF = 1 << 9;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    public static final int IOPL = 3 << 12;
    public static final int NT = 1 << 14;
    public static final int RF = 1 << 16;
    public static final int VM = 1 << 17;
    public static final int AC = 1 << 18;
    public static final int VIF = 1 << 19;
    public static final int VIP = 1 << 20;
    public static final int ID = 1 << 21;

    public static final int ARITHMETIC = CF | PF | AF | ZF | SF | OF;
    public static final int ALWAYS_ONE = 1 << 1;

    public static final long TOP_TWO = 3L << 62;
    private static final int CARRY_OF_BIT_3 = 1 << 3;
    private static final int PF_INVERTED = 1 << 2;
    private static final int SF_INVERTED = 1 << 7;

    private Flags() {}

    public static long signExtend(long value, int size) {
        int unused = 64 - 8 * size;
        return value << unused >> unused;
    }

    // tag::carries[]
    public static long carriesOfAdd(long a, long b, long result) {
        return a & b | (a | b) & ~result;
    }

    public static long borrowsOfSubtract(long a, long b, long result) {
        return ~a & b | ~(a ^ b) & result;
    }

    public static long aux(long carries, int size) {
        return carries << 64 - 8 * size & TOP_TWO | carries & CARRY_OF_BIT_3;
    }
    // end::carries[]

    // tag::lazy[]
    public static void setAdd(Cpu c, int size, long a, long b, long result) {
        c.flagResult = signExtend(result, size);
        c.flagAux = aux(carriesOfAdd(a, b, result), size);
    }

    public static void setSubtract(Cpu c, int size, long a, long b, long result) {
        c.flagResult = signExtend(result, size);
        c.flagAux = aux(borrowsOfSubtract(a, b, result), size);
    }

    public static void setLogic(Cpu c, int size, long result) {
        c.flagResult = signExtend(result, size);
        c.flagAux = 0;
    }
    // end::lazy[]

    /// The result's own ZF, SF, PF; carry and overflow as given; AF as given.
    public static void set(Cpu c, long signedResult, boolean carry, boolean overflow, boolean af) {
        c.flagResult = signedResult;
        c.flagAux = auxOf(carry, overflow, af);
    }

    public static long auxOf(boolean carry, boolean overflow, boolean adjust) {
        return (carry ? 1L << 63 : 0) | (carry ^ overflow ? 1L << 62 : 0)
                | (adjust ? CARRY_OF_BIT_3 : 0);
    }

    // tag::ask[]
    public static boolean carry(Cpu c) {
        return c.flagAux < 0;
    }

    public static boolean overflow(Cpu c) {
        return (c.flagAux ^ c.flagAux << 1) < 0;
    }

    public static boolean zero(Cpu c) {
        return c.flagResult == 0;
    }

    public static boolean sign(Cpu c) {
        return (c.flagResult ^ c.flagAux << 56) < 0;
    }
    // end::ask[]

    public static boolean parity(Cpu c) {
        return (Long.bitCount(c.flagResult & 0xFF) & 1) == (c.flagAux >>> 2 & 1);
    }

    public static boolean adjust(Cpu c) {
        return (c.flagAux & CARRY_OF_BIT_3) != 0;
    }

    public static int arithmetic(Cpu c) {
        return (carry(c) ? CF : 0) | (parity(c) ? PF : 0) | (adjust(c) ? AF : 0)
                | (zero(c) ? ZF : 0) | (sign(c) ? SF : 0) | (overflow(c) ? OF : 0);
    }

    public static void setArithmetic(Cpu c, int flags) {
        // A result of 1 has odd parity (PF 0) and is positive; of 0, even parity and positive.
        boolean zero = (flags & ZF) != 0;
        c.flagResult = zero ? 0 : 1;
        c.flagAux = auxOf((flags & CF) != 0, (flags & OF) != 0, (flags & AF) != 0)
                | ((flags & PF) != 0 ^ zero ? PF_INVERTED : 0)
                | ((flags & SF) != 0 ? SF_INVERTED : 0);
    }

    public static void setCarry(Cpu c, boolean carry) {
        long was = overflow(c) ^ carry ? 1L << 62 : 0;
        c.flagAux = c.flagAux & ~TOP_TWO | (carry ? 1L << 63 : 0) | was;
    }

    /// {@return whether condition `cc` (the low four bits of Jcc, SETcc, CMOVcc) holds}
    public static boolean condition(Cpu c, int cc) {
        boolean holds = switch (cc >> 1) {
            case 0 -> overflow(c);
            case 1 -> carry(c);
            case 2 -> zero(c);
            case 3 -> carry(c) || zero(c);
            case 4 -> sign(c);
            case 5 -> parity(c);
            case 6 -> sign(c) != overflow(c);
            default -> zero(c) || sign(c) != overflow(c);
        };
        return holds != ((cc & 1) != 0);
    }
}
