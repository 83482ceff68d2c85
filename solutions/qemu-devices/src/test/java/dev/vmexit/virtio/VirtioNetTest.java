package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VirtioNetTest {
    private static final long VERSION_1 = 1L << 32;
    private static final long MRG_RXBUF = 1 << 15;
    private static final int DATA = 0x9_0000;
    private static final int HEADER_BYTES = 12;

    private final Cable cable = new Cable();
    private final VirtioNet card = new VirtioNet(MacAddress.standard(0), 1400, cable);
    private final Driver driver = new Driver(card);

    private static final class Cable implements NetworkLink {
        final LinkedBlockingQueue<Frame> sent = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> calls = new LinkedBlockingQueue<>();
        Receiver receiver;
        boolean offloads;

        @Override
        public void connect(Receiver newReceiver) {
            receiver = newReceiver;
        }

        @Override
        public void send(Frame frame) {
            sent.add(frame);
        }

        @Override
        public boolean offloads() {
            return offloads;
        }

        @Override
        public void roomAgain() {
            calls.add("room");
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() {
        card.connect(driver.device::wake);
        start(VERSION_1);
    }

    private void start(long features) {
        driver.start(features);
        driver.queue(1);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private static byte[] frame(int bytes) {
        byte[] frame = new byte[bytes];
        new Random(bytes).nextBytes(frame);
        return frame;
    }

    @Test
    void a_frame_goes_out_without_its_header() throws InterruptedException {
        byte[] frame = frame(100);
        driver.bytes(DATA + HEADER_BYTES, 100).put(frame);
        driver.offer(1, DATA, 50, DATA + 50, 62);
        driver.notifyDevice(1);
        driver.await(2);
        assertThat(cable.sent.poll(20, TimeUnit.SECONDS).bytes()).isEqualTo(frame);
        assertThat(driver.used(1, 0)[1]).as("nothing was written").isZero();
    }

    @Test
    void a_frame_comes_in_behind_a_header() {
        driver.offer(0, DATA, -2000);
        driver.notifyDevice(0);
        byte[] frame = frame(60);
        assertThat(cable.receiver.deliver(Frame.of(frame))).isTrue();
        driver.await(1);
        assertThat(driver.used(0, 0)[1]).isEqualTo(HEADER_BYTES + 60);
        assertThat(driver.copy(DATA, 12)).isEqualTo(new byte[]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
        assertThat(driver.copy(DATA + HEADER_BYTES, 60)).isEqualTo(frame);
    }

    @Test
    void a_frame_waits_for_a_buffer() {
        byte[] frame = frame(80);
        cable.receiver.deliver(Frame.of(frame));
        driver.offer(0, DATA, -2000);
        driver.notifyDevice(0);
        driver.await(1);
        assertThat(driver.copy(DATA + HEADER_BYTES, 80)).isEqualTo(frame);
    }

    @Test
    void a_large_frame_is_spread_over_buffers_that_can_be_merged() {
        start(VERSION_1 | MRG_RXBUF);
        byte[] frame = frame(250);
        for (int n = 0; n < 3; n++) {
            driver.offer(0, DATA + 100 * n, -100);
        }
        driver.notifyDevice(0);
        cable.receiver.deliver(Frame.of(frame));
        driver.await(1);
        assertThat(driver.usedIndex(0)).isEqualTo(3);
        assertThat(driver.copy(DATA + 10, 1)[0]).isEqualTo((byte) 3);
        assertThat(driver.copy(DATA + HEADER_BYTES, 250)).isEqualTo(frame);
        assertThat(driver.used(0, 2)[1]).isEqualTo(62);
    }

    @Test
    void frames_without_end_do_not_fill_the_host() throws InterruptedException {
        int taken = 0;
        for (int n = 0; n < 1000; n++) {
            taken += cable.receiver.deliver(Frame.of(frame(64))) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(256);
        for (int n = 0; n < 8; n++) {
            driver.offer(0, DATA + 100 * n, -100);
        }
        driver.notifyDevice(0);
        assertThat(cable.calls.poll(20, TimeUnit.SECONDS)).isEqualTo("room");
        assertThat(cable.receiver.deliver(Frame.of(frame(64)))).isTrue();
    }

    @Test
    void a_frame_that_is_too_large_for_the_buffer_is_lost_and_the_next_one_comes() {
        driver.offer(0, DATA, -80);
        driver.notifyDevice(0);
        cable.receiver.deliver(Frame.of(frame(69)));
        cable.receiver.deliver(Frame.of(frame(68)));
        driver.await(1);
        assertThat(driver.usedIndex(0)).isEqualTo(1);
        assertThat(driver.copy(DATA + HEADER_BYTES, 68)).isEqualTo(frame(68));
    }

    @Test
    void a_frame_waits_until_there_are_buffers_for_all_of_it() {
        start(VERSION_1 | MRG_RXBUF);
        driver.offer(0, DATA, -100);
        driver.notifyDevice(0);
        cable.receiver.deliver(Frame.of(frame(250)));
        driver.offer(0, DATA + 100, -100);
        driver.notifyDevice(0);
        driver.offer(0, DATA + 200, -100);
        driver.notifyDevice(0);
        driver.await(1);
        assertThat(driver.usedIndex(0)).isEqualTo(3);
        assertThat(driver.copy(DATA + HEADER_BYTES, 250)).isEqualTo(frame(250));
    }

    @Test
    void a_buffer_without_room_for_the_header_is_the_drivers_mistake() {
        driver.offer(0, DATA, -11);
        driver.notifyDevice(0);
        cable.receiver.deliver(Frame.of(frame(64)));
        driver.await(0);
        assertThat(driver.status() & 64).isNotZero();
    }

    @Test
    void a_frame_without_a_whole_header_is_the_drivers_mistake() {
        driver.offer(1, DATA, 11);
        driver.notifyDevice(1);
        driver.await(0);
        assertThat(driver.status() & 64).isNotZero();
        assertThat(cable.sent).isEmpty();
    }

    private static final long CSUM = 1 << 0;
    private static final long GUEST_CSUM = 1 << 1;
    private static final long GUEST_TSO4 = 1 << 7;
    private static final long HOST_TSO4 = 1 << 11;

    /// Sends a frame of 100 bytes behind this header, and awaits its buffer.
    private void sendBehind(int... header) {
        driver.bytes(DATA, HEADER_BYTES).put(new byte[HEADER_BYTES]);
        for (int n = 0; n < header.length; n++) {
            driver.bytes(DATA + n, 1).put((byte) header[n]);
        }
        driver.bytes(DATA + HEADER_BYTES, 100).put(frame(100));
        driver.offer(1, DATA, HEADER_BYTES + 100);
        driver.notifyDevice(1);
    }

    @Test
    void what_the_driver_leaves_to_the_card_goes_to_the_link() throws InterruptedException {
        cable.offloads = true;
        start(VERSION_1 | CSUM | HOST_TSO4);
        sendBehind(1, 1, 54, 0, 0xB4, 5, 34, 0, 16, 0);
        Frame sent = cable.sent.poll(20, TimeUnit.SECONDS);
        assertThat(sent.bytes()).isEqualTo(frame(100));
        assertThat(new int[]{sent.checksumStart(), sent.checksumOffset(), sent.segmentBytes()})
                .containsExactly(34, 16, 1460);
    }

    @Test
    void a_header_says_nothing_that_was_not_agreed_on() throws InterruptedException {
        start(VERSION_1);
        sendBehind(1, 1, 54, 0, 0xB4, 5, 34, 0, 16, 0);
        Frame sent = cable.sent.poll(20, TimeUnit.SECONDS);
        assertThat(sent.isUnfinished() || sent.isLarge()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1 0 0 0 0 0 99 0 0 0", "1 3 0 0 9 0 34 0 16 0",
            "0 1 0 0 9 0 34 0 16 0", "1 1 0 0 0 0 34 0 16 0"})
    void work_that_cannot_be_done_is_the_drivers_mistake(String header) {
        cable.offloads = true;
        start(VERSION_1 | CSUM | HOST_TSO4);
        sendBehind(Arrays.stream(header.split(" ")).mapToInt(Integer::parseInt).toArray());
        driver.await(0);
        assertThat(driver.status() & 64).isNotZero();
        assertThat(cable.sent).isEmpty();
    }

    @Test
    void a_large_segment_comes_in_with_its_header_to_a_driver_that_takes_it() {
        cable.offloads = true;
        start(VERSION_1 | MRG_RXBUF | GUEST_CSUM | GUEST_TSO4);
        assertThat(cable.receiver.takesLarge()).isTrue();
        driver.offer(0, DATA, -2000);
        driver.offer(0, DATA + 2000, -2000);
        driver.notifyDevice(0);
        cable.receiver.deliver(new Frame(frame(3000), 34, 16, 1460));
        driver.await(1);
        assertThat(driver.copy(DATA, 12))
                .isEqualTo(new byte[]{1, 1, 54, 0, (byte) 0xB4, 5, 34, 0, 16, 0, 2, 0});
        assertThat(driver.copy(DATA + HEADER_BYTES, 3000)).isEqualTo(frame(3000));
    }

    @Test
    void a_driver_that_takes_unfinished_frames_need_not_check_the_others() {
        cable.offloads = true;
        start(VERSION_1 | GUEST_CSUM);
        assertThat(cable.receiver.takesLarge()).isFalse();
        driver.offer(0, DATA, -2000);
        driver.notifyDevice(0);
        cable.receiver.deliver(Frame.of(frame(60)));
        driver.await(1);
        assertThat(driver.copy(DATA, 1)[0]).as("DATA_VALID").isEqualTo((byte) 2);
    }

    @Test
    void a_large_segment_for_a_driver_that_is_gone_is_lost() {
        cable.offloads = true;
        driver.offer(0, DATA, -2000);
        driver.notifyDevice(0);
        assertThat(cable.receiver.deliver(new Frame(frame(1900), 34, 16, 1460))).isTrue();
        cable.receiver.deliver(new Frame(frame(60), 34, 16, 0));
        driver.await(1);
        assertThat(driver.used(0, 0)[1]).isEqualTo(HEADER_BYTES + 60);
        assertThat(driver.copy(DATA, 12)).isEqualTo(new byte[]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0});
        assertThat(driver.copy(DATA + HEADER_BYTES, 60)).as("finished by the card")
                .isEqualTo(new Frame(frame(60), 34, 16, 0).finished().bytes());
    }

    @Test
    void a_link_that_carries_only_finished_frames_has_no_offloads() {
        assertThat(card.features() & (CSUM | GUEST_CSUM | GUEST_TSO4 | HOST_TSO4)).isZero();
        cable.offloads = true;
        assertThat(card.features() & (CSUM | GUEST_CSUM | GUEST_TSO4 | HOST_TSO4))
                .isEqualTo(CSUM | GUEST_CSUM | GUEST_TSO4 | HOST_TSO4);
    }

    @Test
    void the_configuration_is_the_cards() {
        byte[] mac = new byte[6];
        for (int n = 0; n < 6; n++) {
            mac[n] = (byte) driver.read(0x2000 + n, 1);
        }
        assertThat(mac).isEqualTo(MacAddress.parse("52:54:00:12:34:56").bytes());
        assertThat(driver.read(0x2000 + 6, 2)).as("link up").isEqualTo(1);
        assertThat(driver.read(0x2000 + 10, 2)).isEqualTo(1400);
        assertThat(Arrays.equals(mac, MacAddress.standard(1).bytes())).isFalse();
    }
}
