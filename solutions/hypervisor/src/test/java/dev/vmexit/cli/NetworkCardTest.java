package dev.vmexit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.Forward;
import dev.vmexit.net.MacAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkCardTest {
    private static final MacAddress STANDARD = MacAddress.standard(1);

    @Test
    void a_card_without_more_words_has_the_standard_address_and_an_MTU_of_1500() {
        assertThat(NetworkCard.parse(List.of("user"), STANDARD))
                .isEqualTo(new NetworkCard(null, STANDARD, 1500, List.of()));
    }

    @Test
    void every_word_behind_the_kind_is_taken_and_forward_any_number_of_times() {
        assertThat(NetworkCard.parse(List.of("user", "forward=2222:22", "mtu=1400",
                "mac=52:54:00:00:00:09", "forward=udp:5353:53"), STANDARD))
                .isEqualTo(new NetworkCard(null, MacAddress.parse("52:54:00:00:00:09"), 1400,
                        List.of(Forward.parse("2222:22"), Forward.parse("udp:5353:53"))));
    }

    @Test
    void a_tap_has_the_name_of_an_interface_of_the_hosts() {
        assertThat(NetworkCard.parse(List.of("tap=tap0", "mtu=1400"), STANDARD))
                .isEqualTo(new NetworkCard("tap0", STANDARD, 1400, List.of()));
    }
}
