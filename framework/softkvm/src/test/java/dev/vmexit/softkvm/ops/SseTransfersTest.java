package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import org.junit.jupiter.api.Test;

class SseTransfersTest {
    private static final String LDMXCSR = "0f ae 16";
    private static final String MASKMOVDQU = "66 0f f7 ca";

    private final SseMachine machine = new SseMachine();
    private final Cpu cpu = machine.cpu;

    @Test
    void LDMXCSR_of_a_bit_that_does_not_exist_is_GP() {
        cpu.r[Cpu.RSI] = SseMachine.DATA;
        machine.store(SseMachine.DATA, 0x1_1F80);

        assertThat(machine.fault(LDMXCSR)).isEqualTo(GuestFault.GP);
        assertThat(cpu.mxcsr.value).isEqualTo(0x1F80);
    }

    @Test
    void LDMXCSR_is_UD_without_OSFXSR_and_NM_with_TS() {
        cpu.cr0 |= ControlRegisters.CR0_TS;
        assertThat(machine.fault(LDMXCSR)).isEqualTo(GuestFault.NM);

        cpu.cr4 &= ~ControlRegisters.CR4_OSFXSR;
        assertThat(machine.fault(LDMXCSR)).isEqualTo(GuestFault.UD);
    }

    @Test
    void PINSRB_from_register_4_to_7_takes_SPL_to_DIL_even_without_REX() {
        cpu.r[Cpu.RSP] = 0x11;
        cpu.r[Cpu.RAX] = 0xAA00;
        machine.xmm(1, 0, 0);

        machine.execute("66 0f 3a 20 cc 00");

        assertThat(cpu.vectors.lo[1]).isEqualTo(0x11);
    }

    @Test
    void PEXTRB_clears_the_rest_of_a_register_and_writes_one_byte_of_memory() {
        machine.xmm(1, 0, 0x80);
        cpu.r[Cpu.RBX] = -1;
        machine.execute("66 0f 3a 14 cb 00");
        assertThat(cpu.r[Cpu.RBX]).isEqualTo(0x80);

        cpu.r[Cpu.RSI] = SseMachine.DATA;
        machine.store(SseMachine.DATA, -1);
        machine.execute("66 0f 3a 14 0e 00");
        assertThat(machine.load(SseMachine.DATA)).isEqualTo(0xFFFF_FFFF_FFFF_FF80L);
    }

    @Test
    void INSERTPS_from_memory_ignores_the_number_of_the_source_element() {
        cpu.r[Cpu.RSI] = SseMachine.PAGE_END - 4;
        machine.store(SseMachine.PAGE_END - 8, 0x5555_5555L << 32);
        machine.xmm(1, -1, -1);

        machine.execute("66 0f 3a 21 0e d1");

        assertThat(cpu.vectors.lo[1]).as("element 3 to 1, element 0 cleared")
                .isEqualTo(0x5555_5555L << 32);
    }

    @Test
    void MASKMOVDQU_writes_all_selected_bytes_or_none() {
        machine.xmm(1, -1, -1);
        machine.xmm(2, 0x80L << 56, 0x80);

        cpu.r[Cpu.RDI] = SseMachine.PAGE_END - 15;
        assertThat(machine.fault(MASKMOVDQU)).isEqualTo(GuestFault.PF);
        assertThat(machine.load(SseMachine.PAGE_END - 15)).isZero();

        cpu.r[Cpu.RDI] = SseMachine.PAGE_END - 16;
        machine.execute(MASKMOVDQU);
        assertThat(machine.load(SseMachine.PAGE_END - 16)).isEqualTo(0xFF);
        assertThat(machine.load(SseMachine.PAGE_END - 8)).isEqualTo(0xFFL << 56);
    }
}
