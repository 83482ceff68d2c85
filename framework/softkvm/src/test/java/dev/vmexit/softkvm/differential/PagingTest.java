package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import org.junit.jupiter.api.Test;

/// Who may read, write and execute which page, and what the error code says.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 4.6 Access Rights; 4.7 Page-Fault Exceptions
class PagingTest {
    private static final int PAGE = 0xA000;
    private static final long PRESENT = 1;
    private static final long WRITABLE = 2;
    private static final long USER = 4;
    private static final long LARGE = 1 << 7;
    private static final long NO_EXECUTE = 1L << 63;
    private static final String READ = "8B 03";
    private static final String WRITE = "89 03";
    private static final String JUMP = "FF E3";

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    private void enter(int ring, long rights) {
        m.long64(ring);
        m.page(PAGE, rights);
        cpu.r[Cpu.RBX] = PAGE;
    }

    private String jump() {
        String jumped = m.execute(JUMP);
        return jumped.isEmpty() ? m.step() : jumped;
    }

    @Test
    void ring_3_may_neither_read_nor_write_ring_0s_pages() {
        enter(3, PRESENT | WRITABLE);
        assertThat(m.execute(READ)).isEqualTo("14(5)");
        assertThat(m.execute(WRITE)).isEqualTo("14(7)");
        assertThat(cpu.cr2).isEqualTo(PAGE);
    }

    @Test
    void a_page_that_is_not_present_says_so() {
        enter(3, 0);
        assertThat(m.execute(READ)).isEqualTo("14(4)");
        assertThat(m.execute(WRITE)).isEqualTo("14(6)");
    }

    /// Found by ten million random instances: neither page may be written, and the host's CPU names
    /// the lower one.
    @Test
    void of_two_pages_that_fault_the_first_counts() {
        enter(3, 0);
        m.page(PAGE + 0x1000, PRESENT | WRITABLE);
        cpu.r[Cpu.RBX] = PAGE + 0xFFE;
        assertThat(m.execute(WRITE)).isEqualTo("14(6)");
        assertThat(cpu.cr2).isEqualTo(PAGE + 0xFFE);
    }

    @Test
    void ring_0_writes_read_only_pages_unless_WP() {
        enter(0, PRESENT);
        assertThat(m.execute(WRITE)).isEmpty();
        ControlRegisters.writeCr0(cpu, cpu.cr0 | ControlRegisters.CR0_WP);
        assertThat(m.execute(WRITE)).isEqualTo("14(3)");
    }

    @Test
    void NX_refuses_instruction_fetches() {
        enter(3, PRESENT | USER | NO_EXECUTE);
        assertThat(m.execute(READ)).isEmpty();
        assertThat(jump()).isEqualTo("14(15)");
    }

    @Test
    void SMEP_keeps_ring_0_from_executing_ring_3s_pages() {
        enter(0, PRESENT | USER);
        m.page(SystemMachine.CODE, PRESENT | WRITABLE);
        ControlRegisters.writeCr4(cpu, cpu.cr4 | ControlRegisters.CR4_SMEP);
        assertThat(jump()).isEqualTo("14(11)");
    }

    @Test
    void SMAP_keeps_ring_0_from_touching_them_until_AC_is_set() {
        enter(0, PRESENT | WRITABLE | USER);
        m.page(SystemMachine.CODE, PRESENT | WRITABLE);
        ControlRegisters.writeCr4(cpu, cpu.cr4 | ControlRegisters.CR4_SMAP);
        assertThat(m.execute(READ)).isEqualTo("14(1)");
        assertThat(m.execute(WRITE)).isEqualTo("14(3)");
        assertThat(m.execute("0F 01 CB")).as("STAC").isEmpty();
        assertThat(cpu.flag(Flags.AC)).isTrue();
        assertThat(m.execute(READ)).isEmpty();
        assertThat(m.execute("0F 01 CA")).as("CLAC").isEmpty();
        assertThat(m.execute(READ)).isEqualTo("14(1)");
    }

    @Test
    void a_reserved_bit_is_told_apart() {
        enter(0, PRESENT | 1L << 45);
        assertThat(m.execute(READ)).isEqualTo("14(9)");
    }

    @Test
    void NX_is_reserved_while_EFER_NXE_is_clear() {
        enter(0, PRESENT | NO_EXECUTE);
        ControlRegisters.writeEfer(cpu, cpu.efer & ~ControlRegisters.EFER_NXE);
        assertThat(m.execute(READ)).isEqualTo("14(9)");
    }

    @Test
    void accessed_and_dirty_are_set_by_what_happens() {
        enter(0, PRESENT | WRITABLE);
        long entry = SystemMachine.TABLES + 0x3000 + (PAGE >> 12) * 8;
        m.execute(READ);
        assertThat(m.load(entry, 8) & 0x60).isEqualTo(0x20);
        m.execute(WRITE);
        assertThat(m.load(entry, 8) & 0x60).isEqualTo(0x60);
    }

    @Test
    void pages_of_2_MiB_and_1_GiB() {
        m.long64(0);
        m.store(0x20_0123, 4, 0xCAFE);
        m.store(SystemMachine.TABLES + 0x2010, 8, 0x20_0000 | LARGE | PRESENT);
        m.store(SystemMachine.TABLES + 0x1008, 8, LARGE | PRESENT);
        cpu.flushTlb();
        for (long address : new long[]{0x40_0123, 0x4020_0123}) {
            cpu.r[Cpu.RBX] = address;
            assertThat(m.execute(READ)).isEmpty();
            assertThat(cpu.r[Cpu.RAX]).isEqualTo(0xCAFE);
        }
    }

    @Test
    void two_levels_have_pages_of_4_KiB_and_with_PSE_of_4_MiB() {
        int directory = SystemMachine.TABLES;
        m.store(directory, 4, directory + 0x1000 | 7);
        for (int page = 0; page < 1024; page++) {
            m.store(directory + 0x1000 + 4 * page, 4, page << 12 | 7);
        }
        m.store(directory + 4, 4, LARGE | 7);
        m.store(PAGE, 4, 0xBEEF);
        cpu.cr3 = directory;
        cpu.cr4 = ControlRegisters.CR4_PSE;
        ControlRegisters.writeCr0(cpu, cpu.cr0 | ControlRegisters.CR0_PG);
        cpu.r[Cpu.RBX] = 0x40_0000 + PAGE;
        assertThat(m.execute(READ)).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0xBEEF);
        cpu.r[Cpu.RBX] = 0x80_0000;
        assertThat(m.execute(READ)).isEqualTo("14(0)");
    }

    /// 4.10.4.1: INVLPG, and the code there is another.
    @Test
    void code_changes_with_the_page_tables() {
        m.long64(0);
        m.store(0xB000, 5, 0x01B8);
        m.store(0xC000, 5, 0x02B8);
        for (int physical : new int[]{0xB000, 0xC000, 0xB000}) {
            m.store(SystemMachine.TABLES + 0x3000 + 0xD * 8, 8, physical | 7);
            assertThat(m.execute("0F 01 3C 25 00 D0 00 00")).as("INVLPG").isEmpty();
            cpu.rip = 0xD000;
            assertThat(m.step()).isEmpty();
            assertThat(cpu.r[Cpu.RAX]).isEqualTo(physical == 0xB000 ? 1 : 2);
        }
    }
}
