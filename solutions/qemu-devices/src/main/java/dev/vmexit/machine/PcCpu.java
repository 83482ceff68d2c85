package dev.vmexit.machine;

import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.memory.GuestFault;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.tiny.RunLoop;
import java.util.Optional;

/// One CPU of a PC: a vCPU, the loop that runs it, and how it ended.
///
/// `end` and `fault` are written by the CPU's thread and read after it has finished.
final class PcCpu {
    private final int id;
    private final Vcpu vcpu;
    private final ExitHistory history = new ExitHistory();
    private final RunLoop loop;
    private volatile boolean stopping;
    private VmExit end;
    private Throwable fault;

    PcCpu(int id, Vcpu vcpu, SystemBus bus) {
        this.id = id;
        this.vcpu = vcpu;
        this.loop = new RunLoop(vcpu, bus, history);
    }

    int id() {
        return id;
    }

    Vcpu vcpu() {
        return vcpu;
    }

    /// Runs to the end, and then ends the others too: a PC does not limp on with some of its CPUs.
    // tag::run[]
    void run(Runnable stopOthers) {
        try {
            do {
                end = loop.run();
            } while (end instanceof VmExit.Interrupted && !stopping);
        } catch (RuntimeException | Error thrown) {
            fault = thrown;
        } finally {
            stopOthers.run();
        }
    }
    // end::run[]

    void stop() {
        stopping = true;
        vcpu.stop();
    }

    /// {@return a report, if this CPU's end was not asked for}
    Optional<String> death(GuestMemory memory) {
        if (fault instanceof GuestFault guest) {
            return Optional.of(DeathReport.of(this, history, guest.getMessage(), memory));
        } else if (fault instanceof RuntimeException ours) {
            throw ours;
        } else if (fault instanceof Error ours) {
            throw ours;
        }
        return switch (end) {
            case VmExit.Interrupted _,VmExit.Out _,VmExit.MmioWrite _ -> Optional.empty();
            default -> Optional.of(DeathReport.of(this, history, "the guest " + end.inWords(),
                    memory));
        };
    }
}
