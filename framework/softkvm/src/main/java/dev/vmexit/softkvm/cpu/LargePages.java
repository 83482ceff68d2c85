package dev.vmexit.softkvm.cpu;

import java.util.Arrays;

/// Where there may be pages of 2 MiB, 4 MiB and 1 GiB. One bit of 64 stands for many: yes may be
/// wrong, no is not.
final class LargePages {
    private final long[] bits = new long[3];

    /// @param shift 21, 22 or 30: the page that holds this address has 2^`shift` bytes
    void note(long linear, int shift) {
        bits[shift == 21 ? 0 : shift == 22 ? 1 : 2] |= 1L << (linear >>> shift);
    }

    boolean mayHold(long linear) {
        return ((bits[0] >>> (linear >>> 21) | bits[1] >>> (linear >>> 22)
                | bits[2] >>> (linear >>> 30)) & 1) != 0;
    }

    void clear() {
        Arrays.fill(bits, 0);
    }
}
