package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.math.BigInteger;
import java.util.Map;

/// MUL, IMUL, DIV, IDIV, and the sign extensions CBW … CQO.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "MUL", "IMUL", "DIV", "IDIV"
public final class Multiply {
    private Multiply() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("MUL", Multiply::mul);
        actions.put("IMUL1", Multiply::imul1);
        actions.put("IMUL", (c, i) -> Access.result(c, i,
                imul(c, i.size, Access.destination(c, i), Access.source(c, i))));
        actions.put("IMUL3", (c, i) -> Access.result(c, i,
                imul(c, i.size, Access.source(c, i), i.imm)));
        actions.put("DIV", Multiply::div);
        actions.put("IDIV", Multiply::idiv);
        actions.put("CBW", Multiply::cbw);
        actions.put("CWD", Multiply::cwd);
    }

    /// CF and OF tell that the product does not fit; SF, ZF, PF, AF are undefined: here they are
    /// those of the low half, as on Intel's CPUs.
    public static long imul(Cpu c, int size, long a, long b) {
        long x = Flags.signExtend(a, size);
        long y = Flags.signExtend(b, size);
        long r = x * y;
        long signed = Flags.signExtend(r, size);
        boolean fits = size == 8 ? Math.multiplyHigh(x, y) == r >> 63 : signed == r;
        Flags.set(c, signed, !fits, !fits, false);
        return r;
    }

    private static void mul(Cpu c, Insn i) {
        long a = Access.truncate(c.r[Cpu.RAX], i.size);
        long b = Access.truncate(Access.destination(c, i), i.size);
        long high = i.size == 8 ? Math.unsignedMultiplyHigh(a, b) : a * b >>> 8 * i.size;
        product(c, i.size, a * b, high);
        boolean overflow = Access.truncate(high, i.size) != 0;
        Flags.set(c, Flags.signExtend(a * b, i.size), overflow, overflow, false);
    }

    private static void imul1(Cpu c, Insn i) {
        long a = Flags.signExtend(c.r[Cpu.RAX], i.size);
        long b = Flags.signExtend(Access.destination(c, i), i.size);
        long low = imul(c, i.size, a, b);
        long high = i.size == 8 ? Math.multiplyHigh(a, b) : low >> 8 * i.size;
        product(c, i.size, low, high);
    }

    /// AX for bytes, else DX:AX, EDX:EAX, RDX:RAX.
    private static void product(Cpu c, int size, long low, long high) {
        if (size == 1) {
            Access.register(c, Cpu.RAX, 2, low & 0xFF | high << 8);
        } else {
            Access.register(c, Cpu.RAX, size, low);
            Access.register(c, Cpu.RDX, size, high);
        }
    }

    private static void div(Cpu c, Insn i) {
        long divisor = Access.truncate(Access.destination(c, i), i.size);
        if (divisor == 0) {
            throw GuestFault.of(GuestFault.DE);
        }
        if (i.size == 8) {
            divide128(c, c.r[Cpu.RDX], c.r[Cpu.RAX], divisor);
            return;
        }
        long dividend = dividend(c, i.size);
        long quotient = Long.divideUnsigned(dividend, divisor);
        if (quotient != Access.truncate(quotient, i.size)) {
            throw GuestFault.of(GuestFault.DE);
        }
        quotientAndRemainder(c, i.size, quotient, Long.remainderUnsigned(dividend, divisor));
    }

    private static void divide128(Cpu c, long high, long low, long divisor) {
        if (Long.compareUnsigned(high, divisor) >= 0) {
            throw GuestFault.of(GuestFault.DE);
        }
        if (high == 0) {
            c.r[Cpu.RAX] = Long.divideUnsigned(low, divisor);
            c.r[Cpu.RDX] = Long.remainderUnsigned(low, divisor);
            return;
        }
        long remainder = high;
        long quotient = 0;
        for (int bit = 63; bit >= 0; bit--) {
            boolean carry = remainder < 0;
            remainder = remainder << 1 | low >>> bit & 1;
            if (carry || Long.compareUnsigned(remainder, divisor) >= 0) {
                remainder -= divisor;
                quotient |= 1L << bit;
            }
        }
        c.r[Cpu.RAX] = quotient;
        c.r[Cpu.RDX] = remainder;
    }

    /// {@return AX, DX:AX or EDX:EAX}
    private static long dividend(Cpu c, int size) {
        return switch (size) {
            case 1 -> c.r[Cpu.RAX] & 0xFFFF;
            case 2 -> c.r[Cpu.RAX] & 0xFFFF | (c.r[Cpu.RDX] & 0xFFFF) << 16;
            default -> c.r[Cpu.RAX] & 0xFFFF_FFFFL | c.r[Cpu.RDX] << 32;
        };
    }

    private static void quotientAndRemainder(Cpu c, int size, long quotient, long remainder) {
        if (size == 1) {
            Access.register(c, Cpu.RAX, 2, quotient & 0xFF | (remainder & 0xFF) << 8);
        } else {
            Access.register(c, Cpu.RAX, size, quotient);
            Access.register(c, Cpu.RDX, size, remainder);
        }
    }

    private static void idiv(Cpu c, Insn i) {
        long divisor = Flags.signExtend(Access.destination(c, i), i.size);
        if (divisor == 0) {
            throw GuestFault.of(GuestFault.DE);
        }
        if (i.size == 8) {
            signed128(c, c.r[Cpu.RDX], c.r[Cpu.RAX], divisor);
            return;
        }
        long dividend = Flags.signExtend(dividend(c, i.size), 2 * i.size);
        if (dividend == Long.MIN_VALUE && divisor == -1) {
            throw GuestFault.of(GuestFault.DE);
        }
        long quotient = dividend / divisor;
        if (quotient != Flags.signExtend(quotient, i.size)) {
            throw GuestFault.of(GuestFault.DE);
        }
        quotientAndRemainder(c, i.size, quotient, dividend % divisor);
    }

    private static void signed128(Cpu c, long high, long low, long divisor) {
        if (high == low >> 63 && !(low == Long.MIN_VALUE && divisor == -1)) {
            c.r[Cpu.RAX] = low / divisor;
            c.r[Cpu.RDX] = low % divisor;
            return;
        }
        BigInteger dividend = BigInteger.valueOf(high).shiftLeft(64)
                .add(new BigInteger(Long.toUnsignedString(low)));
        BigInteger[] both = dividend.divideAndRemainder(BigInteger.valueOf(divisor));
        if (both[0].bitLength() > 63) {
            throw GuestFault.of(GuestFault.DE);
        }
        c.r[Cpu.RAX] = both[0].longValue();
        c.r[Cpu.RDX] = both[1].longValue();
    }

    private static void cbw(Cpu c, Insn i) {
        Access.register(c, Cpu.RAX, i.size, Flags.signExtend(c.r[Cpu.RAX], i.size / 2));
    }

    private static void cwd(Cpu c, Insn i) {
        Access.register(c, Cpu.RDX, i.size, Flags.signExtend(c.r[Cpu.RAX], i.size) >> 63);
    }
}
