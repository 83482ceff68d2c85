package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.Crc32;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/// Single bits, bit scans, counts, and decimal adjustment.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "BT—Bit Test" and the others by name
public final class Bits {
    private Bits() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("BT", Bits::bt);
        actions.put("BTS", (c, i) -> change(c, i, (a, mask) -> a | mask));
        actions.put("BTR", (c, i) -> change(c, i, (a, mask) -> a & ~mask));
        actions.put("BTC", (c, i) -> change(c, i, (a, mask) -> a ^ mask));
        actions.put("BSF", (c, i) -> scan(c, i, true));
        actions.put("BSR", (c, i) -> scan(c, i, false));
        actions.put("POPCNT", Bits::popcnt);
        actions.put("CRC32", (c, i) -> Access.result(c, i, crc32(c, i)));
        actions.put("DAA", (c, i) -> decimal(c, true));
        actions.put("DAS", (c, i) -> decimal(c, false));
        actions.put("AAA", (c, i) -> ascii(c, 0x106));
        actions.put("AAS", (c, i) -> ascii(c, -0x106));
        actions.put("AAM", Bits::aam);
        actions.put("AAD", Bits::aad);
    }

    private static long crc32(Cpu c, Insn i) {
        int crc = Crc32.crc32((int) c.r[i.dstReg], Access.sourceUnsigned(c, i), i.srcSize);
        return Integer.toUnsignedLong(crc);
    }

    /// A bit number in a register reaches beyond the memory operand, to either side.
    private static long cell(Cpu c, Insn i, boolean write) {
        long offset = Access.effective(c, i);
        if (i.src != Insn.IMM) {
            long bit = Flags.signExtend(Access.source(c, i), i.size);
            int log = Integer.numberOfTrailingZeros(8 * i.size);
            offset = Access.truncate(offset + (bit >> log) * i.size, i.addressSize);
        }
        return Access.linearAt(c, i.segment, offset, i.size, write);
    }

    private static int bit(Cpu c, Insn i) {
        return (int) Access.source(c, i) & 8 * i.size - 1;
    }

    private static void bt(Cpu c, Insn i) {
        long a = i.dst == Insn.MEM
                ? Memory.load(c, cell(c, i, false), i.size)
                : Access.destination(c, i);
        Flags.setCarry(c, (a >>> bit(c, i) & 1) != 0);
    }

    private static void change(Cpu c, Insn i, LongBinaryOperator op) {
        int bit = bit(c, i);
        long mask = 1L << bit;
        long a;
        if (i.dst == Insn.MEM) {
            long at = cell(c, i, true);
            Access.probeWrite(c, at, i.size);
            if (i.lock) {
                do {
                    a = Memory.load(c, at, i.size);
                } while (!Memory.compareAndSet(c, at, i.size, a, op.applyAsLong(a, mask)));
            } else {
                a = Memory.load(c, at, i.size);
                Memory.store(c, at, i.size, op.applyAsLong(a, mask));
            }
        } else {
            a = Access.destination(c, i);
            Access.result(c, i, op.applyAsLong(a, mask));
        }
        Flags.setCarry(c, (a >>> bit & 1) != 0);
    }

    /// Of 0 the result is undefined and CPUs leave the register as it was; only ZF is defined.
    private static void scan(Cpu c, Insn i, boolean forward) {
        long value = Access.sourceUnsigned(c, i);
        if (value != 0) {
            Access.result(c, i, forward
                    ? Long.numberOfTrailingZeros(value)
                    : 63 - Long.numberOfLeadingZeros(value));
        }
        c.flagResult = value == 0 ? 0 : 1;
        c.flagAux = 0;
    }

    private static void popcnt(Cpu c, Insn i) {
        long value = Access.sourceUnsigned(c, i);
        Access.result(c, i, Long.bitCount(value));
        Flags.setArithmetic(c, value == 0 ? Flags.ZF : 0);
    }

    private static void decimal(Cpu c, boolean add) {
        int al = (int) c.r[Cpu.RAX] & 0xFF;
        boolean adjust = (al & 15) > 9 || Flags.adjust(c);
        boolean carry = al > 0x99 || Flags.carry(c);
        int change = (adjust ? 6 : 0) + (carry ? 0x60 : 0);
        int result = add ? al + change : al - change;
        boolean borrow = !add && adjust && al < 6;
        Access.register(c, Cpu.RAX, 1, result);
        Flags.set(c, (byte) result, carry || borrow, false, adjust);
    }

    private static void ascii(Cpu c, int change) {
        int ax = (int) c.r[Cpu.RAX] & 0xFFFF;
        boolean adjust = (ax & 15) > 9 || Flags.adjust(c);
        int result = (adjust ? ax + change : ax) & 0xFF0F;
        Access.register(c, Cpu.RAX, 2, result);
        Flags.set(c, (byte) result, adjust, false, adjust);
    }

    private static void aam(Cpu c, Insn i) {
        int base = (int) i.imm & 0xFF;
        if (base == 0) {
            throw GuestFault.of(GuestFault.DE);
        }
        int al = (int) c.r[Cpu.RAX] & 0xFF;
        Access.register(c, Cpu.RAX, 2, al / base << 8 | al % base);
        Flags.setLogic(c, 1, al % base);
    }

    private static void aad(Cpu c, Insn i) {
        int ax = (int) c.r[Cpu.RAX];
        int al = (ax & 0xFF) + (ax >> 8 & 0xFF) * ((int) i.imm & 0xFF) & 0xFF;
        Access.register(c, Cpu.RAX, 2, al);
        Flags.setLogic(c, 1, al);
    }
}
