package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachSigned;
import static dev.vmexit.softkvm.packed.Expectation.eachUnsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddSubtractTest {
    @Test
    void padd_wraps_around() {
        eachUnsigned(8, Long::sum).lane(AddSubtract::paddb);
        eachUnsigned(16, Long::sum).lane(AddSubtract::paddw);
        eachUnsigned(32, Long::sum).lane(AddSubtract::paddd);
        eachUnsigned(64, Long::sum).lane(AddSubtract::paddq);
    }

    @Test
    void psub_wraps_around() {
        eachUnsigned(8, (a, b) -> a - b).lane(AddSubtract::psubb);
        eachUnsigned(16, (a, b) -> a - b).lane(AddSubtract::psubw);
        eachUnsigned(32, (a, b) -> a - b).lane(AddSubtract::psubd);
        eachUnsigned(64, (a, b) -> a - b).lane(AddSubtract::psubq);
    }

    @Test
    void padds_and_psubs_saturate_signed() {
        eachSigned(8, (a, b) -> Math.clamp(a + b, -128, 127)).lane(AddSubtract::paddsb);
        eachSigned(16, (a, b) -> Math.clamp(a + b, -32768, 32767)).lane(AddSubtract::paddsw);
        eachSigned(8, (a, b) -> Math.clamp(a - b, -128, 127)).lane(AddSubtract::psubsb);
        eachSigned(16, (a, b) -> Math.clamp(a - b, -32768, 32767)).lane(AddSubtract::psubsw);
    }

    @Test
    void paddus_and_psubus_saturate_unsigned() {
        eachUnsigned(8, (a, b) -> Math.min(a + b, 255)).lane(AddSubtract::paddusb);
        eachUnsigned(16, (a, b) -> Math.min(a + b, 65535)).lane(AddSubtract::paddusw);
        eachUnsigned(8, (a, b) -> Math.max(a - b, 0)).lane(AddSubtract::psubusb);
        eachUnsigned(16, (a, b) -> Math.max(a - b, 0)).lane(AddSubtract::psubusw);
    }

    @Test
    void pavg_rounds_up() {
        eachUnsigned(8, (a, b) -> (a + b + 1) / 2).lane(AddSubtract::pavgb);
        eachUnsigned(16, (a, b) -> (a + b + 1) / 2).lane(AddSubtract::pavgw);
    }

    @Test
    void psign_multiplies_by_the_sign_of_b() {
        eachSigned(8, (a, b) -> a * Long.signum(b)).lane(AddSubtract::psignb);
        eachSigned(16, (a, b) -> a * Long.signum(b)).lane(AddSubtract::psignw);
        eachSigned(32, (a, b) -> a * Long.signum(b)).lane(AddSubtract::psignd);
    }

    @Test
    void pabs_is_of_b() {
        eachSigned(8, (a, b) -> Math.abs(b)).lane(AddSubtract::pabsb);
        eachSigned(16, (a, b) -> Math.abs(b)).lane(AddSubtract::pabsw);
        eachSigned(32, (a, b) -> Math.abs(b)).lane(AddSubtract::pabsd);
    }

    @Test
    void the_least_byte_has_no_absolute_value() {
        assertThat(AddSubtract.pabsb(0, 0x80)).isEqualTo(0x80);
    }

    @Test
    void all_pairs_of_bytes_are_right_in_every_saturation() {
        for (int a = -128; a < 128; a++) {
            for (int b = -128; b < 128; b++) {
                assertThat((byte) AddSubtract.paddsb(a & 0xFF, b & 0xFF))
                        .isEqualTo((byte) Math.clamp(a + b, -128, 127));
                assertThat(AddSubtract.psubusb(a & 0xFF, b & 0xFF))
                        .isEqualTo(Math.max((a & 0xFF) - (b & 0xFF), 0));
            }
        }
    }
}
