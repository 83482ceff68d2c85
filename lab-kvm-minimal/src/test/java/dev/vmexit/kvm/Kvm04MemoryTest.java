package dev.vmexit.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Thrown;
import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.ScriptedKernel;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Kvm04MemoryTest {
    private static final long PAGE = MemorySlots.PAGE_BYTES;

    private final MemorySegment host = Arena.ofAuto().allocate(16 * PAGE, PAGE);

    private MemorySlot slot(int number, long start, long sizeBytes) {
        return new MemorySlot(number, new GuestAddress(start), host.asSlice(0, sizeBytes),
                MemorySlot.Access.READ_WRITE);
    }

    private static MemorySlots holding(MemorySlot... slots) {
        var held = new MemorySlots();
        for (MemorySlot slot : slots) {
            held.add(slot);
        }
        return held;
    }

    @Test
    @Graded(exercise = "kvm-04", id = "kvm-04.aligned", points = 2)
    void start_size_and_host_memory_are_whole_pages() {
        var slots = new MemorySlots();
        assertThat(Thrown.by(() -> slots.add(slot(0, 0x1001, PAGE)))).as("a start of 0x1001")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Thrown.by(() -> slots.add(slot(0, 0x1000, 100)))).as("a size of 100 bytes")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Thrown.by(() -> slots.add(slot(0, 0x1000, 0)))).as("a size of 0")
                .isInstanceOf(IllegalArgumentException.class);
        var crooked = new MemorySlot(0, new GuestAddress(0), host.asSlice(8, PAGE),
                MemorySlot.Access.READ_WRITE);
        assertThat(Thrown.by(() -> slots.add(crooked))).as("host memory that begins inside a page")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(slots.all()).as("slots kept after four refusals").isEmpty();
    }

    @Test
    @Graded(exercise = "kvm-04", id = "kvm-04.overlap", points = 2)
    void slots_may_touch_but_not_overlap_and_numbers_are_unique() {
        var slots = holding(slot(0, 0x4000, 2 * PAGE), slot(1, 0x6000, PAGE));
        assertThat(slots.all()).as("two slots that touch at 0x6000").hasSize(2);
        for (long start : new long[]{0x3000, 0x4000, 0x5000}) {
            assertThat(Thrown.by(() -> slots.add(slot(2, start, 2 * PAGE))))
                    .as("two pages at 0x%x over slot 0 at 0x4000", start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("slot 0").hasMessageContaining("slot 2");
        }
        assertThat(Thrown.by(() -> slots.add(slot(2, 0x3000, 4 * PAGE)))).as("around slot 0")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Thrown.by(() -> slots.add(slot(1, 0x9000, PAGE)))).as("number 1 again")
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(slots.all()).hasSize(2);
    }

    @Test
    @Graded(exercise = "kvm-04", id = "kvm-04.wrap", points = 1)
    void addresses_are_unsigned_and_a_slot_does_not_wrap() {
        var top = slot(0, -PAGE, PAGE);
        assertThat(holding(top).all()).as("the last page of 64 bits").containsExactly(top);
        assertThat(Thrown.by(() -> holding(slot(0, -PAGE, 2 * PAGE))))
                .as("two pages from 0xfffffffffffff000").isInstanceOf(
                        IllegalArgumentException.class);
        assertThat(holding(slot(0, 0, PAGE), slot(1, Long.MIN_VALUE, PAGE)).all()).hasSize(2);
    }

    @Test
    @Graded(exercise = "kvm-04", id = "kvm-04.struct", points = 2)
    void KVM_gets_slot_flags_address_size_and_host_address_in_this_order() {
        ScriptedKernel kernel = Scripts.kvm();
        var seen = new String[1];
        kernel.on(Requests.KVM_SET_USER_MEMORY_REGION, (fd, argument) -> {
            seen[0] = Scripts.hex(argument, 32);
            return 0;
        });
        var slot = new MemorySlot(7, new GuestAddress(0x1_2345_6000L), host.asSlice(0, 2 * PAGE),
                MemorySlot.Access.LOGGED);
        try (Vm vm = Scripts.vm(kernel)) {
            vm.addSlot(slot);
        }
        byte[] expected = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN).putInt(7)
                .putInt(1).putLong(0x1_2345_6000L).putLong(2 * PAGE).putLong(host.address())
                .array();
        assertThat(seen[0]).as("struct kvm_userspace_memory_region, 32 bytes")
                .isEqualTo(HexFormat.ofDelimiter(" ").formatHex(expected));
    }

    @Test
    @Graded(exercise = "kvm-04", id = "kvm-04.refused", points = 1)
    void a_slot_that_KVM_refuses_is_not_part_of_the_memory() {
        ScriptedKernel kernel = Scripts.kvm();
        kernel.on(Requests.KVM_SET_USER_MEMORY_REGION, (fd, a) -> -Errno.EINVAL.number());
        try (Vm vm = Scripts.vm(kernel)) {
            assertThat(Thrown.by(() -> vm.addRam(0, new GuestAddress(0), PAGE)))
                    .isInstanceOf(KernelException.class);
            assertThat(vm.slots()).as("slots after KVM answered EINVAL").isEmpty();
            assertThat(kernel.openMappings()).as("mappings left").isZero();
        }
    }
}
