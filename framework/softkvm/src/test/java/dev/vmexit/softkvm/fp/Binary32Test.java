package dev.vmexit.softkvm.fp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Binary32Test {
    private static final int CASES = 20_000;

    private final MxCsr mxcsr = new MxCsr();
    private final Random random = new Random(32);

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }

    private static BigDecimal exact(int bits) {
        return new BigDecimal(Float.intBitsToFloat(bits));
    }

    private int operand() {
        int fraction = random.nextInt() >>> 9 & -1 << random.nextInt(23);
        return random.nextInt(2) << 31 | 107 + random.nextInt(40) << 23 | fraction;
    }

    private void expect(BigDecimal exact, int result, String as) {
        BigDecimal rounded = Reference.round(exact, 24, -126, mxcsr.roundingMode());
        assertThat(exact(result)).as(as).isEqualByComparingTo(rounded);
        assertThat(mxcsr.value & Flags.ALL).as(as)
                .isEqualTo(rounded.compareTo(exact) == 0 ? 0 : MxCsr.PE);
    }

    @Test
    void add_sub_mul_and_their_PE_are_exact_in_every_rounding_mode() {
        for (int i = 0; i < CASES; i++) {
            int a = operand();
            int b = operand();
            String as = Integer.toHexString(a) + " " + Integer.toHexString(b) + " RC " + (i & 3);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).add(exact(b)), Binary32.add(a, b, mxcsr), as);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).subtract(exact(b)), Binary32.sub(a, b, mxcsr), as);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(exact(a).multiply(exact(b)), Binary32.mul(a, b, mxcsr), as);
        }
    }

    @Test
    void a_conversion_from_an_integer_rounds_once() {
        for (int i = 0; i < CASES; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            expect(BigDecimal.valueOf(value), Binary32.fromInt64(value, mxcsr), "" + value);
        }
    }

    @Test
    void a_conversion_to_an_integer_rounds_by_the_mode_or_truncates() {
        for (int i = 0; i < CASES; i++) {
            int a = operand();
            mxcsr.value = MxCsr.RESET | (i & 3) << 13;
            long rounded = exact(a).setScale(0, Reference.rounding(i & 3)).longValueExact();
            assertThat(Binary32.toInt32(a, mxcsr)).isEqualTo((int) rounded);
            assertThat(Binary32.toInt64(a, mxcsr)).isEqualTo(rounded);
            assertThat(Binary32.toInt64Truncated(a, mxcsr)).isEqualTo(exact(a).longValue());
        }
    }

    @Test
    void tininess_is_judged_after_rounding() {
        // Just below the smallest normal number, and rounded up to it.
        int almost = bits(Math.nextDown(Float.MIN_NORMAL * 0x1p1f));
        Binary32.mul(almost, bits(0.5f), mxcsr);
        assertThat(mxcsr.value & Flags.ALL).isEqualTo(MxCsr.PE | MxCsr.UE);
        mxcsr.value = MxCsr.RESET;
        long wide = Double.doubleToRawLongBits(Math.nextDown((double) Float.MIN_NORMAL));
        assertThat(Binary64.toBinary32(wide, mxcsr)).isEqualTo(bits(Float.MIN_NORMAL));
        assertThat(mxcsr.value & Flags.ALL).isEqualTo(MxCsr.PE);
    }

    @Test
    void ROUNDSS_takes_its_mode_from_imm8_and_may_suppress_PE() {
        int value = bits(-2.5f);
        assertThat(Binary32.round(value, 0, mxcsr)).isEqualTo(bits(-2f));
        assertThat(Binary32.round(value, 1, mxcsr)).isEqualTo(bits(-3f));
        assertThat(Binary32.round(value, 2, mxcsr)).isEqualTo(bits(-2f));
        mxcsr.value = MxCsr.RESET | Rounding.DOWN << 13;
        assertThat(Binary32.round(value, 4 | 8, mxcsr)).isEqualTo(bits(-3f));
        assertThat(mxcsr.value & Flags.ALL).isZero();
    }
}
