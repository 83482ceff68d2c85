package dev.vmexit.mode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Kvm;
import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Scripts;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import dev.vmexit.memory.GuestAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class Kvm06RealModeTest {
    private static final GuestAddress ENTRY = new GuestAddress(0x1000);

    @Test
    @Graded(exercise = "kvm-06", id = "kvm-06.segments", points = 2)
    void CS_and_the_data_segments_begin_at_0_and_nothing_else_of_them_changes() {
        try (Vm vm = Scripts.vm(Scripts.withRegisters(Scripts.kvm()))) {
            Vcpu vcpu = vm.createVcpu(0);
            List<Segment> before = vcpu.specialRegisters().segments();
            RealMode.enter(vcpu, ENTRY);
            List<Segment> after = vcpu.specialRegisters().segments();
            assertThat(after.getFirst()).as("CS").isEqualTo(before.getFirst().at(0, 0));
            assertThat(after.subList(1, 6)).as("DS, ES, FS, GS, SS")
                    .allMatch(before.get(1).at(0, 0)::equals, before.get(1).at(0, 0).toString());
            assertThat(after.subList(6, 8)).as("TR and LDT").isEqualTo(before.subList(6, 8));
        }
    }

    @Test
    @Graded(exercise = "kvm-06", id = "kvm-06.registers", points = 2)
    void IP_is_the_entry_bit_1_of_the_flags_is_set_and_the_rest_is_0() {
        try (Vm vm = Scripts.vm(Scripts.withRegisters(Scripts.kvm()))) {
            Vcpu vcpu = vm.createVcpu(0);
            RealMode.enter(vcpu, ENTRY);
            assertThat(vcpu.registers()).as("the general registers")
                    .isEqualTo(Registers.startingAt(0x1000));
        }
    }

    @Test
    @Graded(exercise = "kvm-06", id = "kvm-06.real", points = 2, requires = "kvm")
    void the_real_KVM_takes_it() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            Vcpu vcpu = vm.createVcpu(0);
            RealMode.enter(vcpu, ENTRY);
            assertThat(vcpu.registers().rip()).as("RIP, read back").isEqualTo(0x1000);
            assertThat(vcpu.specialRegisters().cs().base()).as("CS.base, read back").isZero();
        }
    }
}
