package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.fp.MxCsr;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SseFloatTest {
    private static final long ONE = Double.doubleToRawLongBits(1);
    private static final int ZERO_DIVIDE_UNMASKED = MxCsr.RESET & ~(MxCsr.ZE << 7);
    private static final String DIVPD = "66 0f 5e ca";
    private static final String DIVPS_MEMORY = "0f 5e 0e";
    private static final String ADDSD = "f2 0f 58 ca";
    private static final String RCPSS = "f3 0f 53 ca";
    private static final String RSQRTSS = "f3 0f 52 ca";
    private static final double APPROXIMATION = 1.5 / 4096;

    private final SseMachine machine = new SseMachine();
    private final Cpu cpu = machine.cpu;

    @Test
    void an_unmasked_exception_is_XM_with_its_flag_set_and_no_result() {
        cpu.mxcsr.value = ZERO_DIVIDE_UNMASKED;
        machine.xmm(1, ONE, ONE);
        machine.xmm(2, 0, ONE);

        assertThat(machine.fault(DIVPD)).isEqualTo(GuestFault.XM);
        assertThat(cpu.mxcsr.value).isEqualTo(ZERO_DIVIDE_UNMASKED | MxCsr.ZE);
        assertThat(cpu.vectors.hi[1]).isEqualTo(ONE);
        assertThat(cpu.vectors.lo[1]).isEqualTo(ONE);
    }

    /// Intel SDM Vol. 3, 2.5 Control Registers, CR4.OSXMMEXCPT.
    @Test
    void without_OSXMMEXCPT_it_is_UD() {
        cpu.cr4 &= ~ControlRegisters.CR4_OSXMMEXCPT;
        cpu.mxcsr.value = ZERO_DIVIDE_UNMASKED;
        machine.xmm(1, ONE, ONE);
        machine.xmm(2, 0, 0);

        assertThat(machine.fault(DIVPD)).isEqualTo(GuestFault.UD);
    }

    @Test
    void after_a_page_fault_in_a_packed_instruction_a_scalar_one_still_records_its_flags() {
        cpu.r[Cpu.RSI] = SseMachine.PAGE_END;
        assertThat(machine.fault(DIVPS_MEMORY)).isEqualTo(GuestFault.PF);

        cpu.mxcsr.value = MxCsr.RESET;
        machine.xmm(1, 0, ONE);
        machine.xmm(2, 0, 1);
        machine.execute(ADDSD);
        assertThat(cpu.mxcsr.value).isEqualTo(MxCsr.RESET | MxCsr.DE | MxCsr.PE);
    }

    @Test
    void RCP_and_RSQRT_are_as_near_as_the_manual_wants_and_touch_no_flag() {
        var random = new Random(1);
        cpu.mxcsr.value = 0;
        for (int n = 0; n < 10_000; n++) {
            float x = Math.scalb(1 + random.nextFloat(), random.nextInt(200) - 100);
            machine.xmm(2, 0, Float.floatToRawIntBits(x));

            machine.execute(RCPSS);
            assertThat(result() * x - 1).isBetween(-APPROXIMATION, APPROXIMATION);
            machine.execute(RSQRTSS);
            assertThat(result() * Math.sqrt(x) - 1).isBetween(-APPROXIMATION, APPROXIMATION);
        }
        assertThat(cpu.mxcsr.value).isZero();
    }

    private double result() {
        return Float.intBitsToFloat((int) cpu.vectors.lo[1]);
    }

    @Test
    void RCP_takes_denormals_for_zeros_and_flushes_tiny_results() {
        assertThat(rcp(0x8000_0001)).isEqualTo(0xFF80_0000);
        assertThat(rcp(0x7F7F_FFFF)).isZero();
        assertThat(rcp(0xFF80_0000)).isEqualTo(0x8000_0000);
        assertThat(rcp(0x7F80_0001)).isEqualTo(0x7FC0_0001);
    }

    private int rcp(int bits) {
        machine.xmm(2, 0, bits);
        machine.execute(RCPSS);
        return (int) cpu.vectors.lo[1];
    }
}
