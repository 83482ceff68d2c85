package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Descriptor;
import dev.vmexit.softkvm.cpu.DescriptorTable;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SegmentLoad;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Instructions about segments: loading selectors and tables, and asking about descriptors.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "LGDT/LIDT", "LAR", "LSL", "VERR/VERW", "ARPL"
public final class Descriptors {
    private static final int LAR_SYSTEM_TYPES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9
            | 1 << 11 | 1 << 12;
    private static final int LSL_SYSTEM_TYPES = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 9 | 1 << 11;
    private static final int LAR_LONG_TYPES = 1 << 2 | 1 << 9 | 1 << 11 | 1 << 12;
    private static final int LSL_LONG_TYPES = 1 << 2 | 1 << 9 | 1 << 11;

    private Descriptors() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("MOV_FROM_SEG", Descriptors::fromSegment);
        actions.put("MOV_TO_SEG", Descriptors::toSegment);
        String[] far = {"LES", "", "LSS", "LDS", "LFS", "LGS"};
        for (int n = 0; n < far.length; n++) {
            int segment = n;
            actions.put(far[n], (c, i) -> farPointer(c, i, segment));
        }
        actions.put("SGDT", (c, i) -> store(c, i, c.gdtr));
        actions.put("SIDT", (c, i) -> store(c, i, c.idtr));
        actions.put("LGDT", (c, i) -> load(c, i, c.gdtr));
        actions.put("LIDT", (c, i) -> load(c, i, c.idtr));
        actions.put("SLDT", (c, i) -> selector(c, i, SegmentRegister.LDTR));
        actions.put("STR", (c, i) -> selector(c, i, SegmentRegister.TR));
        actions.put("LLDT", (c, i) -> {
            requireDescriptors(c);
            SegmentLoad.ldt(c, (int) Access.destination(c, i) & 0xFFFF);
        });
        actions.put("LTR", (c, i) -> {
            requireDescriptors(c);
            SegmentLoad.task(c, (int) Access.destination(c, i) & 0xFFFF);
        });
        actions.put("VERR", (c, i) -> verify(c, i, false));
        actions.put("VERW", (c, i) -> verify(c, i, true));
        actions.put("LAR", Descriptors::lar);
        actions.put("LSL", Descriptors::lsl);
        actions.put("ARPL", Descriptors::arpl);
    }

    private static void requireDescriptors(Cpu c) {
        if (!c.usesDescriptors()) {
            throw GuestFault.ud();
        }
    }

    /// A selector in memory has two bytes whatever the operand size.
    static Insn asWord(Insn i) {
        Insn word = new Insn();
        word.form = i.form;
        word.dst = i.dst;
        word.size = 2;
        word.base = i.base;
        word.index = i.index;
        word.scale = i.scale;
        word.displacement = i.displacement;
        word.ripRelative = i.ripRelative;
        word.segment = i.segment;
        word.addressSize = i.addressSize;
        word.long64 = i.long64;
        word.memory = true;
        return word;
    }

    private static void fromSegment(Cpu c, Insn i) {
        if (i.reg > SegmentRegister.GS) {
            throw GuestFault.ud();
        }
        Access.result(c, i.dst == Insn.MEM ? asWord(i) : i, c.segment[i.reg].selector);
    }

    private static void toSegment(Cpu c, Insn i) {
        if (i.reg == SegmentRegister.CS || i.reg > SegmentRegister.GS) {
            throw GuestFault.ud();
        }
        SegmentLoad.data(c, i.reg, (int) Access.source(c, i) & 0xFFFF);
        c.shadow |= i.reg == SegmentRegister.SS;
    }

    /// LES, LSS, LDS, LFS, LGS: an offset, and behind it a selector.
    private static void farPointer(Cpu c, Insn i, int segment) {
        long at = Access.linear(c, i, i.operandSize + 2, false);
        long offset = Memory.load(c, at, i.operandSize);
        SegmentLoad.data(c, segment, (int) Memory.load2(c, at + i.operandSize));
        Access.result(c, i, offset);
    }

    private static void store(Cpu c, Insn i, DescriptorTable table) {
        SystemOps.requireUmip(c);
        int baseSize = i.long64 ? 8 : 4;
        long at = Access.linear(c, i, 2 + baseSize, true);
        Memory.store2(c, at, table.limit);
        Memory.store(c, at + 2, baseSize, table.base);
    }

    private static void load(Cpu c, Insn i, DescriptorTable table) {
        int baseSize = i.long64 ? 8 : 4;
        long at = Access.linear(c, i, 2 + baseSize, false);
        int limit = (int) Memory.load2(c, at);
        long base = Memory.load(c, at + 2, baseSize);
        if (i.long64 && base << 16 >> 16 != base) {
            throw GuestFault.gp();
        }
        table.limit = limit;
        table.base = !i.long64 && i.operandSize == 2 ? base & 0xFF_FFFF : base;
    }

    private static void selector(Cpu c, Insn i, int segment) {
        requireDescriptors(c);
        SystemOps.requireUmip(c);
        Access.result(c, i.dst == Insn.MEM ? asWord(i) : i, c.segment[segment].selector);
    }

    private static void zero(Cpu c, boolean zero) {
        Flags.setArithmetic(c, Flags.arithmetic(c) & ~Flags.ZF | (zero ? Flags.ZF : 0));
    }

    /// {@return the descriptor if it is there and visible from here, else null}
    private static Descriptor visible(Cpu c, int selector, int systemTypes) {
        if (SegmentLoad.isNull(selector)) {
            return null;
        }
        Descriptor d;
        try {
            d = SegmentLoad.find(c, selector, GuestFault.GP);
        } catch (GuestFault beyond) {
            if (beyond.vector() == GuestFault.PF) {
                throw beyond;
            }
            return null;
        }
        boolean known = d.s() || (systemTypes >> d.type() & 1) != 0;
        boolean anyLevel = d.isCode() && d.isConforming();
        boolean level = anyLevel || d.dpl() >= c.cpl && d.dpl() >= (selector & 3);
        return known && level ? d : null;
    }

    private static void verify(Cpu c, Insn i, boolean write) {
        requireDescriptors(c);
        Descriptor d = visible(c, (int) Access.destination(c, i) & 0xFFFF, 0);
        zero(c, d != null && (write ? d.isWritableData() : d.isReadable()));
    }

    private static void lar(Cpu c, Insn i) {
        requireDescriptors(c);
        Descriptor d = visible(c, (int) Access.source(c, i) & 0xFFFF,
                c.longMode ? LAR_LONG_TYPES : LAR_SYSTEM_TYPES);
        if (d != null) {
            Access.result(c, i, d.raw() >>> 32 & 0xFF_FF00L);
        }
        zero(c, d != null);
    }

    private static void lsl(Cpu c, Insn i) {
        requireDescriptors(c);
        Descriptor d = visible(c, (int) Access.source(c, i) & 0xFFFF,
                c.longMode ? LSL_LONG_TYPES : LSL_SYSTEM_TYPES);
        if (d != null) {
            Access.result(c, i, d.limit());
        }
        zero(c, d != null);
    }

    private static void arpl(Cpu c, Insn i) {
        requireDescriptors(c);
        long wanted = Access.source(c, i) & 3;
        long selector = Access.destination(c, i);
        boolean raise = (selector & 3) < wanted;
        if (raise) {
            Access.result(c, i, selector & ~3L | wanted);
        }
        zero(c, raise);
    }
}
