package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ops.Access.Binary;
import java.util.Map;

/// ADD to CMP, INC, DEC, NEG, NOT, TEST.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, chapters 3 and 4, the instruction's own page
public final class Arithmetic {
    private Arithmetic() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("ADD", modifying(Arithmetic::add));
        actions.put("OR", modifying(Arithmetic::or));
        actions.put("ADC", modifying(Arithmetic::adc));
        actions.put("SBB", modifying(Arithmetic::sbb));
        actions.put("AND", modifying(Arithmetic::and));
        actions.put("SUB", modifying(Arithmetic::sub));
        actions.put("XOR", modifying(Arithmetic::xor));
        actions.put("CMP", Arithmetic::cmp);
        actions.put("TEST", Arithmetic::test);
        actions.put("INC", unary((c, size, a, b) -> inc(c, size, a)));
        actions.put("DEC", unary((c, size, a, b) -> dec(c, size, a)));
        actions.put("NEG", unary((c, size, a, b) -> neg(c, size, a)));
        actions.put("NOT", unary((c, size, a, b) -> ~a));
        actions.put("XADD", Arithmetic::xadd);
        actions.put("CMPXCHG", Arithmetic::cmpxchg);
    }

    private static Action modifying(Binary op) {
        return (c, i) -> Access.modify(c, i, Access.source(c, i), op);
    }

    private static Action unary(Binary op) {
        return (c, i) -> Access.modify(c, i, 0, op);
    }

    // tag::add[]
    public static long add(Cpu c, int size, long a, long b) {
        long r = a + b;
        Flags.setAdd(c, size, a, b, r);
        return r;
    }
    // end::add[]

    public static long adc(Cpu c, int size, long a, long b) {
        long r = a + b + (Flags.carry(c) ? 1 : 0);
        Flags.setAdd(c, size, a, b, r);
        return r;
    }

    public static long sub(Cpu c, int size, long a, long b) {
        long r = a - b;
        Flags.setSubtract(c, size, a, b, r);
        return r;
    }

    public static long sbb(Cpu c, int size, long a, long b) {
        long r = a - b - (Flags.carry(c) ? 1 : 0);
        Flags.setSubtract(c, size, a, b, r);
        return r;
    }

    public static long and(Cpu c, int size, long a, long b) {
        Flags.setLogic(c, size, a & b);
        return a & b;
    }

    public static long or(Cpu c, int size, long a, long b) {
        Flags.setLogic(c, size, a | b);
        return a | b;
    }

    public static long xor(Cpu c, int size, long a, long b) {
        Flags.setLogic(c, size, a ^ b);
        return a ^ b;
    }

    // tag::inc[]
    /// CF stays what it was.
    public static long inc(Cpu c, int size, long a) {
        long r = a + 1;
        boolean carry = Flags.carry(c);
        long signed = Flags.signExtend(r, size);
        Flags.set(c, signed, carry, signed == Long.MIN_VALUE >> 64 - 8 * size, (r & 15) == 0);
        return r;
    }
    // end::inc[]

    public static long dec(Cpu c, int size, long a) {
        long r = a - 1;
        boolean carry = Flags.carry(c);
        long signed = Flags.signExtend(r, size);
        boolean overflow = Flags.signExtend(a, size) == Long.MIN_VALUE >> 64 - 8 * size;
        Flags.set(c, signed, carry, overflow, (r & 15) == 15);
        return r;
    }

    public static long neg(Cpu c, int size, long a) {
        Flags.setSubtract(c, size, 0, a, -a);
        return -a;
    }

    private static void cmp(Cpu c, Insn i) {
        long b = Access.source(c, i);
        long a = Access.destination(c, i);
        Flags.setSubtract(c, i.size, a, b, a - b);
    }

    private static void test(Cpu c, Insn i) {
        long b = Access.source(c, i);
        Flags.setLogic(c, i.size, Access.destination(c, i) & b);
    }

    private static void xadd(Cpu c, Insn i) {
        long b = Access.source(c, i);
        var old = new long[1];
        if (i.dst != Insn.MEM) {
            long a = Access.destination(c, i);
            long r = add(c, i.size, a, b);
            writeSource(c, i, a);
            Access.result(c, i, r);
            return;
        }
        Access.modify(c, i, b, (cpu, size, a, addend) -> {
            old[0] = a;
            return add(cpu, size, a, addend);
        });
        writeSource(c, i, old[0]);
    }

    static void writeSource(Cpu c, Insn i, long value) {
        if (i.src == Insn.R1H) {
            c.r[i.srcReg] = c.r[i.srcReg] & ~0xFF00L | (value & 0xFF) << 8;
        } else {
            Access.register(c, i.srcReg, i.srcSize, value);
        }
    }

    /// Of the two registers only the one that receives something is written: four bytes then clear
    /// the upper half, and the other one keeps it.
    private static void exchangeRegister(Cpu c, Insn i, long expected, long b) {
        long old = Access.truncate(Access.destination(c, i), i.size);
        Flags.setSubtract(c, i.size, expected, old, expected - old);
        if (old == expected) {
            Access.result(c, i, b);
        } else {
            Access.register(c, Cpu.RAX, i.size, old);
        }
    }

    private static void cmpxchg(Cpu c, Insn i) {
        long b = Access.source(c, i);
        long expected = Access.truncate(c.r[Cpu.RAX], i.size);
        if (i.dst != Insn.MEM) {
            exchangeRegister(c, i, expected, b);
            return;
        }
        var old = new long[1];
        Access.modify(c, i, b, (cpu, size, a, value) -> {
            old[0] = Access.truncate(a, size);
            Flags.setSubtract(cpu, size, expected, a, expected - a);
            return old[0] == expected ? value : a;
        });
        if (old[0] != expected) {
            Access.register(c, Cpu.RAX, i.size, old[0]);
        }
    }
}
