package dev.vmexit.softkvm.irqchip;

/// Four decimal digits in sixteen bits.
final class Bcd {
    private static final int NUMBERS = 10_000;

    private Bcd() {}

    /// {@return the number that the digits mean} A digit above 9 counts as what it is.
    static int decode(int digits) {
        return (digits >> 12) * 1000 + (digits >> 8 & 0xF) * 100 + (digits >> 4 & 0xF) * 10
                + (digits & 0xF);
    }

    static int encode(int number) {
        int n = number % NUMBERS;
        return n / 1000 << 12 | n / 100 % 10 << 8 | n / 10 % 10 << 4 | n % 10;
    }
}
