package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.DebugRegisters;
import dev.vmexit.softkvm.cpu.ExitToUser;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import java.util.Arrays;

/// Instruction by instruction: for `EFLAGS.TF`, breakpoints in debug registers, and debuggers.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 17.3 Debug Exceptions
final class Stepper {
    private final Vcpu v;
    private final Cpu c;

    Stepper(Vcpu vcpu) {
        this.v = vcpu;
        this.c = vcpu.cpu;
    }

    boolean isNeeded() {
        return c.flag(Flags.TF) || v.debug.singleSteps() || v.debug.hasCodeBreakpoints()
                || DebugRegisters.anyCodeBreakpoint(c.dr[7]);
    }

    void step() {
        long linear = linearIp();
        if (v.debug.hits(c, linear) != 0 && !c.flag(Flags.RF)) {
            c.systemFlags |= Flags.RF;
            exitDebug(GuestFault.DB, v.debug.hits(c, linear));
            throw ExitToUser.NOW;
        }
        int hits = DebugRegisters.hits(c.dr[7], c.dr, linear);
        if (hits != 0 && !c.flag(Flags.RF)) {
            c.dr[6] |= hits;
            throw GuestFault.of(GuestFault.DB);
        }
        boolean trap = c.flag(Flags.TF);
        c.systemFlags &= ~Flags.RF;
        v.interpreter.step();
        v.outside.replay.done();
        if (v.debug.singleSteps()) {
            v.outside.exits.addFirst(() -> exitDebug(GuestFault.DB,
                    DebugRegisters.DR6_SINGLE_STEP));
        } else if (trap) {
            c.dr[6] |= DebugRegisters.DR6_SINGLE_STEP;
            throw GuestFault.of(GuestFault.DB);
        }
    }

    int exitDebug(int exception, long dr6) {
        v.page.exitDebug(exception, linearIp(), dr6 | 0xFFFF_0FF0L, v.debug.dr7(c));
        return 1;
    }

    private long linearIp() {
        return c.segmented ? c.segment[SegmentRegister.CS].base + c.rip & 0xFFFF_FFFFL : c.rip;
    }

    /// {@return up to 15 bytes of the instruction at hand, as far as they can be read}
    byte[] bytesAtRip() {
        byte[] bytes = new byte[15];
        for (int n = 0; n < bytes.length; n++) {
            try {
                bytes[n] = (byte) Memory.load1(c, linearIp() + n);
            } catch (RuntimeException unreadable) {
                return Arrays.copyOf(bytes, n);
            }
        }
        return bytes;
    }
}
