package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;

class X87ScaleTest {
    private static final int CASES = 5_000;
    private static final long LEADING = 1L << 63;

    private final X87Status x87 = new X87Status();
    private final Random random = new Random(9);
    private final Float80 result = new Float80();

    private Float80 operand(int exponents) {
        long significand = LEADING | random.nextLong() & -1L << random.nextInt(64);
        int field = 16383 + random.nextInt(exponents);
        return new Float80(random.nextInt(2) << 15 | field, significand);
    }

    @Test
    void FPREM_and_FPREM1_are_exact_and_report_three_bits_of_the_quotient() {
        for (int i = 0; i < CASES; i++) {
            boolean nearest = (i & 1) != 0;
            Float80 a = operand(70);
            Float80 b = operand(10);
            BigDecimal x = Reference.value(a);
            BigDecimal y = Reference.value(b);
            BigDecimal quotient = quotient(x, y, nearest);
            remainder(nearest, a, b);
            if (x87.isSet(X87Status.C2)) {
                assertThat(Reference.value(result).abs()).isLessThan(x.abs());
                continue;
            }
            assertThat(Reference.value(result)).as(a + " rem " + b)
                    .isEqualByComparingTo(x.subtract(quotient.multiply(y)));
            int low = quotient.abs().toBigInteger().intValue() & 7;
            int reported = (x87.isSet(X87Status.C0) ? 4 : 0) | (x87.isSet(X87Status.C3) ? 2 : 0)
                    | (x87.isSet(X87Status.C1) ? 1 : 0);
            assertThat(reported).as(a + " rem " + b).isEqualTo(low);
        }
    }

    private static BigDecimal quotient(BigDecimal x, BigDecimal y, boolean nearest) {
        BigDecimal whole = x.divideToIntegralValue(y);
        if (!nearest) {
            return whole;
        }
        BigDecimal rest = x.subtract(whole.multiply(y)).abs().multiply(BigDecimal.TWO);
        int order = rest.compareTo(y.abs());
        boolean odd = whole.toBigInteger().testBit(0);
        BigDecimal step = BigDecimal.valueOf(x.signum() * y.signum());
        return order > 0 || order == 0 && odd ? whole.add(step) : whole;
    }

    private void remainder(boolean nearest, Float80 a, Float80 b) {
        if (nearest) {
            X87Scale.remainderNearest(result, a, b, x87);
        } else {
            X87Scale.remainder(result, a, b, x87);
        }
    }

    @Test
    void a_loop_of_FPREM_ends_in_the_remainder() {
        var huge = new Float80(0x7FFE, 0xDEAD_BEEF_1234_5678L);
        var three = new Float80(0x4000, 0xC000_0000_0000_0000L);
        BigDecimal expected = Reference.value(huge).remainder(Reference.value(three));
        result.set(huge);
        do {
            X87Scale.remainder(result, result, three, x87);
        } while (x87.isSet(X87Status.C2));
        assertThat(Reference.value(result)).isEqualByComparingTo(expected);
    }

    @Test
    void FXTRACT_and_FSCALE_undo_each_other() {
        var exponent = new Float80();
        var significand = new Float80();
        for (int i = 0; i < CASES; i++) {
            Float80 a = operand(16000);
            X87Scale.extract(exponent, significand, a, x87);
            assertThat(significand.signExponent & 0x7FFF).isEqualTo(16383);
            X87Scale.scale(result, significand, exponent, x87);
            assertThat(result).hasToString(a.toString());
        }
        assertThat(x87.status).isZero();
    }

    @Test
    void FXTRACT_of_zero_divides_by_zero() {
        var significand = new Float80();
        X87Scale.extract(result, significand, new Float80(0x8000, 0), x87);
        assertThat(result).hasToString("ffff:8000000000000000");
        assertThat(significand).hasToString("8000:0000000000000000");
        assertThat(x87.status).isEqualTo(X87Status.ZE);
    }

    @Test
    void FRNDINT_rounds_by_the_mode() {
        for (int i = 0; i < CASES; i++) {
            Float80 a = operand(66);
            x87.control = 0x37F | (i & 3) << 10;
            X87Arithmetic.roundToIntegral(result, a, x87);
            RoundingMode mode = Reference.rounding(i & 3);
            assertThat(Reference.value(result))
                    .isEqualByComparingTo(Reference.value(a).setScale(0, mode));
        }
    }
}
