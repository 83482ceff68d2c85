package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.SegmentLoad;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.cpu.Stack;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// PUSH, POP and what is built of them.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "PUSH", "POP", "PUSHF", "POPF", "ENTER", "LEAVE"
public final class StackOps {
    private static final int REGISTERS = 8;

    private StackOps() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("PUSH", (c, i) -> Stack.push(c, i.operandSize, Access.destination(c, i)));
        actions.put("POP", StackOps::pop);
        actions.put("PUSHA", StackOps::pusha);
        actions.put("POPA", StackOps::popa);
        actions.put("PUSHF", StackOps::pushf);
        actions.put("POPF", StackOps::popf);
        actions.put("ENTER", StackOps::enter);
        actions.put("LEAVE", StackOps::leave);
        String[] names = {"ES", "CS", "SS", "DS", "FS", "GS"};
        for (int n = 0; n < names.length; n++) {
            int segment = n;
            actions.put("PUSH_" + names[n], (c, i) -> pushSegment(c, i, segment));
            actions.put("POP_" + names[n], (c, i) -> popSegment(c, i, segment));
        }
    }

    private static void pushSegment(Cpu c, Insn i, int segment) {
        Stack.push(c, i.operandSize, c.segment[segment].selector);
    }

    private static void popSegment(Cpu c, Insn i, int segment) {
        int selector = (int) Stack.peek(c, 0, i.operandSize) & 0xFFFF;
        SegmentLoad.data(c, segment, selector);
        Stack.drop(c, i.operandSize);
        c.shadow |= segment == SegmentRegister.SS;
    }

    /// The address of a memory operand is computed with the stack pointer already moved.
    private static void pop(Cpu c, Insn i) {
        if (i.dst != Insn.MEM) {
            long value = Stack.pop(c, i.operandSize);
            Access.result(c, i, value);
            return;
        }
        long before = c.r[Cpu.RSP];
        long value = Stack.pop(c, i.operandSize);
        try {
            Access.result(c, i, value);
        } catch (RuntimeException notDone) {
            c.r[Cpu.RSP] = before;
            throw notDone;
        }
    }

    private static void pusha(Cpu c, Insn i) {
        long before = c.r[Cpu.RSP];
        try {
            for (int register = 0; register < REGISTERS; register++) {
                Stack.push(c, i.operandSize, register == Cpu.RSP ? before : c.r[register]);
            }
        } catch (RuntimeException notDone) {
            c.r[Cpu.RSP] = before;
            throw notDone;
        }
    }

    private static void popa(Cpu c, Insn i) {
        long[] values = new long[8];
        for (int n = 0; n < 8; n++) {
            values[7 - n] = Stack.peek(c, (long) n * i.operandSize, i.operandSize);
        }
        for (int n = 0; n < 8; n++) {
            if (n != Cpu.RSP) {
                Access.register(c, n, i.operandSize, values[n]);
            }
        }
        Stack.drop(c, 8L * i.operandSize);
    }

    private static void requireIoplInVirtual8086(Cpu c) {
        if (c.virtual8086() && c.iopl() < 3) {
            throw GuestFault.gp();
        }
    }

    private static void pushf(Cpu c, Insn i) {
        requireIoplInVirtual8086(c);
        Stack.push(c, i.operandSize, c.eflags() & ~(Flags.VM | Flags.RF));
    }

    private static void popf(Cpu c, Insn i) {
        requireIoplInVirtual8086(c);
        long value = Stack.pop(c, i.operandSize);
        popFlags(c, value, i.operandSize);
    }

    /// IF only with CPL ≤ IOPL, IOPL only in ring 0; VM, VIP and VIF never.
    static void popFlags(Cpu c, long value, int size) {
        int mask = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID;
        if (c.cpl == 0) {
            mask |= Flags.IOPL;
        }
        if (c.cpl <= c.iopl()) {
            mask |= Flags.IF;
        }
        if (size == 2) {
            mask &= 0xFFFF;
        }
        int before = c.systemFlags;
        c.eflags(c.eflags() & ~mask | value & mask & 0xFFFF_FFFFL);
        c.systemFlags &= ~Flags.RF;
        changed(c, before);
    }

    /// A newly set IF lets waiting interrupts in, a changed AC opens or closes SMAP.
    static void changed(Cpu c, int before) {
        if (((before ^ c.systemFlags) & Flags.AC) != 0) {
            Mode.selectTlb(c);
        }
        if ((c.systemFlags & ~before & (Flags.IF | Flags.TF)) != 0) {
            c.budgetEnd();
        }
    }

    private static void enter(Cpu c, Insn i) {
        int level = i.imm2 & 31;
        long rsp = c.r[Cpu.RSP];
        try {
            Stack.push(c, i.operandSize, c.r[Cpu.RBP]);
            long frame = c.r[Cpu.RSP];
            long bp = c.r[Cpu.RBP];
            for (int n = 1; n < level; n++) {
                bp -= i.operandSize;
                long at = Stack.linear(c, Stack.wrap(c, bp), i.operandSize, false);
                Stack.push(c, i.operandSize, Memory.load(c, at, i.operandSize));
            }
            if (level > 0) {
                Stack.push(c, i.operandSize, frame);
            }
            Stack.drop(c, -(i.imm & 0xFFFF));
            Access.register(c, Cpu.RBP, c.stackSize == 2 ? 2 : i.operandSize, frame);
        } catch (RuntimeException notDone) {
            c.r[Cpu.RSP] = rsp;
            throw notDone;
        }
    }

    private static void leave(Cpu c, Insn i) {
        long at = Stack.wrap(c, c.r[Cpu.RBP]);
        long value = Memory.load(c, Stack.linear(c, at, i.operandSize, false), i.operandSize);
        Stack.setPointer(c, at + i.operandSize);
        Access.register(c, Cpu.RBP, i.operandSize, value);
    }
}
