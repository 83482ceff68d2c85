package dev.vmexit.softkvm.differential;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/// Writes machine code into guest memory, as hex text and 32-bit numbers.
final class Code {
    private static final int NEAR_JUMP_BYTES = 5;

    private final MemorySegment ram;
    private int at;

    Code(MemorySegment ram, int address) {
        this.ram = ram;
        this.at = address;
    }

    int at() {
        return at;
    }

    Code put(String hex) {
        for (byte b : HexFormat.of().parseHex(hex.replace(" ", ""))) {
            ram.set(ValueLayout.JAVA_BYTE, at++, b);
        }
        return this;
    }

    Code put(String hex, int... numbers) {
        put(hex);
        for (int number : numbers) {
            ram.set(ValueLayout.JAVA_INT_UNALIGNED, at, number);
            at += Integer.BYTES;
        }
        return this;
    }

    /// `JMP rel32`.
    Code jump(int target) {
        return put("E9", target - at - NEAR_JUMP_BYTES);
    }

    /// `JMP ptr16:32`.
    Code farJump(int selector, int target) {
        put("EA", target);
        ram.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) selector);
        at += Short.BYTES;
        return this;
    }
}
