package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `KVM_SET_USER_MEMORY_REGION` and `KVM_GET_DIRTY_LOG`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.8 and 4.35
class MemoryRegionTest extends AgreementTest {
    private static final int LOG_DIRTY_PAGES = 1;
    private static final int READONLY = 2;
    private static final long AT = 0x2_0000;
    private static final long SIZE = 0x8000;
    private static final int MOST_SLOTS = 32_764;

    private Struct extra;
    private long host;

    @BeforeEach
    void map() {
        extra = machine.moreMemory(0x1_0000);
        host = extra.address();
    }

    private int put(int flags) {
        return machine.region(1, flags, AT, SIZE, host);
    }

    /// mov ax,0x2000 · mov ds,ax · mov byte [0x3001],0x55 · mov al,[0x3001] · hlt: writes to page 3
    /// of the slot.
    private VirtualCpu guest() {
        machine.load(0xB8, 0x00, 0x20, 0x8E, 0xD8, 0xC6, 0x06, 0x01, 0x30, 0x55, 0xA0, 0x01, 0x30,
                0xF4);
        return machine.vcpu().realMode();
    }

    private Struct dirty(int expected, int slot) {
        Struct bitmap = Struct.ofSize(64).u64(0, -1);
        Struct log = Struct.ofSize(16).u32(0, slot).u64(8, bitmap.address());
        assertThat(machine.vm(Request.GET_DIRTY_LOG, log)).isEqualTo(expected);
        return bitmap;
    }

    @Test
    void addresses_and_size_are_multiples_of_a_page() {
        assertErrno(machine.region(1, 0, AT + 1, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, AT, SIZE + 1, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, AT, SIZE, host + 1), Errno.EINVAL);
    }

    @Test
    void slots_flags_and_addresses_have_limits() {
        assertErrno(machine.region(MOST_SLOTS, 0, AT, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(1 << 16 | 1, 0, AT, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(-1, 0, AT, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(1, 1 << 5, AT, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, -0x1000, 0x2000, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, 1L << 60, SIZE, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, AT, 1L << 55, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, AT, SIZE, 1L << 62), Errno.EINVAL);
        assertThat(machine.region(MOST_SLOTS - 1, 0, AT, SIZE, host)).isZero();
    }

    @Test
    void two_slots_do_not_overlap() {
        assertThat(put(0)).isZero();
        assertErrno(machine.region(2, 0, AT + SIZE - 0x1000, SIZE, host), Errno.EEXIST);
        assertErrno(machine.region(2, 0, AT - 0x1000, 0x2000, host), Errno.EEXIST);
        assertThat(machine.region(2, 0, AT + SIZE, SIZE, host)).as("side by side").isZero();
    }

    @Test
    void a_slot_keeps_its_size_its_host_address_and_whether_it_is_read_only() {
        assertThat(put(0)).isZero();
        assertErrno(machine.region(1, 0, AT, SIZE - 0x1000, host), Errno.EINVAL);
        assertErrno(machine.region(1, 0, AT, SIZE, host + 0x1000), Errno.EINVAL);
        assertErrno(put(READONLY), Errno.EINVAL);
        assertThat(put(0)).as("the same again").isZero();
    }

    @Test
    void a_slot_is_deleted_once() {
        assertErrno(machine.region(1, 0, AT, 0, host), Errno.EINVAL);
        put(0);
        assertThat(machine.region(1, 0, AT, 0, host)).isZero();
        assertErrno(machine.region(1, 0, AT, 0, host), Errno.EINVAL);
    }

    @Test
    void where_a_slot_was_deleted_is_MMIO() {
        put(0);
        VirtualCpu vcpu = guest();
        machine.region(1, 0, AT, 0, 0);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.MMIO);
        assertThat(vcpu.page.u64(Exit.DETAILS)).isEqualTo(AT + 0x3001);
    }

    @Test
    void a_moved_slot_answers_at_its_new_place_only() {
        machine.region(1, 0, 0x4_0000, SIZE, host);
        machine.region(2, 0, 0x8_0000, SIZE, host);
        assertErrno(machine.region(1, 0, 0x8_0000, SIZE, host), Errno.EEXIST);
        assertThat(put(0)).as("move").isZero();
        assertThat(guest().runToExit()).isEqualTo(Exit.HLT);
        assertThat(extra.u8(0x3001)).isEqualTo(0x55);
        assertThat(machine.region(3, 0, 0x4_0000, SIZE, host)).as("old place").isZero();
    }

    @Test
    void a_write_to_read_only_memory_is_an_MMIO_exit_a_read_is_not() {
        extra.u8(0x3001, 0x77);
        assertThat(put(READONLY)).isZero();
        VirtualCpu vcpu = guest();
        assertThat(vcpu.runToExit()).isEqualTo(Exit.MMIO);
        assertThat(vcpu.page.u64(Exit.DETAILS)).isEqualTo(AT + 0x3001);
        assertThat(vcpu.page.u8(Exit.DETAILS + 8)).isEqualTo(0x55);
        assertThat(vcpu.page.u32(Exit.DETAILS + 16)).isEqualTo(1);
        assertThat(vcpu.page.u8(Exit.DETAILS + 20)).as("is_write").isEqualTo(1);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.register(0) & 0xFF).as("AL, read back").isEqualTo(0x77);
        assertThat(extra.u8(0x3001)).isEqualTo(0x77);
    }

    @Test
    void the_log_tells_the_pages_written_since_it_was_last_read() {
        put(LOG_DIRTY_PAGES);
        VirtualCpu vcpu = guest();
        assertThat(dirty(0, 1).u64(0)).isZero();
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(dirty(0, 1).u64(0)).isEqualTo(1L << 3);
        assertThat(dirty(0, 1).u64(0)).isZero();
        vcpu.realMode();
        vcpu.runToExit();
        assertThat(dirty(0, 1).u64(0)).as("written again").isEqualTo(1L << 3);
    }

    @Test
    void logging_is_switched_on_and_off_while_the_slot_is_there() {
        put(0);
        dirty(-Errno.ENOENT.number(), 1);
        VirtualCpu vcpu = guest();
        vcpu.runToExit();
        assertThat(put(LOG_DIRTY_PAGES)).isZero();
        vcpu.realMode();
        vcpu.runToExit();
        assertThat(dirty(0, 1).u64(0)).isEqualTo(1L << 3);
        assertThat(put(0)).isZero();
        dirty(-Errno.ENOENT.number(), 1);
    }

    @Test
    void there_is_no_log_of_slots_that_do_not_exist() {
        dirty(-Errno.ENOENT.number(), 9);
        dirty(-Errno.EINVAL.number(), MOST_SLOTS);
        dirty(-Errno.EINVAL.number(), 1 << 16 | 1);
        dirty(-Errno.EINVAL.number(), -1);
    }

    @Test
    void the_bitmap_has_as_many_64_bit_words_as_the_slot_needs() {
        put(LOG_DIRTY_PAGES);
        Struct bitmap = dirty(0, 1);
        assertThat(bitmap.u64(0)).isZero();
        assertThat(bitmap.u64(8)).as("behind it").isZero();
        bitmap.u64(8, -1);
        machine.vm(Request.GET_DIRTY_LOG,
                Struct.ofSize(16).u32(0, 1).u64(8, bitmap.address()));
        assertThat(bitmap.u64(8)).as("not touched").isEqualTo(-1);
    }
}
