package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MxCsrTest {
    private static final int ONE = Float.floatToRawIntBits(1);
    private static final int THREE = Float.floatToRawIntBits(3);
    private static final int DENORMAL = 1;

    private final MxCsr mxcsr = new MxCsr();

    @Test
    void an_unmasked_exception_sets_its_flag_and_throws() {
        mxcsr.value = MxCsr.RESET & ~(MxCsr.ZE << 7);
        assertThatThrownBy(() -> Binary32.div(ONE, 0, mxcsr))
                .isInstanceOf(FloatingPointFault.class);
        assertThat(mxcsr.value & Flags.ALL).isEqualTo(MxCsr.ZE);
    }

    @Test
    void flags_accumulate() {
        Binary32.div(ONE, THREE, mxcsr);
        Binary32.div(ONE, 0, mxcsr);
        Binary32.add(ONE, DENORMAL, mxcsr);
        assertThat(mxcsr.value & Flags.ALL).isEqualTo(MxCsr.PE | MxCsr.ZE | MxCsr.DE);
    }

    @Test
    void a_packed_instruction_reports_all_its_elements() {
        mxcsr.value = MxCsr.RESET & ~(MxCsr.IE << 7 | MxCsr.ZE << 7);
        mxcsr.beginPacked();
        Binary32.div(ONE, THREE, mxcsr);
        Binary32.div(ONE, 0, mxcsr);
        Binary32.div(0, 0, mxcsr);
        assertThatThrownBy(mxcsr::endPacked).isInstanceOf(FloatingPointFault.class);
        assertThat(mxcsr.value & Flags.ALL)
                .as("what comes after an unmasked exception before computation is not computed")
                .isEqualTo(MxCsr.IE | MxCsr.ZE);
    }
}
