package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ops.Access.Binary;
import java.util.Map;

/// Shifts and rotates. A count of 0 changes nothing, the flags included; otherwise CF is the last
/// bit that left. OF is defined for a count of 1 only; here it is what the CPUs of both makers do
/// for the others too: the same formula.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "SAL/SAR/SHL/SHR—Shift"; "RCL/RCR/ROL/ROR-—Rotate"
public final class Shifts {
    private Shifts() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("SHL", shift(Shifts::shl));
        actions.put("SHR", shift(Shifts::shr));
        actions.put("SAR", shift(Shifts::sar));
        actions.put("ROL", shift(Shifts::rol));
        actions.put("ROR", shift(Shifts::ror));
        actions.put("RCL", shift(Shifts::rcl));
        actions.put("RCR", shift(Shifts::rcr));
        actions.put("SHLD", (c, i) -> twoWords(c, i, true));
        actions.put("SHRD", (c, i) -> twoWords(c, i, false));
    }

    private static Action shift(Binary op) {
        return (c, i) -> Access.modify(c, i, count(i.size, Access.source(c, i)), op);
    }

    public static long count(int size, long count) {
        return count & (size == 8 ? 63 : 31);
    }

    public static long shl(Cpu c, int size, long a, long n) {
        if (n == 0) {
            return a;
        }
        int bits = 8 * size;
        long r = a << n;
        boolean carry = n <= bits && (a >>> bits - n & 1) != 0;
        long signed = Flags.signExtend(r, size);
        Flags.set(c, signed, carry, signed < 0 ^ carry, false);
        return r;
    }

    public static long shr(Cpu c, int size, long a, long n) {
        if (n == 0) {
            return a;
        }
        long v = Access.truncate(a, size);
        long r = v >>> n;
        boolean carry = (v >>> n - 1 & 1) != 0;
        boolean overflow = n == 1 && (v >>> 8 * size - 1 & 1) != 0;
        Flags.set(c, Flags.signExtend(r, size), carry, overflow, false);
        return r;
    }

    public static long sar(Cpu c, int size, long a, long n) {
        if (n == 0) {
            return a;
        }
        long v = Flags.signExtend(a, size);
        long r = v >> n;
        Flags.set(c, r, (v >> n - 1 & 1) != 0, false, false);
        return r;
    }

    public static long rol(Cpu c, int size, long a, long n) {
        if (n == 0) {
            return a;
        }
        int bits = 8 * size;
        long v = Access.truncate(a, size);
        int k = (int) n % bits;
        long r = Access.truncate(k == 0 ? v : v << k | v >>> bits - k, size);
        carryAndOverflow(c, (r & 1) != 0, (r >>> bits - 1 ^ r & 1) != 0);
        return r;
    }

    public static long ror(Cpu c, int size, long a, long n) {
        if (n == 0) {
            return a;
        }
        int bits = 8 * size;
        long v = Access.truncate(a, size);
        int k = (int) n % bits;
        long r = Access.truncate(k == 0 ? v : v >>> k | v << bits - k, size);
        carryAndOverflow(c, (r >>> bits - 1 & 1) != 0,
                ((r >>> bits - 1 ^ r >>> bits - 2) & 1) != 0);
        return r;
    }

    public static long rcl(Cpu c, int size, long a, long n) {
        int bits = 8 * size;
        int k = (int) n % (bits + 1);
        if (k == 0) {
            return a;
        }
        long v = Access.truncate(a, size);
        long carry = Flags.carry(c) ? 1 : 0;
        boolean out = (v >>> bits - k & 1) != 0;
        long low = k == 1 ? 0 : v >>> bits + 1 - k;
        long r = Access.truncate((k == 64 ? 0 : v << k) | carry << k - 1 | low, size);
        carryAndOverflow(c, out, r >>> bits - 1 != 0 ^ out);
        return r;
    }

    public static long rcr(Cpu c, int size, long a, long n) {
        int bits = 8 * size;
        int k = (int) n % (bits + 1);
        if (k == 0) {
            return a;
        }
        long v = Access.truncate(a, size);
        long carry = Flags.carry(c) ? 1 : 0;
        boolean out = (v >>> k - 1 & 1) != 0;
        long high = k == 1 ? 0 : v << bits + 1 - k;
        long r = Access.truncate((k == 64 ? 0 : v >>> k) | carry << bits - k | high, size);
        carryAndOverflow(c, out, ((r >>> bits - 1 ^ r >>> bits - 2) & 1) != 0);
        return r;
    }

    /// Rotates leave SF, ZF, AF and PF alone.
    private static void carryAndOverflow(Cpu c, boolean carry, boolean overflow) {
        c.flagAux = c.flagAux & ~Flags.TOP_TWO | Flags.auxOf(carry, overflow, false);
    }

    private static void twoWords(Cpu c, Insn i, boolean left) {
        long n = count(i.size, i.form.operand(2).equals("CL") ? c.r[Cpu.RCX] : i.imm);
        long b = Access.truncate(Access.source(c, i), i.size);
        Access.modify(c, i, b, (cpu, size, a, other) -> n == 0
                ? a
                : left ? shld(cpu, size, a, other, (int) n) : shrd(cpu, size, a, other, (int) n));
    }

    /// A 16-bit operand shifted by more than 16 goes on with the first operand's own bits, as
    /// Intel's CPUs do; the manual leaves it undefined.
    private static long shld(Cpu c, int size, long a, long b, int n) {
        int bits = 8 * size;
        long v = Access.truncate(a, size);
        long r;
        boolean carry;
        if (size == 2) {
            long wide = v << 32 | b << 16 | v;
            r = wide << n >>> 32;
            carry = (wide >>> 48 - n & 1) != 0;
        } else {
            r = v << n | b >>> bits - n;
            carry = (v >>> bits - n & 1) != 0;
        }
        long signed = Flags.signExtend(r, size);
        Flags.set(c, signed, carry, signed < 0 ^ (v >>> bits - 1 & 1) != 0, false);
        return r;
    }

    private static long shrd(Cpu c, int size, long a, long b, int n) {
        int bits = 8 * size;
        long v = Access.truncate(a, size);
        long r;
        boolean carry;
        if (size == 2) {
            long wide = v << 32 | b << 16 | v;
            r = wide >>> n;
            carry = (wide >>> n - 1 & 1) != 0;
        } else {
            r = v >>> n | b << bits - n;
            carry = (v >>> n - 1 & 1) != 0;
        }
        long signed = Flags.signExtend(r, size);
        Flags.set(c, signed, carry, signed < 0 ^ (v >>> bits - 1 & 1) != 0, false);
        return r;
    }
}
