package dev.vmexit.softkvm.fp;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// Rounding as the definition has it, in decimals of any length: slow, and with nothing in common
/// with the code it checks.
final class Reference {
    static final MathContext DIGITS = new MathContext(60);
    private static final BigDecimal TWO = BigDecimal.TWO;

    private Reference() {}

    /// {@return `value` rounded to `precision` bits, exponents not below `minExponent`}
    static BigDecimal round(BigDecimal value, int precision, int minExponent, int mode) {
        if (value.signum() == 0) {
            return value;
        }
        int exponent = Math.max(exponent(value.abs()), minExponent);
        BigDecimal unit = power(exponent - precision + 1);
        BigDecimal quotient = value.divide(unit);
        return quotient.setScale(0, rounding(mode)).multiply(unit);
    }

    static RoundingMode rounding(int mode) {
        return switch (mode) {
            case 0 -> RoundingMode.HALF_EVEN;
            case 1 -> RoundingMode.FLOOR;
            case 2 -> RoundingMode.CEILING;
            default -> RoundingMode.DOWN;
        };
    }

    /// {@return 2^`exponent`, exactly}
    static BigDecimal power(int exponent) {
        return exponent >= 0
                ? new BigDecimal(BigInteger.ONE.shiftLeft(exponent))
                : new BigDecimal(BigInteger.valueOf(5).pow(-exponent), -exponent);
    }

    private static int exponent(BigDecimal magnitude) {
        int guess = (int) Math.floor((magnitude.precision() - magnitude.scale() - 1) * 3.3219281);
        while (magnitude.compareTo(power(guess)) < 0) {
            guess--;
        }
        while (magnitude.compareTo(power(guess + 1)) >= 0) {
            guess++;
        }
        return guess;
    }

    /// {@return the value of a finite register}
    static BigDecimal value(Float80 a) {
        int field = Math.max(a.signExponent & 0x7FFF, 1);
        var significand = new BigDecimal(new BigInteger(Long.toUnsignedString(a.significand)));
        BigDecimal magnitude = significand.multiply(power(field - 16383 - 63));
        return a.isNegative() ? magnitude.negate() : magnitude;
    }

    /// {@return the unit in the last place of a register}
    static BigDecimal unit(Float80 a) {
        return power(Math.max(a.signExponent & 0x7FFF, 1) - 16383 - 63);
    }

    /// {@return π by Machin's formula}
    static BigDecimal pi() {
        BigDecimal fifth = arcTangentOfInverse(5).multiply(BigDecimal.valueOf(16));
        return fifth.subtract(arcTangentOfInverse(239).multiply(BigDecimal.valueOf(4)), DIGITS);
    }

    private static BigDecimal arcTangentOfInverse(int n) {
        return arcTangent(BigDecimal.ONE.divide(BigDecimal.valueOf(n), DIGITS));
    }

    static BigDecimal arcTangent(BigDecimal x) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal power = x;
        BigDecimal square = x.multiply(x, DIGITS).negate();
        for (int k = 1; k < 400; k += 2) {
            sum = sum.add(power.divide(BigDecimal.valueOf(k), DIGITS), DIGITS);
            power = power.multiply(square, DIGITS);
        }
        return sum;
    }

    static BigDecimal exponential(BigDecimal x) {
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int k = 1; k < 80; k++) {
            term = term.multiply(x, DIGITS).divide(BigDecimal.valueOf(k), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    static BigDecimal sine(BigDecimal x) {
        BigDecimal sum = x;
        BigDecimal term = x;
        for (int k = 2; k < 120; k += 2) {
            term = term.multiply(x, DIGITS).multiply(x, DIGITS).negate()
                    .divide(BigDecimal.valueOf(k * (k + 1)), DIGITS);
            sum = sum.add(term, DIGITS);
        }
        return sum;
    }

    /// {@return ln `x`} `x` = (1 + z) / (1 - z).
    static BigDecimal logarithm(BigDecimal x) {
        BigDecimal z = x.subtract(BigDecimal.ONE).divide(x.add(BigDecimal.ONE), DIGITS);
        BigDecimal square = z.multiply(z, DIGITS);
        BigDecimal sum = BigDecimal.ZERO;
        for (int k = 1; k < 400; k += 2) {
            sum = sum.add(z.divide(BigDecimal.valueOf(k), DIGITS), DIGITS);
            z = z.multiply(square, DIGITS);
        }
        return sum.multiply(TWO);
    }
}
