package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `KVM_SET_GSI_ROUTING`, `KVM_SIGNAL_MSI`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.52, 4.74
class RoutingTest extends AgreementTest {
    private static final int TO_CHIP = 1;
    private static final int TO_MSI = 2;
    private static final int APIC = 0xFEE0_0000;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        assertThat(machine.vm(Request.CREATE_IRQCHIP, 0)).isZero();
        vcpu = machine.vcpu();
        vcpu.set(Request.SET_LAPIC, vcpu.get(Request.GET_LAPIC).u32(0xF0, 0x1FF));
    }

    /// Entries of gsi, type, flags, padding, and up to eight words of union.
    private int route(int[]... entries) {
        Struct table = Struct.ofSize(8 + 48L * entries.length).u32(0, entries.length);
        for (int n = 0; n < entries.length; n++) {
            for (int word = 0; word < entries[n].length; word++) {
                table.u32(8 + 48L * n + 4L * word, entries[n][word]);
            }
        }
        return machine.vm(Request.SET_GSI_ROUTING, table);
    }

    private boolean requested(int vector) {
        int word = vcpu.get(Request.GET_LAPIC).u32(0x200 + vector / 32 * 16);
        return (word & 1 << vector % 32) != 0;
    }

    @Test
    void a_line_goes_where_the_route_says() {
        assertThat(route(new int[]{40, TO_MSI, 0, 0, APIC, 0, 0x51},
                new int[]{41, TO_CHIP, 0, 0, 2, 7})).isZero();
        machine.vm(Request.IRQ_LINE, Struct.ofInts(40, 1));
        assertThat(requested(0x51)).isTrue();
        machine.vm(Request.IRQ_LINE, Struct.ofInts(41, 1));
        Struct ioapic = Struct.ofSize(520).u32(0, 2);
        machine.vm(Request.GET_IRQCHIP, ioapic);
        assertThat(ioapic.u32(8 + 16)).isEqualTo(1 << 7);
    }

    @Test
    void new_routes_replace_the_old_ones() {
        assertThat(route(new int[]{40, TO_MSI, 0, 0, APIC, 0, 0x51})).isZero();
        assertThat(route()).isZero();
        machine.vm(Request.IRQ_LINE, Struct.ofInts(40, 1));
        assertThat(requested(0x51)).isFalse();
    }

    @Test
    void a_table_that_is_wrong_is_EINVAL() {
        int[] good = {40, TO_CHIP, 0, 0, 2, 7};
        assertErrno(route(new int[]{40, 99}), Errno.EINVAL);
        assertErrno(route(new int[]{40, TO_CHIP, 0, 0, 3, 0}), Errno.EINVAL);
        assertErrno(route(new int[]{40, TO_CHIP, 0, 0, 2, 24}), Errno.EINVAL);
        assertErrno(route(new int[]{40, TO_CHIP, 0, 0, 0, 8}), Errno.EINVAL);
        assertErrno(route(new int[]{40, TO_CHIP, 1, 0, 2, 7}), Errno.EINVAL);
        assertErrno(route(new int[]{40, TO_MSI, 1 << 5, 0, APIC, 0, 0x51}), Errno.EINVAL);
        assertErrno(route(new int[]{4096, TO_CHIP, 0, 0, 2, 7}), Errno.EINVAL);
        assertErrno(route(good, good), Errno.EINVAL);
    }

    @Test
    void a_wrong_table_changes_nothing() {
        route(new int[]{40, TO_MSI, 0, 0, APIC, 0, 0x51});
        assertErrno(route(new int[]{40, TO_MSI, 0, 0, APIC, 0, 0x52}, new int[]{41, 99}),
                Errno.EINVAL);
        machine.vm(Request.IRQ_LINE, Struct.ofInts(40, 1));
        assertThat(requested(0x51)).isTrue();
        assertThat(requested(0x52)).isFalse();
    }

    @Test
    void a_table_has_no_flags_and_at_most_4096_entries() {
        assertErrno(machine.vm(Request.SET_GSI_ROUTING, Struct.ofInts(0, 1)), Errno.EINVAL);
        Struct big = Struct.ofSize(8 + 48 * 4097).u32(0, 4097);
        assertErrno(machine.vm(Request.SET_GSI_ROUTING, big), Errno.EINVAL);
        assertErrno(machine.vm(Request.SET_GSI_ROUTING, Struct.ofInts(-1, 0)), Errno.EINVAL);
    }

    @Test
    void a_message_is_delivered_and_counted() {
        Struct msi = Struct.ofSize(32).u32(0, APIC).u32(8, 0x61);
        assertThat(machine.vm(Request.SIGNAL_MSI, msi)).isEqualTo(1);
        assertThat(requested(0x61)).isTrue();
    }

    @Test
    void a_message_to_nobody_is_no_delivery() {
        Struct msi = Struct.ofSize(32).u32(0, APIC | 9 << 12).u32(8, 0x61);
        assertThat(machine.vm(Request.SIGNAL_MSI, msi)).isNotPositive();
        assertThat(requested(0x61)).isFalse();
    }

    @Test
    void flags_of_a_message_that_do_not_exist_are_EINVAL() {
        assertErrno(machine.vm(Request.SIGNAL_MSI,
                Struct.ofSize(32).u32(0, APIC).u32(8, 0x61).u32(12, 1 << 7)), Errno.EINVAL);
    }
}
