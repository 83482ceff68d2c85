package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.insn.Guards;
import dev.vmexit.softkvm.ops.Access;
import dev.vmexit.softkvm.ops.Arithmetic;
import dev.vmexit.softkvm.ops.Multiply;
import dev.vmexit.softkvm.ops.Shifts;

/// What translated code computes by calling: functions of two words, without the [Cpu], for the
/// flags; and the interpreter's own semantics where the flags come out of a case distinction.
///
/// `aux` is `flagAux` of [Flags]; `r` is always the sign-extended result.
public final class Semantics {
    // What set the flags; above these bits the size of its operands.
    static final int STORED = 0;
    static final int ADD = 1;
    static final int SUBTRACT = 2;
    static final int SHL = 3;
    static final int SHR = 4;
    static final int SAR = 5;
    static final int INC = 6;
    static final int DEC = 7;
    static final int ROL = 8;
    static final int ROR = 9;
    static final int SIZE_SHIFT = 4;

    private Semantics() {}

    /// {@return `flagAux` of the operation `how` on `a` and `b`}
    // tag::aux[]
    public static long aux(int how, long a, long b, long r) {
        int size = how >>> SIZE_SHIFT;
        return switch (how & (1 << SIZE_SHIFT) - 1) {
            case ADD -> auxAdd(a, b, r, size);
            case SUBTRACT -> auxSubtract(a, b, r, size);
            case SHL -> auxShl(a, b, r, size);
            case SHR -> auxShr(a, b, r, size);
            case SAR -> auxSar(a, b, r, size);
            case INC -> auxInc(a, b, r, size);
            case DEC -> auxDec(a, b, r, size);
            case ROL -> auxRol(a, b, r, size);
            case ROR -> auxRor(a, b, r, size);
            default -> a;
        };
    }
    // end::aux[]

    public static long auxAdd(long a, long b, long r, int size) {
        return Flags.aux(Flags.carriesOfAdd(a, b, r), size);
    }

    public static long auxSubtract(long a, long b, long r, int size) {
        return Flags.aux(Flags.borrowsOfSubtract(a, b, r), size);
    }

    /// @param aux of before, for its carry
    public static long auxInc(long aux, long b, long r, int size) {
        return Flags.auxOf(aux < 0, r == Long.MIN_VALUE >> 64 - 8 * size, (r & 15) == 0);
    }

    public static long auxDec(long aux, long b, long r, int size) {
        boolean overflow = r == ~(Long.MIN_VALUE >> 64 - 8 * size);
        return Flags.auxOf(aux < 0, overflow, (r & 15) == 15);
    }

    /// @param a the operand, zero-extended; `n` is 1 to its width − 1
    public static long auxShl(long a, long n, long r, int size) {
        boolean carry = (a >>> 8 * size - n & 1) != 0;
        return Flags.auxOf(carry, r < 0 ^ carry, false);
    }

    public static long auxShr(long a, long n, long r, int size) {
        return Flags.auxOf((a >>> n - 1 & 1) != 0, n == 1 && (a >>> 8 * size - 1 & 1) != 0,
                false);
    }

    /// @param a the operand, sign-extended
    public static long auxSar(long a, long n, long r, int size) {
        return Flags.auxOf((a >> n - 1 & 1) != 0, false, false);
    }

    /// Rotates change CF and OF only.
    public static long auxRotate(long aux, boolean carry, boolean overflow) {
        return aux & ~Flags.TOP_TWO | Flags.auxOf(carry, overflow, false);
    }

    /// @param aux of before, `rotated` sign-extended
    public static long auxRol(long aux, long rotated, long r, int size) {
        boolean carry = (rotated & 1) != 0;
        return auxRotate(aux, carry, rotated < 0 ^ carry);
    }

    public static long auxRor(long aux, long rotated, long r, int size) {
        boolean overflow = (rotated ^ rotated << 1) << 64 - 8 * size < 0;
        return auxRotate(aux, rotated < 0, overflow);
    }

    // tag::holds[]
    /// {@return whether condition `cc` holds for any flags}
    public static boolean holds(int cc, long r, long aux) {
        boolean holds = switch (cc >> 1) {
            case 0 -> (aux ^ aux << 1) < 0;
            case 1 -> aux < 0;
            case 2 -> r == 0;
            case 3 -> aux < 0 || r == 0;
            case 4 -> (r ^ aux << 56) < 0;
            case 5 -> (Long.bitCount(r & 0xFF) & 1) == (aux >>> 2 & 1);
            case 6 -> (r ^ aux << 56 ^ aux ^ aux << 1) < 0;
            default -> r == 0 || (r ^ aux << 56 ^ aux ^ aux << 1) < 0;
        };
        return holds != ((cc & 1) != 0);
    }
    // end::holds[]

    // Those that read and write the flags in the CPU.

    public static long adc(Cpu c, long a, long b, int size) {
        return Arithmetic.adc(c, size, a, b);
    }

    public static long sbb(Cpu c, long a, long b, int size) {
        return Arithmetic.sbb(c, size, a, b);
    }

    public static long imul(Cpu c, long a, long b, int size) {
        return Multiply.imul(c, size, a, b);
    }

    public static long shl(Cpu c, long a, long b, int size) {
        return Shifts.shl(c, size, a, Shifts.count(size, b));
    }

    public static long shr(Cpu c, long a, long b, int size) {
        return Shifts.shr(c, size, a, Shifts.count(size, b));
    }

    public static long sar(Cpu c, long a, long b, int size) {
        return Shifts.sar(c, size, a, Shifts.count(size, b));
    }

    public static long rol(Cpu c, long a, long b, int size) {
        return Shifts.rol(c, size, a, Shifts.count(size, b));
    }

    public static long ror(Cpu c, long a, long b, int size) {
        return Shifts.ror(c, size, a, Shifts.count(size, b));
    }

    // Vectors.

    public static void requireSse(Cpu c) {
        Guards.requireSse(c);
    }

    public static void requireAligned(long linear) {
        if ((linear & 15) != 0) {
            throw GuestFault.gp();
        }
    }

    public static void loadVector(Cpu c, long linear, int register) {
        long low = Memory.load8(c, linear);
        c.vectors.hi[register] = Memory.load8(c, linear + 8);
        c.vectors.lo[register] = low;
    }

    public static void storeVector(Cpu c, long linear, int register) {
        Access.store16(c, linear, c.vectors.lo[register], c.vectors.hi[register]);
    }

    public static void moveVector(Cpu c, int to, int from) {
        c.vectors.lo[to] = c.vectors.lo[from];
        c.vectors.hi[to] = c.vectors.hi[from];
    }
}
