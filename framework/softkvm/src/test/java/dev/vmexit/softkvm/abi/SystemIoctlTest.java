package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `/dev/kvm` itself.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.1 to 4.5, 4.46, 4.68
class SystemIoctlTest extends AgreementTest {
    private int device(Request request, long argument) {
        return machine.ioctl(machine.device, request, argument);
    }

    private int device(Request request, Struct argument) {
        return device(request, argument.address());
    }

    @Test
    void the_API_version_is_12_and_takes_no_argument() {
        assertThat(device(Request.GET_API_VERSION, 0)).isEqualTo(12);
        assertErrno(device(Request.GET_API_VERSION, 1), Errno.EINVAL);
    }

    @Test
    void a_vCPU_shares_three_pages_run_port_data_and_coalesced_MMIO() {
        assertThat(device(Request.GET_VCPU_MMAP_SIZE, 0)).isEqualTo(3 * 4096);
        assertErrno(device(Request.GET_VCPU_MMAP_SIZE, 1), Errno.EINVAL);
    }

    /// IRQCHIP HLT USER_MEMORY SET_TSS_ADDR EXT_CPUID NR_MEMSLOTS MP_STATE DESTROY_MEMORY
    /// JOIN_MEMORY SET_GUEST_DEBUG IRQ_ROUTING IRQFD PIT2 SET_BOOT_CPU_ID IOEVENTFD
    /// SET_IDENTITY_MAP_ADDR ADJUST_CLOCK VCPU_EVENTS DEBUGREGS XSAVE XCRS GET_TSC_KHZ
    /// MAX_VCPUS SIGNAL_MSI READONLY_MEM IMMEDIATE_EXIT
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 7, 10, 14, 21, 22, 23, 25, 32, 33, 34, 36, 37, 39, 41, 50, 55,
            56, 61, 66, 77, 81, 136})
    void what_the_hypervisor_needs_both_have(int extension) {
        assertThat(device(Request.CHECK_EXTENSION, extension)).isPositive();
        assertThat(machine.vm(Request.CHECK_EXTENSION, extension)).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 5, 60_000, Integer.MAX_VALUE})
    void an_extension_that_does_not_exist_is_0_not_an_error(int extension) {
        assertThat(device(Request.CHECK_EXTENSION, extension)).isZero();
        assertThat(machine.vm(Request.CHECK_EXTENSION, extension)).isZero();
    }

    @Test
    void a_VM_of_an_unknown_type_cannot_be_created() {
        assertErrno(device(Request.CREATE_VM, 0x7777), Errno.EINVAL);
    }

    @Test
    void GET_SUPPORTED_CPUID_needs_room_and_does_not_say_how_much() {
        Struct small = Struct.ofSize(8 + 40).u32(0, 1);
        assertErrno(device(Request.GET_SUPPORTED_CPUID, small), Errno.E2BIG);
        assertThat(small.u32(0)).isEqualTo(1);
        assertErrno(device(Request.GET_SUPPORTED_CPUID, Struct.ofSize(8)), Errno.E2BIG);
    }

    @Test
    void GET_SUPPORTED_CPUID_answers_entries_of_40_bytes_that_end_in_zeros() {
        Struct cpuid = Struct.ofSize(8 + 40 * 256).u32(0, 256);
        assertThat(device(Request.GET_SUPPORTED_CPUID, cpuid)).isZero();
        int count = cpuid.u32(0);
        assertThat(count).isBetween(10, 256);
        assertThat(cpuid.u32(8)).as("first function").isZero();
        for (int n = 0; n < count; n++) {
            assertThat(cpuid.hex(8 + 40 * n + 28, 12)).isEqualTo("0".repeat(24));
        }
    }

    @Test
    void GET_MSR_INDEX_LIST_says_how_much_room_it_needs() {
        Struct small = Struct.ofSize(4);
        assertErrno(device(Request.GET_MSR_INDEX_LIST, small), Errno.E2BIG);
        int count = small.u32(0);
        assertThat(count).isGreaterThan(10);
        Struct list = Struct.ofSize(4 + 4L * count).u32(0, count);
        assertThat(device(Request.GET_MSR_INDEX_LIST, list)).isZero();
        assertThat(list.u32(0)).isEqualTo(count);
    }

    @Test
    void feature_MSRs_are_listed_and_can_be_read_without_a_VM() {
        Struct list = Struct.ofSize(4 + 4L * 256).u32(0, 256);
        assertThat(device(Request.GET_MSR_FEATURE_INDEX_LIST, list)).isZero();
        Struct read = Struct.ofSize(8 + 16).u32(0, 1).u32(8, list.u32(4));
        assertThat(device(Request.GET_MSRS, read)).isEqualTo(1);
        assertThat(device(Request.GET_MSRS, Struct.ofSize(8))).isZero();
        Struct tooMany = Struct.ofSize(8 + 16 * 300).u32(0, 300);
        assertErrno(device(Request.GET_MSRS, tooMany), Errno.E2BIG);
    }

    @Test
    void requests_that_do_not_exist_are_EINVAL_or_ENOTTY() {
        VirtualCpu vcpu = machine.vcpu();
        for (long unknown : new long[]{0xAEFF, 0x4020_AEFE, 0, 0x5401, -1}) {
            assertErrno(machine.libc.ioctl(machine.device, unknown, 0), Errno.EINVAL);
            assertErrno(machine.libc.ioctl(vcpu.fd, unknown, 0), Errno.EINVAL);
            assertErrno(machine.libc.ioctl(machine.vm, unknown, 0), Errno.ENOTTY);
        }
    }

    @Test
    void requests_of_another_kind_of_descriptor_are_unknown_too() {
        VirtualCpu vcpu = machine.vcpu();
        assertErrno(device(Request.RUN, 0), Errno.EINVAL);
        assertErrno(machine.vm(Request.RUN, 0), Errno.ENOTTY);
        assertErrno(vcpu.ioctl(Request.CREATE_VCPU, 5), Errno.EINVAL);
        assertErrno(device(Request.CREATE_VCPU, 5), Errno.EINVAL);
        assertErrno(machine.vm(Request.GET_API_VERSION, 0), Errno.ENOTTY);
        assertErrno(machine.libc.kvmRun(machine.vm), Errno.ENOTTY);
        assertErrno(machine.libc.kvmRun(machine.device), Errno.EINVAL);
    }

    @Test
    void a_request_of_the_right_number_and_another_size_is_another_request() {
        long number = Request.GET_REGS.number;
        Struct regs = Struct.ofSize(256);
        assertErrno(machine.libc.ioctl(machine.vcpu().fd, number + 0x1_0000, regs.address()),
                Errno.EINVAL);
    }

    @Test
    void a_closed_descriptor_is_EBADF() {
        int fd = Machine.must(machine.libc.open("/dev/kvm", LibC.O_RDWR | LibC.O_CLOEXEC));
        assertThat(machine.libc.close(fd)).isZero();
        assertErrno(machine.libc.close(fd), Errno.EBADF);
        assertErrno(machine.ioctl(fd, Request.GET_API_VERSION, 0), Errno.EBADF);
        assertErrno(machine.libc.kvmRun(fd), Errno.EBADF);
    }

    @Test
    void only_vCPUs_share_memory() {
        int protection = LibC.PROT_READ | LibC.PROT_WRITE;
        for (int fd : new int[]{machine.device, machine.vm}) {
            long result = machine.libc.mmap(4096, protection, LibC.MAP_SHARED, fd, 0);
            assertErrno((int) result, Errno.ENODEV);
        }
    }

    @Test
    void a_struct_at_address_0_is_EFAULT() {
        assertErrno(device(Request.GET_SUPPORTED_CPUID, 0), Errno.EFAULT);
        assertErrno(machine.vm(Request.SET_USER_MEMORY_REGION, 0), Errno.EFAULT);
        assertErrno(machine.vm(Request.SET_IDENTITY_MAP_ADDR, 0), Errno.EFAULT);
        VirtualCpu vcpu = machine.vcpu();
        assertErrno(vcpu.ioctl(Request.GET_REGS, 0), Errno.EFAULT);
        assertErrno(vcpu.ioctl(Request.SET_SREGS, 0), Errno.EFAULT);
        assertErrno(vcpu.ioctl(Request.GET_MSRS, -8), Errno.EFAULT);
    }
}
