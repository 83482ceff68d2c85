package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a CPU may still believe of a page after its tables have changed, as data and as code.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 4.10 Caching Translation Information
class TlbTest {
    private static final int PRESENT_WRITABLE_USER = 7;
    private static final int LARGE = 1 << 7;
    private static final int GLOBAL = 1 << 8;
    private static final int OLD = 0xB000;
    private static final int NEW = 0xC000;
    private static final int LINEAR = 0xD000;
    private static final int OTHER = 0xE000;
    /// Linear addresses in one page of 2 MiB.
    private static final int FIRST_PIECE = 0x40_1000;
    private static final int SECOND_PIECE = 0x40_3000;

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    /// Each page begins with `MOV EAX, number`.
    @BeforeEach
    void twoPages() {
        m.long64(0);
        m.code(OLD, "B8 01 00 00 00");
        m.code(NEW, "B8 02 00 00 00");
        m.code(0x1000 + 0x20_0000, "B8 01 00 00 00");
        m.code(0x3000 + 0x20_0000, "B8 01 00 00 00");
        ControlRegisters.writeCr4(cpu, cpu.cr4 | ControlRegisters.CR4_PGE);
    }

    private void map(int linear, int physical, int more) {
        m.store(SystemMachine.TABLES + 0x3000 + (linear >>> 12) * 8, 8,
                physical | PRESENT_WRITABLE_USER | more);
    }

    private void mapLarge(int physical) {
        m.store(SystemMachine.TABLES + 0x2010, 8, physical | LARGE | PRESENT_WRITABLE_USER);
    }

    /// {@return what the page is, as its code says; and its data agree}
    private long seen(int linear) {
        cpu.rip = linear;
        assertThat(m.step()).isEmpty();
        long asCode = cpu.r[Cpu.RAX];
        assertThat(Memory.load4(cpu, linear + 1)).as("data")
                .isEqualTo(asCode);
        return asCode;
    }

    private void newCr3() {
        ControlRegisters.writeCr3(cpu, cpu.cr3);
    }

    @Test
    void a_new_CR3_forgets_all_but_global_pages() {
        map(LINEAR, OLD, GLOBAL);
        map(OTHER, OLD, 0);
        assertThat(seen(LINEAR)).isEqualTo(1);
        assertThat(seen(OTHER)).isEqualTo(1);
        map(LINEAR, NEW, GLOBAL);
        map(OTHER, NEW, 0);
        newCr3();
        assertThat(seen(OTHER)).isEqualTo(2);
        assertThat(seen(LINEAR)).as("global").isEqualTo(1);
    }

    @Test
    void without_PGE_no_page_is_global() {
        ControlRegisters.writeCr4(cpu, cpu.cr4 & ~ControlRegisters.CR4_PGE);
        map(LINEAR, OLD, GLOBAL);
        assertThat(seen(LINEAR)).isEqualTo(1);
        map(LINEAR, NEW, GLOBAL);
        newCr3();
        assertThat(seen(LINEAR)).isEqualTo(2);
    }

    @Test
    void INVLPG_forgets_a_global_page_and_so_does_a_change_of_PGE() {
        map(LINEAR, OLD, GLOBAL);
        map(OTHER, OLD, GLOBAL);
        assertThat(seen(LINEAR)).isEqualTo(1);
        assertThat(seen(OTHER)).isEqualTo(1);
        map(LINEAR, NEW, GLOBAL);
        map(OTHER, NEW, GLOBAL);
        cpu.flushTlbPage(LINEAR);
        assertThat(seen(LINEAR)).isEqualTo(2);
        ControlRegisters.writeCr4(cpu, cpu.cr4 & ~ControlRegisters.CR4_PGE);
        assertThat(seen(OTHER)).isEqualTo(2);
    }

    @Test
    void INVLPG_anywhere_in_a_large_page_forgets_all_of_it() {
        mapLarge(0x20_0000);
        assertThat(seen(FIRST_PIECE)).isEqualTo(1);
        assertThat(seen(SECOND_PIECE)).isEqualTo(1);
        m.code(0x1000, "B8 02 00 00 00");
        m.code(0x3000, "B8 02 00 00 00");
        mapLarge(0);
        cpu.flushTlbPage(0x5F_FFFF);
        assertThat(seen(FIRST_PIECE)).isEqualTo(2);
        assertThat(seen(SECOND_PIECE)).isEqualTo(2);
    }

    @Test
    void what_INVLPG_does_not_name_stays_as_it_was_looked_up() {
        map(LINEAR, OLD, 0);
        map(OTHER, OLD, 0);
        assertThat(seen(LINEAR)).isEqualTo(1);
        assertThat(seen(OTHER)).isEqualTo(1);
        long misses = cpu.tlb.misses;
        cpu.flushTlbPage(OTHER);
        assertThat(seen(LINEAR)).isEqualTo(1);
        assertThat(cpu.tlb.misses).isEqualTo(misses);
    }

    /// An instruction across the end of a global page depends on the other one, too.
    @Test
    void code_in_two_pages_is_forgotten_with_either() {
        map(LINEAR, OLD, GLOBAL);
        map(OTHER, OLD, 0);
        m.code(OLD + 0xFFF, "B8");
        m.code(OLD, "07 00 00 00");
        m.code(NEW, "08 00 00 00");
        cpu.rip = OTHER - 1;
        assertThat(m.step()).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(7);
        map(OTHER, NEW, 0);
        newCr3();
        cpu.rip = OTHER - 1;
        assertThat(m.step()).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(8);
    }

    @Test
    void one_IP_in_two_segments_is_two_places() {
        var flat = new SystemMachine();
        flat.code(OLD, "B8 01 00 00 00");
        flat.code(NEW, "B8 02 00 00 00");
        for (int segment : new int[]{OLD >> 4, NEW >> 4, OLD >> 4}) {
            flat.cpu.segment[SegmentRegister.CS].base = segment << 4;
            Mode.update(flat.cpu);
            flat.cpu.rip = 0;
            assertThat(flat.step()).isEmpty();
            assertThat(flat.cpu.r[Cpu.RAX]).isEqualTo(segment == OLD >> 4 ? 1 : 2);
        }
    }
}
