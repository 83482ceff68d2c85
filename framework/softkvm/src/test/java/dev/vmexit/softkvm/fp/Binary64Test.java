package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Binary64Test {
    private static final long QUIET_NAN = 0x7FF8_0000_0000_1234L;
    private static final long OTHER_QUIET_NAN = 0xFFFF_0000_0000_0001L;
    private static final long SIGNALING_NAN = 0x7FF0_0000_0000_5678L;
    private static final long INDEFINITE = 0xFFF8_0000_0000_0000L;
    private static final long DENORMAL = 1;
    private static final int CASES = 20_000;

    private final MxCsr mxcsr = new MxCsr();
    private final Random random = new Random(64);

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }

    private static BigDecimal exact(long bits) {
        return new BigDecimal(Double.longBitsToDouble(bits));
    }

    /// A number with an exponent from -64 to 63 and now and then a short fraction.
    private long operand() {
        long fraction = random.nextLong() >>> 12 & -1L << random.nextInt(52);
        return (long) random.nextInt(2) << 63 | 959L + random.nextInt(128) << 52 | fraction;
    }

    private void expect(BigDecimal exact, long result, String as) {
        BigDecimal rounded = Reference.round(exact, 53, -1022, mxcsr.roundingMode());
        assertThat(exact(result)).as(as).isEqualByComparingTo(rounded);
        assertThat(mxcsr.value & Flags.ALL).as(as)
                .isEqualTo(rounded.compareTo(exact) == 0 ? 0 : MxCsr.PE);
    }

    @Test
    void add_mul_and_their_PE_are_exact_in_every_rounding_mode() {
        for (int i = 0; i < CASES; i++) {
            long a = operand();
            long b = operand();
            String as = Long.toHexString(a) + " " + Long.toHexString(b) + " RC " + (i & 3);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).add(exact(b)), Binary64.add(a, b, mxcsr), as);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).subtract(exact(b)), Binary64.sub(a, b, mxcsr), as);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).multiply(exact(b)), Binary64.mul(a, b, mxcsr), as);
        }
    }

    @Test
    void div_leaves_less_than_one_unit_and_on_the_right_side() {
        for (int i = 0; i < CASES; i++) {
            long a = operand();
            long b = operand();
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            long quotient = Binary64.div(a, b, mxcsr);
            BigDecimal rest = exact(a).subtract(exact(quotient).multiply(exact(b)));
            // The error of the quotient has the sign of rest / b.
            int side = rest.signum() * exact(b).signum();
            BigDecimal unit = new BigDecimal(Math.ulp(Double.longBitsToDouble(quotient)));
            BigDecimal bound = unit.multiply(exact(b)).abs();
            int limit = (i & 3) == 0
                    ? rest.abs().multiply(BigDecimal.TWO).compareTo(bound)
                    : rest.abs().compareTo(bound);
            assertThat(limit).isLessThanOrEqualTo(0);
            assertThat(mxcsr.value & Flags.ALL).isEqualTo(side == 0 ? 0 : MxCsr.PE);
            assertThat(side * switch (i & 3) {
                case 1 -> -1;
                case 2 -> 1;
                case 3 -> -exact(quotient).signum();
                default -> 0;
            }).isLessThanOrEqualTo(0);
        }
    }

    @Test
    void the_full_path_agrees_with_the_host_to_nearest() {
        for (int i = 0; i < CASES; i++) {
            long a = random.nextLong();
            double x = Double.longBitsToDouble(a);
            long b = random.nextLong();
            double y = Double.longBitsToDouble(b);
            if (Double.isNaN(x) || Double.isNaN(y) || x < 0) {
                continue;
            }
            assertThat(full(Operation.ADD, a, b)).isEqualTo(bits(x + y));
            assertThat(full(Operation.MULTIPLY, a, b)).isEqualTo(bits(x * y));
            assertThat(full(Operation.DIVIDE, a, b)).isEqualTo(bits(x / y));
            assertThat(full(Operation.SQUARE_ROOT, a, b)).isEqualTo(bits(Math.sqrt(x)));
        }
    }

    private long full(Operation operation, long a, long b) {
        return Scalar.arithmetic(operation, a, b, Format.BINARY64, mxcsr);
    }

    @Test
    void the_first_operand_that_is_a_NaN_wins_and_becomes_quiet() {
        assertThat(Binary64.add(QUIET_NAN, OTHER_QUIET_NAN, mxcsr)).isEqualTo(QUIET_NAN);
        assertThat(Binary64.sub(bits(1), OTHER_QUIET_NAN, mxcsr)).isEqualTo(OTHER_QUIET_NAN);
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET);
        assertThat(Binary64.mul(SIGNALING_NAN, QUIET_NAN, mxcsr))
                .isEqualTo(SIGNALING_NAN | Unpacked.QUIET >>> 11);
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET | MxCsr.IE);
    }

    @Test
    void an_invalid_operation_gives_the_indefinite() {
        long infinity = bits(Double.POSITIVE_INFINITY);
        assertThat(Binary64.sub(infinity, infinity, mxcsr)).isEqualTo(INDEFINITE);
        assertThat(Binary64.sqrt(bits(-1), mxcsr)).isEqualTo(INDEFINITE);
        assertThat(Binary64.div(0, 0, mxcsr)).isEqualTo(INDEFINITE);
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET | MxCsr.IE);
        assertThat(Binary64.toInt32(bits(0x1p31), mxcsr)).isEqualTo(Integer.MIN_VALUE);
        assertThat(Binary64.toInt64Truncated(QUIET_NAN, mxcsr)).isEqualTo(Long.MIN_VALUE);
    }

    @Test
    void min_and_max_return_the_second_operand_when_in_doubt() {
        assertThat(Binary64.min(bits(0.0), bits(-0.0), mxcsr)).isEqualTo(bits(-0.0));
        assertThat(Binary64.max(bits(-0.0), bits(0.0), mxcsr)).isEqualTo(bits(0.0));
        assertThat(Binary64.max(bits(1), SIGNALING_NAN, mxcsr)).isEqualTo(SIGNALING_NAN);
        assertThat(Binary64.max(QUIET_NAN, bits(1), mxcsr)).isEqualTo(bits(1));
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET | MxCsr.IE);
    }

    @Test
    void only_a_signaling_comparison_minds_a_quiet_NaN() {
        assertThat(Binary64.compare(QUIET_NAN, 0, false, mxcsr)).isEqualTo(2);
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET);
        assertThat(Binary64.compare(QUIET_NAN, 0, true, mxcsr)).isEqualTo(2);
        assertThat(mxcsr.value).isEqualTo(MxCsr.RESET | MxCsr.IE);
    }

    @Test
    void DAZ_reads_a_denormal_as_zero_without_DE() {
        mxcsr.value |= MxCsr.DAZ;
        assertThat(Binary64.add(DENORMAL, DENORMAL, mxcsr)).isZero();
        assertThat(mxcsr.value & Flags.ALL).isZero();
    }

    @Test
    void FTZ_writes_zero_for_a_tiny_result() {
        mxcsr.value |= MxCsr.FTZ;
        assertThat(Binary64.div(bits(-Double.MIN_NORMAL), bits(2), mxcsr)).isEqualTo(bits(-0.0));
        assertThat(mxcsr.value & Flags.ALL).isEqualTo(MxCsr.UE | MxCsr.PE);
    }

    @Test
    void a_signed_zero_sum_follows_the_rounding_mode() {
        assertThat(Binary64.sub(bits(1), bits(1), mxcsr)).isEqualTo(bits(0.0));
        mxcsr.value |= Rounding.DOWN << 13;
        assertThat(Binary64.sub(bits(1), bits(1), mxcsr)).isEqualTo(bits(-0.0));
    }
}
