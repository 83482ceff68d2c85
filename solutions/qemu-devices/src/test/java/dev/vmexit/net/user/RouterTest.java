package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.user.wire.Drop;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// ARP, IPv4 and ICMP.
class RouterTest {
    private static final int ELSEWHERE = 0x0808_0808;

    private Lan lan;

    @BeforeEach
    void open() throws IOException {
        lan = Lan.withGuest();
    }

    @AfterEach
    void close() throws IOException {
        lan.close();
    }

    private static byte[] whoHas(String address) {
        return Wire.frame(Wire.EVERYBODY, 0x0806, Wire.hex("0001 0800 06 04 0001" + Wire.GUEST_MAC
                + "0a00020f 000000000000" + address));
    }

    @Test
    void ARP_answers_for_the_gateway_and_the_DNS_server_only() {
        lan.send(whoHas("0a000202"));
        lan.send(whoHas("0a000203"));
        lan.send(whoHas("0a000204"));
        lan.send(whoHas("0a00020f"));
        lan.send(whoHas("08080808"));
        List<Wire.Seen> replies = lan.take();
        assertThat(replies).hasSize(2);
        assertThat(replies.getFirst().hex(0, 42)).isEqualTo(Wire.GUEST_MAC + Wire.ROUTER_MAC
                + "08060001080006040002" + Wire.ROUTER_MAC + "0a000202" + Wire.GUEST_MAC
                + "0a00020f");
        assertThat(replies.getLast().hex(28, 32)).isEqualTo("0a000203");
    }

    @Test
    void an_echo_to_the_gateway_is_answered_with_its_own_data() {
        lan.send(Wire.echo(Wire.GATEWAY, 64, new byte[]{1, 2, 3}));
        Wire.Seen reply = lan.take().getFirst();
        assertThat(reply.source()).isEqualTo(Wire.GATEWAY);
        assertThat(reply.hex(34, 36)).isEqualTo("0000");
        assertThat(reply.hex(38, 45)).isEqualTo("12340001010203");
    }

    @Test
    void an_echo_to_elsewhere_is_administratively_prohibited_and_quoted() {
        byte[] echo = Wire.echo(ELSEWHERE, 64, new byte[]{1, 2, 3});
        lan.send(echo);
        Wire.Seen error = lan.take().getFirst();
        assertThat(error.hex(34, 36)).isEqualTo("030d");
        assertThat(error.hex(42, 70)).isEqualTo(new Wire.Seen(echo).hex(14, 42));
    }

    @Test
    void a_packet_with_TTL_1_for_elsewhere_ends_at_the_gateway() {
        lan.send(Wire.echo(ELSEWHERE, 1, new byte[0]));
        assertThat(lan.take().getFirst().hex(34, 36)).isEqualTo("0b00");
        lan.send(Wire.echo(Wire.GATEWAY, 1, new byte[0]));
        assertThat(lan.take().getFirst().hex(34, 36)).isEqualTo("0000");
    }

    @Test
    void fragments_in_any_order_are_put_together_and_a_long_reply_is_cut() {
        byte[] data = new byte[4000];
        new java.util.Random(1).nextBytes(data);
        byte[] whole = Wire.echo(Wire.GATEWAY, 64, data);
        byte[] icmp = Arrays.copyOfRange(whole, 34, whole.length);
        for (int offset : new int[]{2000, 0, 0, 1000, 3000, 4000}) {
            int end = Math.min(offset + 1000, icmp.length);
            int more = end < icmp.length ? 0x2000 : 0;
            lan.send(Wire.fragment(Wire.GUEST, Wire.GATEWAY, 1, 77 << 16 | more | offset / 8,
                    Arrays.copyOfRange(icmp, offset, end)));
        }
        List<Wire.Seen> reply = lan.take();
        assertThat(reply).hasSize(3);
        StringBuilder joined = new StringBuilder();
        reply.forEach(f -> joined.append(f.hex(34, f.bytes().length)));
        assertThat(joined.substring(8)).isEqualTo(new Wire.Seen(whole).hex(38, whole.length));
        assertThat(lan.router.reassembly.size()).isZero();
    }

    @Test
    void of_fragments_that_overlap_nothing_is_kept() {
        lan.send(Wire.fragment(Wire.GUEST, Wire.GATEWAY, 1, 0x0001_2000, new byte[16]));
        lan.send(Wire.fragment(Wire.GUEST, Wire.GATEWAY, 1, 0x0001_0001, new byte[16]));
        assertThat(lan.drops.of(Drop.FRAGMENT)).isEqualTo(1);
        assertThat(lan.router.reassembly.size()).isZero();
    }

    @Test
    void incomplete_datagrams_are_few_and_do_not_stay() throws IOException {
        for (int id = 0; id < 100; id++) {
            lan.send(Wire.fragment(Wire.GUEST, Wire.GATEWAY, 1, id << 16 | 0x2000, new byte[8]));
        }
        assertThat(lan.router.reassembly.size()).isEqualTo(Reassembly.MAX_DATAGRAMS);
        lan.pass(Reassembly.TIMEOUT_MILLIS);
        assertThat(lan.router.reassembly.size()).isZero();
    }

    @Test
    void a_wrong_header_checksum_or_a_foreign_source_is_dropped() {
        byte[] bad = Wire.echo(Wire.GATEWAY, 64, new byte[0]);
        bad[24] ^= 1;
        lan.send(bad);
        lan.send(Wire.ip(0x0A00_0302, Wire.GATEWAY, 1, new byte[8]));
        lan.send(Wire.ip(Wire.GATEWAY, Wire.GATEWAY, 1, new byte[8]));
        assertThat(lan.take()).isEmpty();
        assertThat(lan.drops.of(Drop.IPV4)).isEqualTo(3);
    }
}
