package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The manual asks for one unit in the last place; these are correctly rounded.
class X87TranscendentalTest {
    private static final int CASES = 200;
    private static final long LEADING = 1L << 63;
    private static final BigDecimal LN_2 = Reference.logarithm(BigDecimal.TWO);

    private final X87Status x87 = new X87Status();
    private final Random random = new Random(11);
    private final Float80 result = new Float80();
    private final Float80 other = new Float80();

    /// From 2^`low` to 2^(`low` + `exponents`), either sign.
    private Float80 operand(int low, int exponents) {
        return new Float80(random.nextInt(2) << 15 | 16383 + low + random.nextInt(exponents),
                LEADING | random.nextLong());
    }

    private void expect(BigDecimal exact, String as) {
        BigDecimal rounded = Reference.round(exact, 64, -16382, x87.roundingMode());
        assertThat(Reference.value(result)).as(as).isEqualByComparingTo(rounded);
        assertThat(x87.status & Flags.ALL).as(as).isEqualTo(X87Status.PE);
    }

    private void nextMode(int i) {
        x87.control = X87Status.INITIAL_CONTROL | (i & 3) << 10;
    }

    @Test
    void sine_and_cosine_of_up_to_eight_radians() {
        BigDecimal quarter = Reference.round(Reference.pi(), 66, 0, Rounding.ZERO)
                .divide(BigDecimal.TWO);
        BigDecimal truth = Reference.pi().divide(BigDecimal.TWO);
        for (int i = 0; i < CASES; i++) {
            nextMode(i);
            Float80 a = operand(-6, 9);
            // The FPU's quarter turns are those of its own π, and it takes off the nearest.
            BigDecimal turns = Reference.value(a).divide(quarter, 0, RoundingMode.HALF_EVEN);
            BigDecimal angle = Reference.value(a).subtract(turns.multiply(quarter))
                    .add(turns.multiply(truth));
            X87Transcendental.sinCos(result, other, a, x87);
            int sinStatus = x87.status & Flags.ALL;
            assertThat(sinStatus).isEqualTo(X87Status.PE);
            expect(Reference.sine(angle), "sin " + a);
            result.set(other);
            expect(Reference.sine(angle.add(truth)), "cos " + a);
        }
    }

    @Test
    void an_angle_of_2_to_the_63_is_out_of_range() {
        var angle = new Float80(16383 + 63, LEADING);
        X87Transcendental.sin(result, angle, x87);
        assertThat(result).hasToString(angle.toString());
        assertThat(x87.status).isEqualTo(X87Status.C2);
        X87Transcendental.cos(result, new Float80(), x87);
        assertThat(result).as("cos 0").hasToString("3fff:8000000000000000");
        assertThat(x87.status).as("C2 is cleared").isZero();
    }

    @Test
    void the_sine_of_the_rounded_pi_shows_the_66_bits() {
        X87Conversion.constant(result, X87Conversion.Constant.FLDPI, x87);
        X87Transcendental.sin(result, result, x87);
        assertThat(Reference.value(result))
                .isEqualByComparingTo(Reference.power(-64).negate());
    }

    @Test
    void exponential() {
        for (int i = 0; i < CASES; i++) {
            nextMode(i);
            Float80 a = operand(-8, 8);
            X87Transcendental.exp2Minus1(result, a, x87);
            BigDecimal power = Reference.value(a).multiply(LN_2, Reference.DIGITS);
            expect(Reference.exponential(power).subtract(BigDecimal.ONE), "2^" + a);
        }
    }

    @Test
    void logarithms() {
        for (int i = 0; i < CASES; i++) {
            nextMode(i);
            Float80 y = operand(-8, 16);
            Float80 x = operand(-1, 2);
            x.abs();
            X87Transcendental.yLog2(result, y, x, x87);
            expect(logarithm(y, Reference.value(x)), y + " log2 " + x);
            x = operand(-8, 6);
            X87Transcendental.yLog2Plus1(result, y, x, x87);
            expect(logarithm(y, Reference.value(x).add(BigDecimal.ONE)), y + " log2 1 + " + x);
        }
    }

    private static BigDecimal logarithm(Float80 y, BigDecimal x) {
        BigDecimal binary = Reference.logarithm(x).divide(LN_2, Reference.DIGITS);
        return Reference.value(y).multiply(binary, Reference.DIGITS);
    }

    @Test
    void arctangent_and_tangent() {
        var one = new Float80(16383, LEADING);
        for (int i = 0; i < CASES; i++) {
            nextMode(i);
            Float80 a = operand(-8, 7);
            X87Transcendental.atan(result, a, one, x87);
            expect(Reference.arcTangent(Reference.value(a)), "atan " + a);
            X87Transcendental.tan(result, other, a, x87);
            BigDecimal angle = Reference.value(a);
            BigDecimal quarter = Reference.pi().divide(BigDecimal.TWO);
            BigDecimal cosine = Reference.sine(angle.add(quarter));
            expect(Reference.sine(angle).divide(cosine, Reference.DIGITS), "tan " + a);
            assertThat(other).hasToString(one.toString());
        }
    }

    @Test
    void the_four_quadrants_and_their_borders() {
        var one = new Float80(0x3FFF, LEADING);
        var minusOne = new Float80(0xBFFF, LEADING);
        var zero = new Float80();
        BigDecimal pi = Reference.pi();
        X87Transcendental.atan(result, one, minusOne, x87);
        expect(pi.multiply(new BigDecimal("0.75")), "second");
        X87Transcendental.atan(result, minusOne, minusOne, x87);
        expect(pi.multiply(new BigDecimal("-0.75")), "third");
        X87Transcendental.atan(result, minusOne, zero, x87);
        expect(pi.multiply(new BigDecimal("-0.5")), "down");
        X87Transcendental.atan(result, zero, minusOne, x87);
        expect(pi, "left");
    }

    @Test
    void the_logarithm_of_zero_divides_by_zero_and_of_a_negative_number_is_invalid() {
        var one = new Float80(0x3FFF, LEADING);
        X87Transcendental.yLog2(result, one, new Float80(), x87);
        assertThat(result).hasToString("ffff:8000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.ZE);
        x87.status = 0;
        X87Transcendental.yLog2(result, one, new Float80(0xBFFF, LEADING), x87);
        assertThat(result).hasToString("ffff:c000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.IE);
    }
}
