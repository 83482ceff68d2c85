package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.user.wire.Drop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DhcpTest {
    private static final String CARD = Wire.GUEST_MAC;
    private static final String OFFERED = "3204 0a00020f";
    private static final long DAY = 86_400_000;
    private static final String US = "3604 0a000202";

    private Lan lan;

    @BeforeEach
    void open() throws IOException {
        lan = new Lan();
    }

    @AfterEach
    void close() throws IOException {
        lan.close();
    }

    private Wire.Seen ask(String card, String ciaddr, String options) {
        ByteBuffer b = ByteBuffer.allocate(300);
        b.put(Wire.hex("01010600 cafe0001 0000 0000" + ciaddr)).position(28);
        b.put(Wire.hex(card)).position(236);
        b.put(Wire.hex("63825363" + options + "ff"));
        byte[] frame = Wire.ip(0, -1, 17, Wire.udpPayload(68, 67, b.array()));
        System.arraycopy(Wire.hex(Wire.EVERYBODY), 0, frame, 0, 6);
        lan.send(frame);
        List<Wire.Seen> replies = lan.take();
        return replies.isEmpty() ? null : replies.getFirst();
    }

    /// {@return an option's bytes as hex, or null}
    private static String option(Wire.Seen reply, int number) {
        for (int at = 42 + 240; reply.u8(at) != 255; at += 2 + reply.u8(at + 1)) {
            if (reply.u8(at) == number) {
                return reply.hex(at + 2, at + 2 + reply.u8(at + 1));
            }
        }
        return null;
    }

    private static String yiaddr(Wire.Seen reply) {
        return reply.hex(42 + 16, 42 + 20);
    }

    @Test
    void DHCPDISCOVER_is_offered_10_0_2_15_with_all_that_a_guest_needs() {
        Wire.Seen offer = ask(CARD, "00000000", "350101");
        assertThat(yiaddr(offer)).isEqualTo("0a00020f");
        assertThat(offer.hex(0, 6)).isEqualTo(CARD);
        assertThat(offer.hex(46, 50)).as("xid").isEqualTo("cafe0001");
        assertThat(option(offer, 53)).isEqualTo("02");
        assertThat(option(offer, 1)).isEqualTo("ffffff00");
        assertThat(option(offer, 3)).isEqualTo("0a000202");
        assertThat(option(offer, 6)).isEqualTo("0a000203");
        assertThat(option(offer, 26)).isEqualTo("05dc");
        assertThat(option(offer, 51)).isEqualTo("00015180");
        assertThat(option(offer, 54)).isEqualTo("0a000202");
        assertThat(option(offer, 58)).isEqualTo("0000a8c0");
        assertThat(option(offer, 59)).isEqualTo("00012750");
    }

    @Test
    void DHCPREQUEST_of_the_offer_is_acknowledged_and_of_another_address_refused() {
        Wire.Seen ack = ask(CARD, "00000000", "350103" + OFFERED + US);
        assertThat(option(ack, 53)).isEqualTo("05");
        assertThat(yiaddr(ack)).isEqualTo("0a00020f");
        Wire.Seen nak = ask(CARD, "00000000", "350103 3204 c0a80005");
        assertThat(option(nak, 53)).isEqualTo("06");
        assertThat(nak.hex(0, 6)).as("a NAK is broadcast").isEqualTo(Wire.EVERYBODY);
        assertThat(ask(CARD, "00000000", "350103" + OFFERED + "3604 0a000209"))
                .as("another server's offer").isNull();
    }

    @Test
    void each_card_has_its_address_every_time() {
        ask(CARD, "00000000", "350101");
        assertThat(yiaddr(ask("525400999999", "00000000", "350101"))).isEqualTo("0a000210");
        assertThat(yiaddr(ask(CARD, "00000000", "350101"))).isEqualTo("0a00020f");
        assertThat(option(ask("525400999999", "0a00020f", "350103"), 53))
                .as("somebody else's").isEqualTo("06");
    }

    @Test
    void DHCPRELEASE_frees_the_address_and_DHCPDECLINE_buries_it() {
        ask(CARD, "00000000", "350101");
        assertThat(ask(CARD, "0a00020f", "350107")).isNull();
        assertThat(yiaddr(ask("525400999999", "00000000", "350101"))).isEqualTo("0a00020f");
        assertThat(ask("525400999999", "00000000", "350104" + OFFERED)).isNull();
        assertThat(yiaddr(ask("525400999999", "00000000", "350101"))).isEqualTo("0a000210");
    }

    @Test
    void DHCPINFORM_gets_everything_but_a_lease() {
        Wire.Seen ack = ask(CARD, "0a000220", "350108");
        assertThat(option(ack, 53)).isEqualTo("05");
        assertThat(option(ack, 3)).isEqualTo("0a000202");
        assertThat(option(ack, 51)).isNull();
        assertThat(yiaddr(ack)).isEqualTo("00000000");
    }

    @Test
    void a_flood_of_cards_gets_the_addresses_there_are_and_then_silence_for_a_minute() {
        for (int i = 0; i < 1000; i++) {
            ask("5254%08x".formatted(i), "00000000", "350101");
        }
        assertThat(lan.router.dhcp.leases()).isEqualTo(240);
        assertThat(ask(CARD, "00000000", "350101")).isNull();
        lan.now += 60_000;
        assertThat(yiaddr(ask(CARD, "00000000", "350101"))).as("nobody took the offer")
                .isEqualTo("0a00020f");
    }

    @Test
    void an_expired_address_stays_its_card_s_until_there_is_no_other() {
        ask(CARD, "00000000", "350103" + OFFERED);
        lan.now += DAY;
        assertThat(lan.router.dhcp.leases()).as("it has expired").isZero();
        assertThat(yiaddr(ask("525400999999", "00000000", "350101"))).isEqualTo("0a000210");
        assertThat(yiaddr(ask(CARD, "00000000", "350101"))).isEqualTo("0a00020f");
    }

    @Test
    void a_lease_is_nobody_else_s_before_its_time_is_over_and_a_renewal_begins_it_anew() {
        ask(CARD, "00000000", "350103" + OFFERED);
        lan.now += DAY - 1;
        assertThat(option(ask("525400999999", "00000000", "350103" + OFFERED), 53))
                .as("a millisecond before its end").isEqualTo("06");
        assertThat(option(ask(CARD, "0a00020f", "350103"), 53)).isEqualTo("05");
        lan.now += DAY - 1;
        assertThat(option(ask("525400999999", "00000000", "350103" + OFFERED), 53))
                .as("it was renewed").isEqualTo("06");
        lan.now += 1;
        assertThat(option(ask("525400999999", "00000000", "350103" + OFFERED), 53))
                .isEqualTo("05");
        assertThat(option(ask(CARD, "0a00020f", "350103"), 53)).as("renewed too late")
                .isEqualTo("06");
    }

    @Test
    void an_offer_does_not_shorten_a_lease() {
        ask(CARD, "00000000", "350103" + OFFERED);
        ask(CARD, "00000000", "350101");
        lan.now += DAY / 2;
        assertThat(option(ask("525400999999", "00000000", "350103" + OFFERED), 53))
                .isEqualTo("06");
    }

    @Test
    void an_address_that_was_found_in_use_comes_back_after_a_day() {
        ask(CARD, "00000000", "350103" + OFFERED);
        ask(CARD, "00000000", "350104" + OFFERED);
        assertThat(option(ask(CARD, "00000000", "350103" + OFFERED), 53)).isEqualTo("06");
        lan.now += DAY;
        assertThat(option(ask(CARD, "00000000", "350103" + OFFERED), 53)).isEqualTo("05");
    }

    @Test
    void an_option_that_runs_over_the_end_is_malformed() {
        assertThat(ask(CARD, "00000000", "350101 0c".concat("ff" + "41".repeat(10)))).isNull();
        assertThat(lan.drops.of(Drop.DHCP)).isEqualTo(1);
    }
}
