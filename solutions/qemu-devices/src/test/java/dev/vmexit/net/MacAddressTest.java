package dev.vmexit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MacAddressTest {
    @Test
    void is_written_as_it_is_read() {
        assertThat(MacAddress.parse("52:54:00:AB:cd:0e")).hasToString("52:54:00:ab:cd:0e");
        assertThat(MacAddress.standard(3)).hasToString("52:54:00:12:34:59");
    }

    @Test
    void its_first_byte_on_the_cable_is_the_most_significant() {
        MacAddress address = MacAddress.parse("52:54:00:12:34:56");
        assertThat(address.value()).isEqualTo(0x5254_0012_3456L);
        assertThat(address.bytes()).isEqualTo(new byte[]{0x52, 0x54, 0, 0x12, 0x34, 0x56});
        assertThat(MacAddress.at(new byte[]{9, (byte) 0xFE, 0, 0, 0, 0, (byte) 0x80}, 1))
                .isEqualTo(new MacAddress(0xFE00_0000_0080L));
    }

    @Test
    void only_a_single_cards_address_is_unicast() {
        assertThat(MacAddress.standard(0).isUnicast()).isTrue();
        assertThat(MacAddress.BROADCAST.isUnicast()).isFalse();
        assertThat(MacAddress.NONE.isUnicast()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "52:54:00:12:34", "52:54:00:12:34:56:78", "52-54-00-12-34-56",
            "g2:54:00:12:34:56", "525400123456"})
    void what_is_none_is_named(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> MacAddress.parse(text))
                .withMessageContaining("\"" + text + "\" is no MAC address");
    }

    @Test
    void a_groups_address_is_no_cards() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> MacAddress.parse("01:00:5e:00:00:01")).withMessageContaining("group");
    }
}
