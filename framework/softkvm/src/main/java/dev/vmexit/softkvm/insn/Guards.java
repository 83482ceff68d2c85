package dev.vmexit.softkvm.insn;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import java.util.List;
import java.util.Set;

/// What must hold before an instruction may do anything: the privilege level, and that the
/// operating system has switched on the registers it uses.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 2.5 CR0.EM, CR0.TS, CR4.OSFXSR; 13.4
public final class Guards {
    private Guards() {}

    static Action around(Action action, List<String> operands, Set<String> attributes) {
        Action guarded = action;
        if (attributes.contains("x87")) {
            guarded = x87(guarded);
        } else if (uses(operands, "VWU")) {
            guarded = sse(guarded);
        }
        if (uses(operands, "PQN") || attributes.contains("mmx")) {
            guarded = mmx(guarded);
        }
        return attributes.contains("p0") ? ring0(guarded) : guarded;
    }

    private static boolean uses(List<String> operands, String letters) {
        return operands.stream().anyMatch(o -> letters.indexOf(o.charAt(0)) >= 0);
    }

    private static Action ring0(Action action) {
        return (c, i) -> {
            if (c.cpl != 0) {
                throw GuestFault.gp();
            }
            action.run(c, i);
        };
    }

    private static Action sse(Action action) {
        return (c, i) -> {
            requireSse(c);
            action.run(c, i);
        };
    }

    /// @throws GuestFault `#UD` without OSFXSR or with EM, `#NM` with TS
    public static void requireSse(Cpu c) {
        if ((c.cr0 & (ControlRegisters.CR0_EM | ControlRegisters.CR0_TS)) != 0
                || (c.cr4 & ControlRegisters.CR4_OSFXSR) == 0) {
            boolean off = (c.cr0 & ControlRegisters.CR0_EM) != 0
                    || (c.cr4 & ControlRegisters.CR4_OSFXSR) == 0;
            throw GuestFault.of(off ? GuestFault.UD : GuestFault.NM);
        }
    }

    private static Action mmx(Action action) {
        return (c, i) -> {
            if ((c.cr0 & ControlRegisters.CR0_EM) != 0) {
                throw GuestFault.ud();
            }
            if ((c.cr0 & ControlRegisters.CR0_TS) != 0) {
                throw GuestFault.of(GuestFault.NM);
            }
            c.x87.requireNoPendingFault(c);
            action.run(c, i);
        };
    }

    private static Action x87(Action action) {
        return (c, i) -> {
            boolean wait = i.form.name().equals("FWAIT");
            long off = wait ? 0 : ControlRegisters.CR0_EM | ControlRegisters.CR0_TS;
            long together = ControlRegisters.CR0_MP | ControlRegisters.CR0_TS;
            if ((c.cr0 & off) != 0 || wait && (c.cr0 & together) == together) {
                throw GuestFault.of(GuestFault.NM);
            }
            action.run(c, i);
        };
    }
}
