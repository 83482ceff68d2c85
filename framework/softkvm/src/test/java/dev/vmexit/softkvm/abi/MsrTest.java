package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `KVM_GET_MSRS`, `KVM_SET_MSRS`: how many were done before the first that could not be.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.18, 4.19
class MsrTest extends AgreementTest {
    private static final int UNKNOWN = 0x1234_5678;
    private static final int SYSENTER_ESP = 0x175;
    private static final int SYSENTER_EIP = 0x176;
    private static final int LSTAR = 0xC000_0082;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    /// Pairs of index and value.
    private static Struct msrs(long... pairs) {
        Struct struct = Struct.ofSize(8 + 8L * pairs.length).u32(0, pairs.length / 2);
        for (int n = 0; n < pairs.length; n += 2) {
            struct.u32(8 + 8L * n, (int) pairs[n]).u64(16 + 8L * n, pairs[n + 1]);
        }
        return struct;
    }

    private long read(int index) {
        Struct struct = msrs(index, 0);
        assertThat(vcpu.ioctl(Request.GET_MSRS, struct)).isEqualTo(1);
        return struct.u64(16);
    }

    private int write(int index, long value) {
        return vcpu.ioctl(Request.SET_MSRS, msrs(index, value));
    }

    /// SYSENTER_CS and _ESP, PAT, EFER, STAR, LSTAR, CSTAR, FMASK, FS, GS and kernel GS base.
    @ParameterizedTest
    @CsvSource({"174,8", "175,ffffffff81000000", "176,1000", "277,7040600070406", "C0000080,901",
            "C0000081,23001000000000", "C0000082,ffffffff82000000", "C0000083,1234",
            "C0000084,47700",
            "C0000100,7f0012340000", "C0000101,ffff888000000000", "C0000102,5000"})
    void a_register_comes_back_as_it_was_set(String index, String value) {
        int msr = Integer.parseUnsignedInt(index, 16);
        long set = Long.parseUnsignedLong(value, 16);
        assertThat(write(msr, set)).isEqualTo(1);
        assertThat(read(msr)).isEqualTo(set);
    }

    @ParameterizedTest
    @CsvSource({"174,0", "175,0", "176,0", "277,7040600070406", "C0000080,0", "C0000081,0",
            "C0000082,0", "C0000083,0", "C0000084,0", "C0000100,0", "C0000101,0", "C0000102,0",
            "1B,fee00900", "3B,0"})
    void after_power_up_a_register_has_its_value(String index, String value) {
        assertThat(read(Integer.parseUnsignedInt(index, 16)))
                .isEqualTo(Long.parseUnsignedLong(value, 16));
    }

    @Test
    void EFER_and_the_segment_bases_are_the_ones_of_SREGS() {
        write(0xC000_0080, 1);
        write(0xC000_0100, 0x1_2345);
        Struct sregs = vcpu.get(Request.GET_SREGS);
        assertThat(sregs.u64(264)).isEqualTo(1);
        assertThat(sregs.u64(3 * 24)).as("FS").isEqualTo(0x1_2345);
    }

    @ParameterizedTest
    @ValueSource(ints = {LSTAR, 0xC000_0083, 0xC000_0100, 0xC000_0101, 0xC000_0102})
    void an_address_that_is_not_canonical_is_refused(int index) {
        // Nor with 57 bits, which a KVM on such a host goes by.
        assertThat(write(index, 0x0F00_0000_0000_0000L)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {SYSENTER_ESP, SYSENTER_EIP})
    void an_address_for_SYSENTER_is_made_canonical(int index) {
        // The same with 48 bits and with 57.
        assertThat(write(index, 0x81FF_8000_0000_0000L)).isEqualTo(1);
        assertThat(read(index)).isEqualTo(0xFFFF_8000_0000_0000L);
    }

    @Test
    void a_memory_type_that_does_not_exist_is_refused_in_PAT() {
        int written = write(0x277, 2);
        unlessItDiffers(written == 0, "a para-virtual PAT has no effect and no check");
        assertThat(written).isZero();
        assertThat(write(0x277, 8L << 56)).isZero();
        assertThat(read(0x277)).isEqualTo(0x0007_0406_0007_0406L);
    }

    @Test
    void reserved_bits_of_EFER_are_refused() {
        assertThat(write(0xC000_0080, 1L << 40)).isZero();
    }

    @Test
    void the_first_register_that_does_not_exist_ends_the_list() {
        Struct list = msrs(0x174, 0, UNKNOWN, 7, 0x175, 9);
        assertThat(vcpu.ioctl(Request.GET_MSRS, list)).isEqualTo(1);
        assertThat(list.u64(8 + 16 + 8)).as("unknown").isZero();
        assertThat(list.u64(8 + 32 + 8)).as("behind it").isEqualTo(9);
        assertThat(vcpu.ioctl(Request.SET_MSRS, msrs(0x174, 5, UNKNOWN, 7, 0x175, 9))).isEqualTo(1);
        assertThat(read(0x174)).isEqualTo(5);
        assertThat(read(0x175)).isZero();
    }

    @Test
    void a_list_has_less_than_256_entries() {
        Struct many = Struct.ofSize(8 + 16 * 256).u32(0, 256);
        assertErrno(vcpu.ioctl(Request.GET_MSRS, many), Errno.E2BIG);
        assertErrno(vcpu.ioctl(Request.SET_MSRS, many), Errno.E2BIG);
        assertErrno(vcpu.ioctl(Request.GET_MSRS, many.u32(0, -1)), Errno.E2BIG);
        assertThat(vcpu.ioctl(Request.GET_MSRS, many.u32(0, 0))).isZero();
    }

    @Test
    void LMA_of_EFER_is_not_set_here() {
        assertThat(write(0xC000_0080, 0xD01)).isEqualTo(1);
        assertThat(read(0xC000_0080)).isEqualTo(0x901);
    }

    @Test
    void the_TSC_goes_on_from_what_was_set() {
        assertThat(write(0x10, 1L << 50)).isEqualTo(1);
        unlessItDiffers(read(0x10) > 1L << 49, "a para-virtual TSC is the host's");
        assertThat(read(0x10)).isBetween(1L << 50, (1L << 50) + 60_000_000_000L);
    }

    @Test
    void every_register_of_the_index_list_can_be_read() {
        Struct list = Struct.ofSize(4 + 4 * 512).u32(0, 512);
        Machine.must(machine.ioctl(machine.device, Request.GET_MSR_INDEX_LIST, list.address()));
        for (int n = 0; n < list.u32(0); n++) {
            int index = list.u32(4 + 4L * n);
            if (isArchitectural(index)) {
                read(index);
            }
        }
    }

    /// Others may need a CPUID bit or a paravirtual feature that this vCPU has not been given.
    private static boolean isArchitectural(int index) {
        return index >= 0x174 && index <= 0x176 || index == 0x277 || index == 0x10
                || index >= 0xC000_0080 && index <= 0xC000_0084 || index == 0xC000_0102;
    }
}
