package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.FarTransfer;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.InterruptReturn;
import dev.vmexit.softkvm.cpu.Interrupts;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Segmentation;
import dev.vmexit.softkvm.cpu.Stack;
import dev.vmexit.softkvm.cpu.SystemCall;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.util.Map;

/// Jumps, calls, returns, software interrupts.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "Jcc", "JMP", "CALL", "RET", "INT n", "IRET"
public final class Jumps {
    private Jumps() {}

    public static void bind(Map<String, Action> actions) {
        actions.put("JMP", (c, i) -> jump(c, i, c.rip + i.imm));
        actions.put("JCC", (c, i) -> {
            if (Flags.condition(c, i.cc())) {
                jump(c, i, c.rip + i.imm);
            }
        });
        actions.put("LOOP", (c, i) -> loop(c, i, true));
        actions.put("LOOPE", (c, i) -> loop(c, i, Flags.zero(c)));
        actions.put("LOOPNE", (c, i) -> loop(c, i, !Flags.zero(c)));
        actions.put("JCXZ", (c, i) -> {
            if (Access.truncate(c.r[Cpu.RCX], i.addressSize) == 0) {
                jump(c, i, c.rip + i.imm);
            }
        });
        actions.put("CALL", (c, i) -> call(c, i, c.rip + i.imm));
        actions.put("CALL_E", (c, i) -> call(c, i, Access.destination(c, i)));
        actions.put("JMP_E", (c, i) -> jump(c, i, Access.destination(c, i)));
        actions.put("RET", Jumps::ret);
        bindFar(actions);
        bindInterrupts(actions);
    }

    private static void bindFar(Map<String, Action> actions) {
        actions.put("JMPF", (c, i) -> FarTransfer.jump(c, i.imm2,
                Access.truncate(i.imm, i.operandSize)));
        actions.put("CALLF", (c, i) -> FarTransfer.call(c, i.imm2,
                Access.truncate(i.imm, i.operandSize), i.operandSize));
        actions.put("JMPF_M", (c, i) -> FarTransfer.jump(c, selector(c, i), offset(c, i)));
        actions.put("CALLF_M", (c, i) -> FarTransfer.call(c, selector(c, i), offset(c, i),
                i.operandSize));
        actions.put("RETF", (c, i) -> FarTransfer.ret(c, i.operandSize,
                (int) Access.truncate(i.imm, 2)));
        actions.put("IRET", (c, i) -> InterruptReturn.iret(c, i.operandSize));
    }

    private static void bindInterrupts(Map<String, Action> actions) {
        actions.put("INT3", Jumps::breakpoint);
        actions.put("INT1", (c, i) -> Interrupts.software(c, GuestFault.DB, i.length));
        actions.put("INT", (c, i) -> Interrupts.softwareInt(c, (int) i.imm & 0xFF, i.length));
        actions.put("INTO", (c, i) -> {
            if (Flags.overflow(c)) {
                Interrupts.software(c, GuestFault.OF, i.length);
            }
        });
        actions.put("SYSCALL", (c, i) -> SystemCall.syscall(c));
        actions.put("SYSRET", (c, i) -> SystemCall.sysret(c, i.operandSize));
        actions.put("SYSENTER", (c, i) -> SystemCall.sysenter(c));
        actions.put("SYSEXIT", (c, i) -> SystemCall.sysexit(c, i.operandSize));
        actions.put("BOUND", Jumps::bound);
        for (String undefined : new String[]{"UD0", "UD1", "UD2", "NOT_HERE"}) {
            actions.put(undefined, (c, i) -> {
                throw GuestFault.ud();
            });
        }
    }

    static void jump(Cpu c, Insn i, long target) {
        long ip = Access.truncate(target, i.operandSize);
        Segmentation.requireInCode(c, ip);
        c.rip = ip;
    }

    /// A breakpoint of a debugger outside is no business of the guest: the main loop exits.
    private static void breakpoint(Cpu c, Insn i) {
        if (c.breakpointsExit) {
            throw GuestFault.of(GuestFault.BP);
        }
        Interrupts.software(c, GuestFault.BP, i.length);
    }

    private static void call(Cpu c, Insn i, long target) {
        long ip = Access.truncate(target, i.operandSize);
        Segmentation.requireInCode(c, ip);
        Stack.push(c, i.operandSize, c.rip);
        c.rip = ip;
    }

    private static void ret(Cpu c, Insn i) {
        long ip = Access.truncate(Stack.peek(c, 0, i.operandSize), i.operandSize);
        Segmentation.requireInCode(c, ip);
        Stack.drop(c, i.operandSize + Access.truncate(i.imm, 2));
        c.rip = ip;
    }

    private static void loop(Cpu c, Insn i, boolean condition) {
        long count = Access.truncate(c.r[Cpu.RCX] - 1, i.addressSize);
        if (condition && count != 0) {
            jump(c, i, c.rip + i.imm);
        }
        Access.register(c, Cpu.RCX, i.addressSize, count);
    }

    private static int selector(Cpu c, Insn i) {
        long at = Access.linear(c, i, i.operandSize + 2, false);
        return (int) Memory.load2(c, at + i.operandSize);
    }

    private static long offset(Cpu c, Insn i) {
        return Memory.load(c, Access.linear(c, i, i.operandSize + 2, false), i.operandSize);
    }

    private static void bound(Cpu c, Insn i) {
        long at = Access.linear(c, i, 2 * i.size, false);
        long index = Flags.signExtend(c.r[i.reg], i.size);
        long low = Flags.signExtend(Memory.load(c, at, i.size), i.size);
        long high = Flags.signExtend(Memory.load(c, at + i.size, i.size), i.size);
        if (index < low || index > high) {
            throw GuestFault.of(GuestFault.BR);
        }
    }
}
