package dev.vmexit.tinycpu;

import dev.vmexit.course.Todo;

/// The flags, as three numbers from which all questions can be answered.
///
/// ```
///  result    16 bits   ZF is result == 0, SF is its bit 15
///  carry     0 or 1    CF
///  overflow  0 or 1    OF
/// ```
///
/// PF and AF are left out: nothing here asks for them.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, section 3.4.3.1 "Status Flags"
final class Flags {
    static final int CF = 1 << 0;
    static final int ZF = 1 << 6;
    static final int SF = 1 << 7;
    static final int OF = 1 << 11;

    private Flags() {}

    /// {@return 1 if a + b, as signed 16-bit numbers, is not `result`} Then both have one sign, and
    /// the result has the other.
    static int overflowOfSum(int a, int b, int result) {
        throw Todo.of("dev-05", "compare bit 15 of the operands with bit 15 of the sum");
    }

    /// {@return 1 if a − b, as signed 16-bit numbers, is not `result`} Then a and b differ in sign,
    /// and the result has the sign of b.
    static int overflowOfDifference(int a, int b, int result) {
        throw Todo.of("dev-05", "compare bit 15 of the operands with bit 15 of the difference");
    }

    /// {@return whether a condition holds} Its number is the low half of the opcode of `Jcc`: bits
    /// 3…1 choose the question, bit 0 negates it.
    ///
    /// ```
    ///  0 O: OF   1 B: CF   2 E: ZF   3 BE: CF or ZF   4 S: SF   5 P: not supported
    ///  6 L: SF is not OF   7 LE: ZF, or SF is not OF
    /// ```
    static boolean holds(int number, int result, int carry, int overflow) {
        boolean zero = result == 0;
        boolean less = result >>> 15 != overflow;
        boolean answer = switch (number >>> 1) {
            case 0 -> overflow != 0;
            case 1 -> carry != 0;
            case 2 -> zero;
            case 3 -> carry != 0 || zero;
            case 4 -> result >>> 15 != 0;
            case 6 -> less;
            case 7 -> zero || less;
            default -> throw new IllegalArgumentException("condition " + number);
        };
        return answer != ((number & 1) != 0);
    }
}
