package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class X87ArithmeticTest {
    private static final int CASES = 10_000;
    private static final long LEADING = 1L << 63;
    private static final int[] PRECISIONS = {24, 53, 64};
    private static final int[] PRECISION_CONTROL = {0, 2, 3};

    private final X87Status x87 = new X87Status();
    private final Random random = new Random(80);
    private final Float80 result = new Float80();

    private Float80 operand() {
        long significand = LEADING | random.nextLong() & -1L << random.nextInt(64);
        return new Float80(random.nextInt(2) << 15 | 16383 - 20 + random.nextInt(40), significand);
    }

    private void expect(BigDecimal exact, int precision, String as) {
        int mode = x87.roundingMode();
        BigDecimal rounded = Reference.round(exact, precision, -16382, mode);
        BigDecimal value = Reference.value(result);
        assertThat(value).as(as).isEqualByComparingTo(rounded);
        int flags = rounded.compareTo(exact) == 0 ? 0 : X87Status.PE;
        flags |= rounded.abs().compareTo(exact.abs()) > 0 ? X87Status.C1 : 0;
        assertThat(x87.status).as(as).isEqualTo(flags);
    }

    @Test
    void add_sub_mul_obey_precision_and_rounding_control_and_C1_says_rounded_up() {
        for (int i = 0; i < CASES; i++) {
            Float80 a = operand();
            Float80 b = operand();
            int precision = PRECISIONS[i / 4 % 3];
            x87.control = 0x7F | PRECISION_CONTROL[i / 4 % 3] << 8 | (i & 3) << 10;
            String as = a + " " + b + " control " + Integer.toHexString(x87.control);
            x87.status = 0;
            X87Arithmetic.add(result, a, b, x87);
            expect(Reference.value(a).add(Reference.value(b)), precision, as);
            x87.status = 0;
            X87Arithmetic.sub(result, a, b, x87);
            expect(Reference.value(a).subtract(Reference.value(b)), precision, as);
            x87.status = 0;
            X87Arithmetic.mul(result, a, b, x87);
            expect(Reference.value(a).multiply(Reference.value(b)), precision, as);
        }
    }

    @Test
    void div_and_sqrt_are_within_half_a_unit() {
        for (int i = 0; i < CASES; i++) {
            Float80 a = operand();
            Float80 b = operand();
            X87Arithmetic.div(result, a, b, x87);
            BigDecimal half = Reference.unit(result).divide(BigDecimal.TWO);
            BigDecimal rest = Reference.value(a).subtract(
                    Reference.value(result).multiply(Reference.value(b)));
            assertThat(rest.abs()).as(a + " / " + b)
                    .isLessThanOrEqualTo(half.multiply(Reference.value(b).abs()));
            a.abs();
            X87Arithmetic.sqrt(result, a, x87);
            BigDecimal root = Reference.value(result);
            half = Reference.unit(result).divide(BigDecimal.TWO);
            assertThat(root.subtract(half).pow(2)).as("√" + a)
                    .isLessThanOrEqualTo(Reference.value(a));
            assertThat(root.add(half).pow(2)).isGreaterThanOrEqualTo(Reference.value(a));
        }
    }

    @Test
    void the_NaN_with_the_larger_significand_wins_and_a_quiet_one_beats_a_signaling_one() {
        var small = new Float80(0x7FFF, 0xC000_0000_0000_0001L);
        var large = new Float80(0xFFFF, 0xC000_0000_0000_0002L);
        var signaling = new Float80(0x7FFF, 0xBFFF_FFFF_FFFF_FFFFL);
        X87Arithmetic.add(result, small, large, x87);
        assertThat(result).hasToString(large.toString());
        assertThat(x87.status).isZero();
        X87Arithmetic.mul(result, signaling, small, x87);
        assertThat(result).hasToString(small.toString());
        assertThat(x87.status).isEqualTo(X87Status.IE);
    }

    @Test
    void an_unnormal_is_invalid_and_a_pseudo_denormal_is_a_number() {
        var unnormal = new Float80(0x4000, 1);
        var pseudoDenormal = new Float80(0, LEADING);
        var one = new Float80(0x3FFF, LEADING);
        X87Arithmetic.mul(result, pseudoDenormal, one, x87);
        assertThat(result).hasToString("0001:8000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.DE);
        X87Arithmetic.add(result, unnormal, one, x87);
        assertThat(result).hasToString("ffff:c000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.DE | X87Status.IE);
    }

    @Test
    void unmasked_before_computation_means_no_result_and_after_it_a_wrapped_exponent() {
        var one = new Float80(0x3FFF, LEADING);
        var zero = new Float80();
        var huge = new Float80(0x7FFE, LEADING);
        x87.control = 0x340;
        assertThat(X87Arithmetic.div(result, one, zero, x87)).isFalse();
        assertThat(result).hasToString(zero.toString());
        assertThat(x87.status).isEqualTo(X87Status.ZE | X87Status.ES | X87Status.B);
        x87.status = 0;
        assertThat(X87Arithmetic.mul(result, huge, huge, x87)).isTrue();
        assertThat(result.signExponent).isEqualTo(0x7FFE + 0x7FFE - 0x3FFF - 24576);
        assertThat(x87.status).isEqualTo(X87Status.OE | X87Status.ES | X87Status.B);
    }

    @Test
    void a_comparison_with_an_unmasked_NaN_leaves_the_conditions() {
        var nan = new Float80(0x7FFF, 0xC000_0000_0000_0000L);
        var one = new Float80(0x3FFF, LEADING);
        assertThat(X87Arithmetic.compare(nan, one, false, x87))
                .isEqualTo(X87Arithmetic.UNORDERED);
        assertThat(x87.status).isEqualTo(X87Status.C0 | X87Status.C2 | X87Status.C3);
        x87.control &= ~X87Status.IE;
        x87.status = 0;
        assertThat(X87Arithmetic.compare(nan, one, true, x87))
                .isEqualTo(X87Arithmetic.NO_RESULT);
        assertThat(x87.status).isEqualTo(X87Status.IE | X87Status.ES | X87Status.B);
    }
}
