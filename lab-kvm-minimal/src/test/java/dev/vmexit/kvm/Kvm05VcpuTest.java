package dev.vmexit.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Thrown;
import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.ScriptedKernel;
import org.junit.jupiter.api.Test;

class Kvm05VcpuTest {
    @Test
    @Graded(exercise = "kvm-05", id = "kvm-05.maps", points = 3)
    void a_vcpu_has_a_descriptor_and_a_mapping_of_the_size_that_KVM_asks_for() {
        ScriptedKernel kernel = Scripts.kvm();
        Vm vm = Scripts.vm(kernel);
        Vcpu vcpu = vm.createVcpu(3);
        assertThat(vcpu).as("what Vcpu.create returned").isNotNull();
        assertThat(kernel.calls()).as("KVM_CREATE_VCPU is 0xae41, its argument the id")
                .contains("ioctl(101, 0xae41, 3)", "mmap(" + Scripts.RUN_PAGE_BYTES + ")");
        assertThat(kernel.openMappings()).as("mappings").isEqualTo(1);
        vm.close();
        assertThat(kernel.openMappings()).as("mappings after close").isZero();
        assertThat(kernel.openDescriptors()).as("descriptors: the device alone").isEqualTo(1);
    }

    @Test
    @Graded(exercise = "kvm-05", id = "kvm-05.failure", points = 2)
    void when_the_page_cannot_be_mapped_the_descriptor_is_given_back() {
        ScriptedKernel kernel = Scripts.kvm().failMmapWith(Errno.ENOMEM);
        try (Vm vm = Scripts.vm(kernel)) {
            int before = kernel.openDescriptors();
            assertThat(Thrown.by(() -> vm.createVcpu(0))).as("mmap answered ENOMEM")
                    .isInstanceOf(KernelException.class).hasMessageContaining("ENOMEM");
            assertThat(kernel.openDescriptors()).as("descriptors after the failure")
                    .isEqualTo(before);
        }
    }

    @Test
    @Graded(exercise = "kvm-05", id = "kvm-05.real", points = 1, requires = "kvm")
    void a_real_vcpu_wakes_up_where_every_x86_does() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            Vcpu vcpu = vm.createVcpu(0);
            assertThat(vcpu.registers().rip()).as("RIP after power-on").isEqualTo(0xFFF0);
            assertThat(vcpu.specialRegisters().cs().base()).as("the base of CS after power-on")
                    .isEqualTo(0xFFFF_0000L);
        }
    }
}
