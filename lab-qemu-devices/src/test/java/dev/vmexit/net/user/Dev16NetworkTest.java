package dev.vmexit.net.user;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Frames of a guest, put together by hand, and what comes back over the cable.
class Dev16NetworkTest {
    private static final String CARD = "525400123456";
    private static final String OTHER_CARD = "525400abcdef";
    private static final String ROUTER = "52550a000202";
    private static final String EVERYBODY = "ffffffffffff";
    private static final int MTU = 1400;
    /// Where a DHCP message begins in its frame, and its options in it.
    private static final int DHCP = 42;
    private static final int OPTIONS = DHCP + 240;

    private final List<byte[]> toGuest = new ArrayList<>();
    private EventLoop loop;
    private Router router;

    @BeforeEach
    void open() throws IOException {
        loop = new EventLoop(() -> 0);
        var drops = new Drops();
        router = new Router(loop, new GuestLink(frame -> toGuest.add(frame.bytes()), MTU, drops),
                List.of(), () -> 1,
                drops);
    }

    @AfterEach
    void close() throws IOException {
        loop.close();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static String hex(byte[] bytes, int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }

    private List<byte[]> answers(byte[] frame) {
        toGuest.clear();
        router.receive(Frame.of(frame));
        return toGuest;
    }

    private List<byte[]> whoHas(String address) {
        return answers(bytes(EVERYBODY + CARD + "0806 0001 0800 06 04 0001" + CARD + "0a00020f"
                + "000000000000" + address));
    }

    /// {@return the reply to a DHCP message, or null} The card has no address yet, so the message
    /// goes from 0.0.0.0 to everybody; UDP allows it to have no checksum.
    private byte[] dhcp(String card, String ciaddr, String options) {
        ByteBuffer frame = ByteBuffer.allocate(OPTIONS + 60);
        frame.put(bytes(EVERYBODY + card + "0800 4500")).putShort((short) (OPTIONS + 46))
                .put(bytes("00000000 4011 0000 00000000 ffffffff"));
        frame.putShort(24, (short) ~sum(frame, 14, 34));
        frame.put(bytes("00440043")).putShort((short) (OPTIONS + 26)).putShort((short) 0);
        frame.put(bytes("01010600 cafe0001 0000 0000" + ciaddr));
        frame.put(DHCP + 28, bytes(card)).put(OPTIONS - 4, bytes("63825363" + options + "ff"));
        List<byte[]> replies = answers(frame.array());
        return replies.isEmpty() ? null : replies.getFirst();
    }

    private static int sum(ByteBuffer bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            sum += bytes.getShort(i) & 0xFFFF;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    /// {@return an option's bytes, or "absent"}
    private static String option(byte[] reply, int number) {
        for (int at = OPTIONS; reply[at] != (byte) 0xFF; at += 2 + reply[at + 1]) {
            if (reply[at] == number) {
                return hex(reply, at + 2, at + 2 + reply[at + 1]);
            }
        }
        return "absent";
    }

    private static void has(byte[] reply, int number, String what, String expected) {
        assertThat(option(reply, number)).as("option %d, %s", number, what).isEqualTo(expected);
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.arp", points = 2)
    void ARP_is_answered_for_the_routers_two_addresses_and_for_no_other() {
        for (String ours : List.of("0a000202", "0a000203")) {
            List<byte[]> replies = whoHas(ours);
            assertThat(replies).as("frames after the guest asked for %s", ours).hasSize(1);
            assertThat(hex(replies.getFirst(), 0, 42)).as("the ARP reply for %s", ours)
                    .isEqualTo(CARD + ROUTER + "08060001080006040002" + ROUTER + ours + CARD
                            + "0a00020f");
        }
        for (String other : List.of("0a000204", "0a00020f", "08080808")) {
            assertThat(whoHas(other)).as("frames after the guest asked for %s", other).isEmpty();
        }
        byte[] reply = bytes(ROUTER + CARD + "0806 0001 0800 06 04 0002" + CARD + "0a00020f"
                + ROUTER + "0a000202");
        assertThat(answers(reply)).as("frames after an ARP reply, which is no question").isEmpty();
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.lease", points = 1)
    void a_lease_comes_with_all_that_a_guest_has_to_know() {
        byte[] ack = dhcp(CARD, "00000000", "350103 3204 0a00020f 3604 0a000202");
        assertThat(ack).as("the reply to a DHCPREQUEST").isNotNull();
        has(ack, 53, "message type", "05");
        assertThat(hex(ack, DHCP + 16, DHCP + 20)).as("yiaddr").isEqualTo("0a00020f");
        has(ack, 54, "server identifier", "0a000202");
        has(ack, 1, "subnet mask", "ffffff00");
        has(ack, 3, "router", "0a000202");
        has(ack, 6, "DNS server", "0a000203");
        has(ack, 26, "interface MTU, 1400", "0578");
        has(ack, 28, "broadcast address", "0a0002ff");
        has(ack, 51, "lease time", "00015180");
        has(ack, 58, "renewal time", "0000a8c0");
        has(ack, 59, "rebinding time", "00012750");
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.request", points = 1)
    void a_request_is_acknowledged_refused_or_left_to_another_server() {
        dhcp(CARD, "00000000", "350103 3204 0a00020f");
        byte[] taken = dhcp(OTHER_CARD, "00000000", "350103 3204 0a00020f");
        assertThat(taken).as("the reply to a request for another card's address").isNotNull();
        has(taken, 53, "message type: DHCPNAK", "06");
        has(taken, 54, "server identifier", "0a000202");
        has(taken, 51, "lease time, not in a DHCPNAK", "absent");
        has(taken, 3, "router, not in a DHCPNAK", "absent");
        byte[] renewed = dhcp(CARD, "0a00020f", "350103");
        assertThat(renewed).as("the reply to a renewal, with the address in ciaddr").isNotNull();
        has(renewed, 53, "message type: DHCPACK", "05");
        assertThat(dhcp(OTHER_CARD, "00000000", "350103 3204 0a000220 3604 0a000209"))
                .as("the reply to a client that chose the server 10.0.2.9").isNull();
        byte[] inform = dhcp(CARD, "0a00020f", "350108");
        has(inform, 3, "router, in the reply to a DHCPINFORM", "0a000202");
        has(inform, 51, "lease time, not in the reply to a DHCPINFORM", "absent");
    }
}
