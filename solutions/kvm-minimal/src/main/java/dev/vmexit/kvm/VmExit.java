package dev.vmexit.kvm;

import dev.vmexit.memory.GuestAddress;
import java.util.HexFormat;

/// Why the guest stopped running and we are running instead. Plain values, copied once.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
// tag::kvm-07-exits[]
public sealed interface VmExit {
    /// The guest executed `OUT`: `count` values of `size` bytes, one after the other in `data`.
    /// More than one only for the string form, `REP OUTS`.
    record Out(int port, int size, int count, byte[] data) implements VmExit {}

    /// The guest executed `IN` and waits for `count` values of `size` bytes.
    record In(int port, int size, int count) implements Question {}

    /// The guest wrote to an address where it has no RAM.
    record MmioWrite(GuestAddress address, int size, long value) implements VmExit {}

    /// The guest read from an address where it has no RAM, and waits for the answer.
    record MmioRead(GuestAddress address, int size) implements Question {
        @Override
        public int count() {
            return 1;
        }
    }

    /// The guest executed `HLT`, and no interrupt controller in the kernel will wake it.
    record Hlt() implements Final {}

    /// A triple fault, or another reason for a reset.
    record Shutdown() implements Final {}

    /// The CPU refused the guest's state.
    record FailEntry(long reason, long cpu) implements Final {}

    /// KVM gave up, most often on an instruction it cannot emulate; `bytes` is that instruction.
    record InternalError(long suberror, byte[] bytes) implements Final {}

    /// A breakpoint or a single step that we asked for.
    record Debug(long exception, GuestAddress pc) implements Final {}

    /// The guest asked for a shutdown (1), a reset (2), or crashed (3).
    record SystemEvent(long type) implements Final {}

    /// Nothing happened in the guest: [Vcpu#stop], or a signal.
    record Interrupted() implements Final {}

    /// A reason that this program did not ask for and does not know.
    record Unknown(long reason) implements Final {}
    // end::kvm-07-exits[]

    /// An exit that no device can answer: what happens next is the owner's decision.
    sealed interface Final extends VmExit {}

    /// An exit whose guest waits for data.
    sealed interface Question extends VmExit {
        int size();

        int count();
    }

    /// {@return the exit in words, for people}
    // tag::words[]
    default String inWords() {
        return switch (this) {
            case Out out -> "wrote %s to port 0x%x".formatted(hex(out.data), out.port);
            case In in -> "read %s from port 0x%x".formatted(bytes(in.size), in.port);
            case MmioWrite w -> "wrote 0x%x to address %s".formatted(w.value, w.address);
            case MmioRead r -> "read %s at address %s".formatted(bytes(r.size), r.address);
            case Hlt _ -> "halted";
            case Shutdown _ -> "shut down: a triple fault, the CPU could not deliver an exception";
            case FailEntry f -> "could not be entered: the CPU refused its state, reason 0x%x"
                    .formatted(f.reason);
            case InternalError e -> "could not be continued: KVM's internal error %d%s"
                    .formatted(e.suberror, e.suberror == 1 && e.bytes.length > 0
                            ? ", it cannot emulate the instruction " + hex(e.bytes)
                            : ", and it had no instruction to show");
            case Debug d -> "stopped at a breakpoint at " + d.pc;
            case SystemEvent e -> "asked for a system event of type " + e.type;
            case Interrupted _ -> "was interrupted from outside";
            case Unknown u -> "exited for a reason that is not known here: " + u.reason;
        };
    }
    // end::words[]

    private static String bytes(int size) {
        return size == 1 ? "1 byte" : size + " bytes";
    }

    private static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
