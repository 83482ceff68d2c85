package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import org.junit.jupiter.api.Test;

/// Instructions whose answer is another one on every machine.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, the instructions' own pages
class AnswersTest {
    private static final long LOW = SystemMachine.OUTSIDE & 0xFFFF_FFFFL;
    private static final long HIGH = SystemMachine.OUTSIDE >>> 32;
    private static final int PLACE = 0xA000;

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    @Test
    void RDTSC_and_RDTSCP_clear_the_upper_halves() {
        m.long64(3);
        cpu.r[Cpu.RAX] = -1;
        cpu.r[Cpu.RDX] = -1;
        cpu.msr.tscAux = 7;
        assertThat(m.execute("0F 31")).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(LOW);
        assertThat(cpu.r[Cpu.RDX]).isEqualTo(HIGH);
        assertThat(m.execute("0F 01 F9")).isEmpty();
        assertThat(cpu.r[Cpu.RCX]).isEqualTo(7);
    }

    @Test
    void RDTSC_is_for_ring_0_only_while_CR4_TSD_is_set() {
        m.long64(3);
        cpu.cr4 |= ControlRegisters.CR4_TSD;
        assertThat(m.execute("0F 31")).isEqualTo("13(0)");
    }

    @Test
    void RDRAND_and_RDSEED_set_CF_and_clear_the_other_flags() {
        m.long64(3);
        for (String code : new String[]{"48 0F C7 F0", "48 0F C7 F8"}) {
            m.flags(Flags.ZF | Flags.SF | Flags.OF | Flags.PF | Flags.AF);
            assertThat(m.execute(code)).isEmpty();
            assertThat(cpu.r[Cpu.RAX]).isEqualTo(SystemMachine.OUTSIDE);
            assertThat(cpu.eflags()).isEqualTo(Flags.CF | Flags.ALWAYS_ONE);
        }
    }

    @Test
    void SGDT_and_SIDT_store_ten_bytes_in_64_bit_code() {
        m.long64(0);
        cpu.r[Cpu.RBX] = PLACE;
        assertThat(m.execute("0F 01 03")).isEmpty();
        assertThat(m.load(PLACE, 2)).isEqualTo(cpu.gdtr.limit);
        assertThat(m.load(PLACE + 2, 8)).isEqualTo(SystemMachine.GDT);
        assertThat(m.execute("0F 01 0B")).isEmpty();
        assertThat(m.load(PLACE, 2)).isEqualTo(cpu.idtr.limit);
        assertThat(m.load(PLACE + 2, 8)).isEqualTo(SystemMachine.IDT);
    }

    @Test
    void SMSW_STR_and_SLDT_to_memory_store_two_bytes_whatever_the_operand_size() {
        m.long64(0);
        cpu.r[Cpu.RBX] = PLACE;
        for (String code : new String[]{"48 0F 01 23", "48 0F 00 0B", "48 0F 00 03"}) {
            m.store(PLACE, 8, -1);
            assertThat(m.execute(code)).isEmpty();
            assertThat(m.load(PLACE + 2, 6)).as(code).isEqualTo(0xFFFF_FFFF_FFFFL);
        }
    }

    @Test
    void UMIP_keeps_them_from_ring_3() {
        m.long64(3);
        cpu.r[Cpu.RBX] = PLACE;
        cpu.cr4 |= ControlRegisters.CR4_UMIP;
        for (String code : new String[]{"0F 01 03", "0F 01 0B", "0F 01 E0", "0F 00 C8",
                "0F 00 C0"}) {
            assertThat(m.execute(code)).as(code).isEqualTo("13(0)");
        }
    }

    @Test
    void INVPCID_is_GP_in_ring_3_and_XGETBV_undefined_without_OSXSAVE() {
        m.long64(3);
        cpu.r[Cpu.RBX] = PLACE;
        assertThat(m.execute("66 0F 38 82 03")).isEqualTo("13(0)");
        assertThat(m.execute("0F 01 D0")).isEqualTo("6");
        cpu.cr4 |= ControlRegisters.CR4_OSXSAVE;
        cpu.r[Cpu.RCX] = 0;
        cpu.xcr0 = 3;
        assertThat(m.execute("0F 01 D0")).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(3);
        assertThat(cpu.r[Cpu.RDX]).isZero();
    }
}
