package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.Tlb;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;

/// `REP MOVS` and `REP STOS` upwards, a page at a time: what kernels copy and clear memory with.
///
/// Only where the TLB already has both pages; everything else is done an item at a time. A copy
/// onto itself a little further up repeats its beginning, so those are left out too.
final class StringBulk {
    private StringBulk() {}

    /// {@return how many items were moved, 0 if it is not such a case}
    static int run(Cpu c, Insn i, int size, int count) {
        if (!i.long64 || i.addressSize != 8 || c.flag(Flags.DF)) {
            return 0;
        }
        return switch (i.opcode) {
            case 0xA4, 0xA5 -> movs(c, i, size, count);
            case 0xAA, 0xAB -> stos(c, i, size, count);
            default -> 0;
        };
    }

    private static int movs(Cpu c, Insn i, int size, int count) {
        long from = c.r[Cpu.RSI] + c.base[i.segment];
        long to = c.r[Cpu.RDI];
        int items = Math.min(count, Math.min(inPage(from, size), inPage(to, size)));
        Tlb.Table t = c.tlb.current;
        int f = Tlb.index(from, t.read);
        int w = Tlb.index(to, t.write);
        if (items == 0 || t.read[f] != (from & Tlb.PAGE_MASK)
                || t.write[w] != (to & Tlb.PAGE_MASK)) {
            return 0;
        }
        long bytes = (long) items * size;
        long source = from + t.addend[f];
        long target = to + t.addend[w];
        if (target > source && target < source + bytes) {
            return 0;
        }
        MemorySegment.copy(Host.ALL, source, Host.ALL, target, bytes);
        c.r[Cpu.RSI] += bytes;
        c.r[Cpu.RDI] += bytes;
        return items;
    }

    private static int stos(Cpu c, Insn i, int size, int count) {
        long to = c.r[Cpu.RDI];
        int items = Math.min(count, inPage(to, size));
        Tlb.Table t = c.tlb.current;
        int w = Tlb.index(to, t.write);
        if (items == 0 || t.write[w] != (to & Tlb.PAGE_MASK)) {
            return 0;
        }
        long target = to + t.addend[w];
        long value = c.r[Cpu.RAX];
        if (value == 0) {
            Host.ALL.asSlice(target, (long) items * size).fill((byte) 0);
        } else {
            for (int n = 0; n < items; n++) {
                Host.set(target + (long) n * size, size, value);
            }
        }
        c.r[Cpu.RDI] += (long) items * size;
        return items;
    }

    private static int inPage(long linear, int size) {
        return (int) (4096 - (linear & 0xFFF)) / size;
    }
}
