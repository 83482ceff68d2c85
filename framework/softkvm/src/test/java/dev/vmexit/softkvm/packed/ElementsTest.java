package dev.vmexit.softkvm.packed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ElementsTest {
    @Test
    void elements_are_numbered_from_the_low_end() {
        assertThat(Elements.BYTES.unsigned(0x8877_6655_4433_2211L, 7)).isEqualTo(0x88);
        assertThat(Elements.WORDS.signed(0x8877_6655_4433_2211L, 3)).isEqualTo((short) 0x8877);
        assertThat(Elements.DWORDS.place(-1, 1)).isEqualTo(0xFFFF_FFFF_0000_0000L);
        assertThat(Elements.QWORDS.unsigned(-1, 0)).isEqualTo(-1);
    }

    @Test
    void a_mask_is_made_of_top_bits_alone() {
        assertThat(Elements.BYTES.mask(0x80_7F_FF_00L)).isEqualTo(0xFF_00_FF_00L);
        assertThat(Elements.QWORDS.mask(Long.MIN_VALUE)).isEqualTo(-1);
    }

    @Test
    void every_element_gets_the_value() {
        assertThat(Elements.WORDS.every(0x1_1234)).isEqualTo(0x1234_1234_1234_1234L);
    }

    @Test
    void chosen_elements_are_those_whose_bit_is_set() {
        assertThat(Elements.WORDS.chosen(0b1_0101)).isEqualTo(0x0000_FFFF_0000_FFFFL);
    }

    @Test
    void no_carry_leaves_an_element() {
        assertThat(Elements.BYTES.add(0xFF, 1)).isZero();
        assertThat(Elements.BYTES.subtract(0, 1)).isEqualTo(0xFF);
    }
}
