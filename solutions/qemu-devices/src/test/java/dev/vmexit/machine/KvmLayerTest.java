package dev.vmexit.machine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.guest.Guests;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Kvm;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/// What the KVM layer can do beyond lab 1.
class KvmLayerTest {
    private static final int IA32_LSTAR = 0xC000_0082;

    @Test
    void the_dirty_log_names_the_pages_that_a_guest_wrote_and_forgets_them() {
        var console = new Console("", OutputStream.nullOutputStream());
        try (var machine = TinyMachine.load(LibC.host(), Guests.protectedMode("x"), console)) {
            MemorySlot slot = machine.vm().slots().getFirst();
            machine.vm().setAccess(slot, MemorySlot.Access.LOGGED);
            machine.run();
            assertThat(machine.vm().dirtyPages(slot).stream().boxed()).as("pages written")
                    .contains(0x123);
            assertThat(machine.vm().dirtyPages(slot).get(0x123)).as("asked again").isFalse();
        }
    }

    @Test
    void a_write_to_a_port_with_an_eventfd_is_counted_there_and_does_not_come_back() {
        LibC libc = LibC.host();
        var console = new Console("", OutputStream.nullOutputStream());
        int eventfd = libc.eventfd(0, 0);
        try (var machine = TinyMachine.load(libc, Guests.hello("eight ch"), console);
                Arena arena = Arena.ofConfined()) {
            machine.vm().signalAtPort(0x3F8, 1, eventfd);
            assertThat(machine.vcpu().run()).isEqualTo(new VmExit.Hlt());
            MemorySegment count = arena.allocate(JAVA_LONG);
            assertThat(libc.read(eventfd, count)).isEqualTo(8);
            assertThat(count.get(JAVA_LONG, 0)).as("writes").isEqualTo(8);
            assertThatThrownBy(() -> machine.vm().signalAtPort(0x3F8, 1, eventfd))
                    .hasMessageContaining("KVM_IOEVENTFD").hasMessageContaining("EEXIST");
        } finally {
            libc.close(eventfd);
        }
    }

    @Test
    void a_machine_may_have_more_memory_than_2_GiB() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            vm.addRam(0, new GuestAddress(0), 3L << 30);
            vm.addRam(1, new GuestAddress(4L << 30), 5L << 30);
            var last = new GuestAddress((9L << 30) - 8);
            vm.memory().writeLong(last, 42);
            assertThat(vm.memory().readLong(last)).isEqualTo(42);
        }
    }

    @Test
    void an_MSR_that_was_set_can_be_got_and_an_unknown_one_is_refused() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            Vcpu vcpu = vm.createVcpu(0);
            vcpu.setCpuid(kvm.supportedCpuid());
            vcpu.setMsr(IA32_LSTAR, 0x1234_5678L);
            assertThat(vcpu.msr(IA32_LSTAR)).isEqualTo(0x1234_5678L);
            assertThatThrownBy(() -> vcpu.msr(0x1234_ABCD)).hasMessageContaining("0x1234abcd");
        }
    }

    @Test
    void CPUID_leaves_can_be_read_and_changed() {
        try (Kvm kvm = Kvm.open(LibC.host())) {
            var leaves = PcCpuid.of(kvm.supportedCpuid(), 5, 8).entries();
            assertThat(leaves).filteredOn(leaf -> leaf.function() == 1)
                    .allMatch(leaf -> leaf.ebx() >>> 24 == 5, "APIC id 5")
                    .allMatch(leaf -> leaf.ecx() < 0, "hypervisor bit");
        }
    }

    @Test
    void a_second_timer_is_the_kernels_error_with_its_name() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            vm.createIrqchip(new GuestAddress(0xFFFB_C000L));
            vm.createPit();
            assertThatThrownBy(vm::createPit).isInstanceOf(KernelException.class)
                    .hasMessageContaining("KVM_CREATE_PIT2").hasMessageContaining("EEXIST");
        }
    }
}
