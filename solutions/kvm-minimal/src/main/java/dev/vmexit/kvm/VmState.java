package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// What KVM keeps of a machine outside its vCPUs.
///
/// @param chips `struct kvm_irqchip` of the master PIC, the slave PIC and the IOAPIC
/// @param pit `struct kvm_pit_state2`
/// @param clockNanos what kvmclock shows
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, sections 4.26 "KVM_GET_IRQCHIP", 4.72
///       "KVM_GET_PIT2" and 4.29 "KVM_GET_CLOCK"
public record VmState(List<byte[]> chips, byte[] pit, long clockNanos) {
    public static final int CHIPS = 3;
    public static final int CHIP_BYTES = 520;
    public static final int PIT_BYTES = 112;
    private static final int CLOCK_BYTES = 48;

    static VmState read(LibC libc, int vmFd) {
        try (Arena arena = Arena.ofConfined()) {
            var chips = new java.util.ArrayList<byte[]>();
            for (int n = 0; n < CHIPS; n++) {
                var chip = arena.allocate(CHIP_BYTES, 8);
                chip.set(JAVA_INT, 0, n);
                call(libc, vmFd, "KVM_GET_IRQCHIP", Requests.KVM_GET_IRQCHIP, chip);
                chips.add(chip.toArray(JAVA_BYTE));
            }
            var pit = arena.allocate(PIT_BYTES, 8);
            call(libc, vmFd, "KVM_GET_PIT2", Requests.KVM_GET_PIT2, pit);
            var clock = arena.allocate(CLOCK_BYTES, 8);
            call(libc, vmFd, "KVM_GET_CLOCK", Requests.KVM_GET_CLOCK, clock);
            return new VmState(List.copyOf(chips), pit.toArray(JAVA_BYTE), clock.get(JAVA_LONG, 0));
        }
    }

    /// Before the vCPUs' state: what they do depends on the clock, and their timers run at once.
    void write(LibC libc, int vmFd) {
        try (Arena arena = Arena.ofConfined()) {
            var clock = arena.allocate(CLOCK_BYTES, 8);
            clock.set(JAVA_LONG, 0, clockNanos);
            call(libc, vmFd, "KVM_SET_CLOCK", Requests.KVM_SET_CLOCK, clock);
            for (int n = 0; n < CHIPS; n++) {
                var chip = arena.allocate(CHIP_BYTES, 8).copyFrom(MemorySegment.ofArray(
                        chips.get(n)));
                chip.set(JAVA_INT, 0, n);
                call(libc, vmFd, "KVM_SET_IRQCHIP", Requests.KVM_SET_IRQCHIP, chip);
            }
            var state = arena.allocate(PIT_BYTES, 8).copyFrom(MemorySegment.ofArray(pit));
            call(libc, vmFd, "KVM_SET_PIT2", Requests.KVM_SET_PIT2, state);
        }
    }

    private static void call(LibC libc, int vmFd, String name, long request, MemorySegment struct) {
        KernelException.check("ioctl(" + name + ")", libc.ioctl(vmFd, request, struct.address()));
    }
}
