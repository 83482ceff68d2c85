package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.hex;
import static dev.vmexit.softkvm.packed.Expectation.split;
import static dev.vmexit.softkvm.packed.Expectation.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TransferTest {
    @Test
    void pinsr_replaces_the_element_that_the_immediate_names() {
        inserted(8).wideImmediate(Transfer::pinsrb);
        inserted(16).wideImmediate(Transfer::pinsrw);
        inserted(16).laneImmediate(Transfer::pinsrw);
        inserted(32).wideImmediate(Transfer::pinsrd);
        inserted(64).wideImmediate(Transfer::pinsrq);
    }

    @Test
    void pextr_returns_the_element_that_the_immediate_names() {
        extracted(8).wideImmediate(intoLow(Transfer::pextrb));
        extracted(16).wideImmediate(intoLow(Transfer::pextrw));
        extracted(32).wideImmediate(intoLow(Transfer::pextrd));
        extracted(32).wideImmediate(intoLow(Transfer::extractps));
        extracted(64).wideImmediate(intoLow(Transfer::pextrq));
        extracted(16).laneImmediate((a, b, imm8) -> Transfer.pextrw(b, imm8));
    }

    @Test
    void insertps_copies_one_dword_then_clears_some() {
        unsigned(32, (a, b, imm8) -> {
            long[] result = a.clone();
            result[imm8 >> 4 & 3] = b[imm8 >> 6];
            for (int i = 0; i < 4; i++) {
                result[i] = (imm8 & 1 << i) == 0 ? result[i] : 0;
            }
            return result;
        }).wideImmediate(Transfer::insertps);
    }

    @Test
    void insertps_may_clear_what_it_has_just_copied() {
        long[] d = {-1, -1};
        Transfer.insertps(d, 0x1234_5678, 0, 0b00_01_0010);
        assertThat(hex(d)).isEqualTo("ffffffffffffffff00000000ffffffff");
    }

    @Test
    void pmovmskb_and_movmsk_gather_top_bits() {
        for (Operands x : Operands.ALL) {
            long lo = x.a()[0];
            long hi = x.a()[1];
            assertThat(Transfer.pmovmskb(lo, hi)).isEqualTo(signs(8, lo, hi));
            assertThat(Transfer.pmovmskb(lo)).isEqualTo(signs(8, lo));
            assertThat(Transfer.movmskps(lo, hi)).isEqualTo(signs(32, lo, hi));
            assertThat(Transfer.movmskpd(lo, hi)).isEqualTo(signs(64, lo, hi));
        }
    }

    private static long signs(int bits, long... register) {
        long[] elements = split(register, bits, true);
        long result = 0;
        for (int i = 0; i < elements.length; i++) {
            result |= elements[i] < 0 ? 1L << i : 0;
        }
        return result;
    }

    private static Expectation inserted(int bits) {
        return unsigned(bits, (a, b, imm8) -> {
            long[] result = a.clone();
            result[imm8 % a.length] = b[0];
            return result;
        });
    }

    private static Expectation extracted(int bits) {
        return unsigned(bits, (a, b, imm8) -> {
            long[] result = new long[a.length];
            result[0] = b[imm8 % b.length];
            return result;
        });
    }

    private static WideImmediate intoLow(LaneImmediate extraction) {
        return (d, bLo, bHi, imm8) -> {
            d[0] = extraction.apply(bLo, bHi, imm8);
            d[1] = 0;
        };
    }
}
