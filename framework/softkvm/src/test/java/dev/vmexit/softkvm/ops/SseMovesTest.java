package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import org.junit.jupiter.api.Test;

class SseMovesTest {
    private static final int NO_FAULT = -1;
    private static final String MOVAPS_LOAD = "0f 28 0e";
    private static final String MOVUPS_LOAD = "0f 10 0e";
    private static final String MOVUPS_STORE = "0f 11 0e";
    private static final String MOVQ_MMX_STORE = "0f 7f 0e";

    private final SseMachine machine = new SseMachine();
    private final Cpu cpu = machine.cpu;

    private void pointTo(long address) {
        cpu.r[Cpu.RSI] = address;
    }

    @Test
    void MOVAPS_from_an_unaligned_address_is_GP_and_MOVUPS_is_not() {
        pointTo(SseMachine.DATA + 1);

        assertThat(machine.fault(MOVAPS_LOAD)).isEqualTo(GuestFault.GP);
        assertThat(machine.fault(MOVUPS_LOAD)).isEqualTo(NO_FAULT);
    }

    @Test
    void a_store_over_the_end_of_what_is_mapped_writes_nothing() {
        machine.xmm(1, -1, -1);
        for (int missing = 1; missing < 16; missing++) {
            pointTo(SseMachine.PAGE_END - 16 + missing);

            assertThat(machine.fault(MOVUPS_STORE)).isEqualTo(GuestFault.PF);
            assertThat(machine.load(SseMachine.PAGE_END - 8)).isZero();
            assertThat(machine.load(SseMachine.PAGE_END - 16)).isZero();
        }
    }

    @Test
    void a_load_over_the_end_of_what_is_mapped_keeps_the_register() {
        machine.xmm(1, 1, 2);
        pointTo(SseMachine.PAGE_END - 8);

        assertThat(machine.fault(MOVUPS_LOAD)).isEqualTo(GuestFault.PF);
        assertThat(cpu.vectors.hi[1]).isEqualTo(1);
        assertThat(cpu.vectors.lo[1]).isEqualTo(2);
    }

    @Test
    void MOVSS_clears_the_rest_from_memory_and_keeps_it_from_a_register() {
        machine.xmm(1, -1, -1);
        machine.xmm(2, 0, 0x1234_5678_9ABC_DEF0L);
        machine.execute("f3 0f 10 ca");
        assertThat(cpu.vectors.lo[1]).isEqualTo(0xFFFF_FFFF_9ABC_DEF0L);
        assertThat(cpu.vectors.hi[1]).isEqualTo(-1);

        pointTo(SseMachine.DATA);
        machine.store(SseMachine.DATA, -1);
        machine.execute("f3 0f 10 0e");
        assertThat(cpu.vectors.lo[1]).isEqualTo(0xFFFF_FFFFL);
        assertThat(cpu.vectors.hi[1]).isZero();
    }

    @Test
    void an_MMX_store_that_faults_has_not_switched_the_x87() {
        cpu.x87.statusWord(3 << 11);
        pointTo(SseMachine.PAGE_END);

        assertThat(machine.fault(MOVQ_MMX_STORE)).isEqualTo(GuestFault.PF);
        assertThat(cpu.x87.statusWord()).isEqualTo(3 << 11);

        pointTo(SseMachine.DATA);
        machine.execute(MOVQ_MMX_STORE);
        assertThat(cpu.x87.statusWord()).isZero();
        assertThat(cpu.x87.abridgedTags()).isEqualTo(0xFF);
    }
}
