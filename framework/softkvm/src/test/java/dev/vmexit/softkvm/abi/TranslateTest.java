package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `KVM_TRANSLATE`: linear address in; physical address, valid, writeable, usermode out.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.15
class TranslateTest extends AgreementTest {
    private static final int TOP = 0x8000;
    private static final int TABLE = 0xB000;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    private String translate(long linear) {
        Struct translation = Struct.ofSize(24).u64(0, linear);
        vcpu.set(Request.TRANSLATE, translation);
        assertThat(translation.u64(0)).isEqualTo(linear);
        return "%x valid %d writeable %d usermode %d".formatted(translation.u64(8),
                translation.u8(16), translation.u8(17), translation.u8(18));
    }

    /// Long mode: four levels, one page each, and two pages mapped.
    private void paging() {
        machine.ram.u64(TOP, 0x9007).u64(0x9000, 0xA007).u64(0xA000, TABLE | 7)
                .u64(TABLE + 8 * 5, 0x3007).u64(TABLE + 8 * 6, 0x4001);
        vcpu.set(Request.SET_SREGS, vcpu.get(Request.GET_SREGS).u8(17, 0).u8(19, 1)
                .u64(224, 1L << 31 | 0x11).u64(240, TOP).u64(248, 1 << 5).u64(264, 0x500));
    }

    @Test
    void without_paging_every_address_is_itself() {
        assertThat(translate(0x1234)).isEqualTo("1234 valid 1 writeable 1 usermode 0");
        assertThat(translate(0x1234_5678)).isEqualTo("12345678 valid 1 writeable 1 usermode 0");
        assertThat(translate(1L << 40)).isEqualTo("10000000000 valid 1 writeable 1 usermode 0");
    }

    @Test
    void with_paging_the_tables_are_walked() {
        paging();
        assertThat(translate(0x5678)).isEqualTo("3678 valid 1 writeable 1 usermode 0");
        assertThat(translate(0x6ABC)).as("read-only")
                .isEqualTo("4abc valid 1 writeable 1 usermode 0");
    }

    @Test
    void what_is_not_mapped_is_not_valid() {
        paging();
        assertThat(translate(0x7000)).isEqualTo(
                "ffffffffffffffff valid 0 writeable 1 usermode 0");
    }

    @Test
    void a_translation_does_not_mark_the_tables() {
        paging();
        translate(0x5678);
        assertThat(machine.ram.u32(TABLE + 8 * 5) & 0x40).as("dirty").isZero();
    }
}
