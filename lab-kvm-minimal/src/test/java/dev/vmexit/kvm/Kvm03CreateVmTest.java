package dev.vmexit.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Thrown;
import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import dev.vmexit.host.ScriptedKernel;
import org.junit.jupiter.api.Test;

class Kvm03CreateVmTest {
    @Test
    @Graded(exercise = "kvm-03", id = "kvm-03.creates", points = 2)
    void a_machine_has_a_descriptor_of_its_own_and_closing_it_closes_only_that() {
        ScriptedKernel kernel = Scripts.kvm();
        try (Kvm kvm = Kvm.open(kernel)) {
            Vm vm = kvm.createVm();
            assertThat(kernel.openDescriptors()).as("the device and the machine").isEqualTo(2);
            assertThat(kernel.calls()).as("KVM_CREATE_VM is 0xae01, its argument the type 0")
                    .contains("ioctl(100, 0xae01, 0)");
            vm.close();
            assertThat(kernel.calls()).as("the machine is 101, the device is 100; closing the "
                    + "machine leaves the device alone").contains("close(101)")
                    .doesNotContain("close(100)");
        }
    }

    @Test
    @Graded(exercise = "kvm-03", id = "kvm-03.refused", points = 1)
    void a_kernel_that_refuses_is_a_KernelException() {
        ScriptedKernel kernel = Scripts.kvm();
        kernel.on(Requests.KVM_CREATE_VM, (fd, argument) -> -Errno.EBUSY.number());
        try (Kvm kvm = Kvm.open(kernel)) {
            assertThat(Thrown.by(kvm::createVm)).as("KVM_CREATE_VM answered EBUSY")
                    .isInstanceOf(KernelException.class)
                    .hasMessageContaining("KVM_CREATE_VM").hasMessageContaining("EBUSY");
        }
        ScriptedKernel sizeless = Scripts.kvm();
        sizeless.on(Requests.KVM_GET_VCPU_MMAP_SIZE, (fd, argument) -> -Errno.EINVAL.number());
        try (Kvm kvm = Kvm.open(sizeless)) {
            assertThat(Thrown.by(kvm::createVm)).as("KVM_GET_VCPU_MMAP_SIZE answered EINVAL")
                    .isInstanceOf(KernelException.class);
            assertThat(sizeless.openDescriptors()).as("the device alone is open").isEqualTo(1);
        }
    }

    @Test
    @Graded(exercise = "kvm-03", id = "kvm-03.real", points = 1, requires = "kvm")
    void the_kernel_makes_one() {
        try (Kvm kvm = Kvm.open(LibC.host()); Vm vm = kvm.createVm()) {
            assertThat(vm.memory().sizeBytes()).as("the memory of a new machine").isZero();
        }
    }
}
