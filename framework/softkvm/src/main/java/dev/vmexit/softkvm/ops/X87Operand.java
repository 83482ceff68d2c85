package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.fp.X87Conversion;
import dev.vmexit.softkvm.fp.X87Status;
import dev.vmexit.softkvm.insn.Insn;

/// The memory operands that arithmetic and comparison take.
///
/// They are widened and nothing else: a signaling NaN is still one. What is reported of them is
/// reported by the operation.
enum X87Operand {
    M32("F", 4), M64("F", 8), I32("FI", 4), I16("FI", 2);

    static final int EXCEPTIONS = 0x3F;
    private static final int BIAS = 16383;
    private static final int SIGN = 1 << 15;
    private static final int EXPONENT = 0x7FFF;
    private static final long LEADING = 1L << 63;

    private final String prefix;
    private final int bytes;

    X87Operand(String prefix, int bytes) {
        this.prefix = prefix;
        this.bytes = bytes;
    }

    /// {@return the name in the opcode table of an instruction with this operand}
    String form(String operation) {
        return prefix + operation + "_M" + bytes * 8;
    }

    /// Loads the operand into [X87State#operand].
    ///
    /// @return whether it is a denormal
    boolean load(Cpu c, Insn i) {
        long bits = Memory.load(c, Access.linear(c, i, bytes, false), bytes);
        X87State x = c.x87;
        return switch (this) {
            case M32 -> widen(x.operand, bits << 32, 8);
            case M64 -> widen(x.operand, bits, 11);
            case I32, I16 -> {
                X87Conversion.fromInteger(x.operand, Flags.signExtend(bits, bytes), x.status);
                yield false;
            }
        };
    }

    /// @param bits the number, its sign in bit 63
    /// @param exponentBits how wide its exponent is
    private static boolean widen(Float80 to, long bits, int exponentBits) {
        int sign = bits < 0 ? SIGN : 0;
        int largest = (1 << exponentBits) - 1;
        int exponent = (int) (bits >>> 63 - exponentBits) & largest;
        long fraction = bits << exponentBits + 1;
        int bias = BIAS - (largest >> 1);
        if (exponent != 0) {
            int field = exponent == largest ? EXPONENT : exponent + bias;
            to.set(sign | field, fraction >>> 1 | LEADING);
            return false;
        }
        if (fraction == 0) {
            to.set(sign, 0);
            return false;
        }
        int zeros = Long.numberOfLeadingZeros(fraction);
        to.set(sign | bias - zeros, fraction << zeros);
        return true;
    }

    /// Ends an operation of ST(0) and a denormal from memory that was done with no exception flag
    /// set: adds DE unless something worse has happened, and the flags from `before`.
    ///
    /// @return false if DE is what is unmasked: the operation has not happened then
    static boolean reportDenormal(X87State x, int before) {
        X87Status status = x.status;
        boolean worse = status.isSet(X87Status.IE | X87Status.ZE) || isNan(x.st(0));
        if (worse || (status.masks() & X87Status.DE) != 0) {
            status.status |= before & EXCEPTIONS | (worse ? 0 : X87Status.DE);
            return true;
        }
        status.status = before & ~X87Status.C1;
        return status.raise(X87Status.DE);
    }

    private static boolean isNan(Float80 value) {
        return (value.signExponent & EXPONENT) == EXPONENT && value.significand != LEADING;
    }
}
