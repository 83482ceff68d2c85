package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.fp.X87Conversion.Constant;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class X87ConversionTest {
    private static final int CASES = 10_000;

    private final X87Status x87 = new X87Status();
    private final Random random = new Random(10);
    private final Float80 register = new Float80();

    @Test
    void every_double_and_float_survives_the_round_trip() {
        for (int i = 0; i < CASES; i++) {
            long bits = random.nextLong();
            if (!Double.isNaN(Double.longBitsToDouble(bits))) {
                X87Conversion.fromBinary64(register, bits, x87);
                X87Conversion.toBinary64(register, x87);
                assertThat(x87.stored).isEqualTo(bits);
            }
            int single = (int) bits;
            if (!Float.isNaN(Float.intBitsToFloat(single))) {
                X87Conversion.fromBinary32(register, single, x87);
                X87Conversion.toBinary32(register, x87);
                assertThat((int) x87.stored).isEqualTo(single);
            }
        }
    }

    @Test
    void every_integer_survives_the_round_trip() {
        for (int i = 0; i < CASES; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            X87Conversion.fromInteger(register, value, x87);
            assertThat(Reference.value(register)).isEqualByComparingTo(new BigDecimal(value));
            X87Conversion.toInteger(register, 64, false, x87);
            assertThat(x87.stored).isEqualTo(value);
        }
        assertThat(x87.status).isZero();
    }

    @Test
    void an_integer_that_does_not_fit_is_the_indefinite() {
        X87Conversion.fromInteger(register, 32768, x87);
        assertThat(X87Conversion.toInteger(register, 16, false, x87)).isTrue();
        assertThat(x87.stored).isEqualTo(Short.MIN_VALUE);
        assertThat(x87.status).isEqualTo(X87Status.IE);
        x87.control &= ~X87Status.IE;
        assertThat(X87Conversion.toInteger(register, 16, false, x87)).isFalse();
        X87Conversion.fromInteger(register, -32768, x87);
        assertThat(X87Conversion.toInteger(register, 16, false, x87)).isTrue();
    }

    @Test
    void packed_decimals_survive_the_round_trip() {
        var bytes = new Float80();
        for (int i = 0; i < CASES; i++) {
            long value = random.nextLong(1_000_000_000_000_000_000L);
            String digits = String.format("%018d", value);
            long low = Long.parseUnsignedLong(digits.substring(2), 16);
            int high = random.nextInt(2) << 15 | Integer.parseInt(digits.substring(0, 2), 16);
            X87Conversion.fromBcd(register, low, high, x87);
            assertThat(Reference.value(register).abs().longValueExact()).isEqualTo(value);
            X87Conversion.toBcd(bytes, register, x87);
            assertThat(bytes).hasToString(new Float80(high, low).toString());
        }
    }

    @Test
    void a_decimal_of_19_digits_is_the_indefinite() {
        X87Conversion.fromInteger(register, 1_000_000_000_000_000_000L, x87);
        X87Conversion.toBcd(register, register, x87);
        assertThat(register).hasToString("ffff:c000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.IE);
    }

    @Test
    void constants_are_rounded_by_the_mode_and_set_no_flag() {
        BigDecimal ln2 = Reference.logarithm(BigDecimal.TWO);
        BigDecimal ln10 = Reference.logarithm(BigDecimal.TEN.divide(BigDecimal.valueOf(8)))
                .add(ln2.multiply(BigDecimal.valueOf(3)));
        for (int mode = 0; mode < 4; mode++) {
            x87.control = 0x37F | mode << 10;
            expect(Constant.FLDPI, Reference.pi());
            expect(Constant.FLDLN2, ln2);
            expect(Constant.FLDL2E, BigDecimal.ONE.divide(ln2, Reference.DIGITS));
            expect(Constant.FLDLG2, ln2.divide(ln10, Reference.DIGITS));
            expect(Constant.FLDL2T, ln10.divide(ln2, Reference.DIGITS));
            expect(Constant.FLD1, BigDecimal.ONE);
            expect(Constant.FLDZ, BigDecimal.ZERO);
        }
        assertThat(x87.status).isZero();
    }

    private void expect(Constant constant, BigDecimal value) {
        X87Conversion.constant(register, constant, x87);
        assertThat(Reference.value(register)).as("%s", constant).isEqualByComparingTo(
                Reference.round(value, 64, -16382, x87.roundingMode()));
    }
}
