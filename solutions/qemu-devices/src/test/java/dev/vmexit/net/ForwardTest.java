package dev.vmexit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForwardTest {
    @ParameterizedTest
    @CsvSource({"2222:22, tcp:127.0.0.1:2222:22", "udp:53:5353, udp:127.0.0.1:53:5353",
            "tcp:0.0.0.0:80:8080, tcp:0.0.0.0:80:8080", "10.1.2.3:0:65535, tcp:10.1.2.3:0:65535"})
    void protocol_and_address_may_be_left_out(String text, String full) {
        assertThat(Forward.parse(text)).hasToString(full);
    }

    @ParameterizedTest
    @CsvSource({"22, it has to look like", "a:22, host port \"a\"", "1:2:3:4, it has to look like",
            "70000:22, from 0 to 65535", "22:0, from 1 to 65535", "-1:22, host port \"-1\"",
            "localhost:1:2, not an IPv4 address", "300.1.1.1:1:2, not an IPv4 address",
            "sctp:1:2, not an IPv4 address", "tcp:22, it has to look like"})
    void a_malformed_one_is_refused_in_a_sentence(String text, String why) {
        assertThatThrownBy(() -> Forward.parse(text)).hasMessageContaining(why)
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(text);
    }

    @Test
    void nothing_is_no_forward() {
        assertThatThrownBy(() -> Forward.parse("")).isInstanceOf(IllegalArgumentException.class);
    }
}
