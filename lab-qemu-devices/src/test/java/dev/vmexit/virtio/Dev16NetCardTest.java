package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.course.Thrown;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev16NetCardTest {
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;
    private static final long MRG_RXBUF = 1 << 15;
    private static final int HEADER_BYTES = 12;
    private static final int BUFFER = 0x8000;

    private final List<String> sent = new ArrayList<>();
    private NetworkLink.Receiver cable;
    private final VirtioNet card = new VirtioNet(MacAddress.standard(0), 1500, new Cable());
    private final NetQueue driver = new NetQueue();

    private final class Cable implements NetworkLink {
        @Override
        public void connect(Receiver receiver) {
            cable = receiver;
        }

        @Override
        public void send(Frame frame) {
            sent.add(hex(frame.bytes()));
        }

        @Override
        public void roomAgain() {}

        @Override
        public void close() {}
    }

    private static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    /// Bytes that nobody could have typed in.
    private static byte[] frame(String purpose, int length) {
        byte[] word = Seed.word(purpose).getBytes(StandardCharsets.US_ASCII);
        byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (byte) (word[i % 8] + i / 8);
        }
        return frame;
    }

    private static byte[] behindHeader(byte[] frame) {
        byte[] bytes = new byte[HEADER_BYTES + frame.length];
        Arrays.fill(bytes, 0, HEADER_BYTES, (byte) 0x5A);
        System.arraycopy(frame, 0, bytes, HEADER_BYTES, frame.length);
        return bytes;
    }

    private void start(long features) {
        card.connect(_ -> {});
        card.start(features);
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.send", points = 2)
    void every_frame_goes_out_without_its_header_and_its_buffer_comes_back() {
        start(0);
        byte[] first = frame("first", 60);
        byte[] second = frame("second", 1514);
        driver.offer(BUFFER, behindHeader(first));
        driver.offer(BUFFER + 0x1000, behindHeader(second));
        card.serve(TRANSMIT, driver.queue);
        assertThat(sent).as("frames on the cable, after the guest left two in the queue")
                .containsExactly(hex(first), hex(second));
        assertThat(driver.used()).as("buffers that came back").isEqualTo(2);
        assertThat(driver.written(0)).as("bytes that the card says it wrote").isZero();
        driver.offer(BUFFER, new byte[11]);
        assertThat(Thrown.by(() -> card.serve(TRANSMIT, driver.queue)))
                .as("a buffer of 11 bytes, shorter than the header")
                .isInstanceOf(DriverMistake.class);
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.receive", points = 1)
    void a_frame_comes_in_behind_a_header_of_zeros_and_a_one() {
        start(0);
        byte[] frame = frame("receive", 60);
        driver.offerRoom(BUFFER, 2000);
        cable.deliver(Frame.of(frame.clone()));
        card.serve(RECEIVE, driver.queue);
        assertThat(driver.used()).as("buffers that came back").isEqualTo(1);
        assertThat(driver.written(0)).as("bytes written: 12 of the header, 60 of the frame")
                .isEqualTo(72);
        assertThat(hex(driver.copy(BUFFER, HEADER_BYTES))).as("the header; num_buffers is 1")
                .isEqualTo("00 00 00 00 00 00 00 00 00 00 01 00");
        assertThat(hex(driver.copy(BUFFER + HEADER_BYTES, 60))).as("the frame behind it")
                .isEqualTo(hex(frame));
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.merge", points = 2)
    void a_large_frame_waits_for_all_its_buffers_and_fills_them_as_one() {
        start(MRG_RXBUF);
        byte[] frame = frame("merge", 250);
        driver.offerRoom(BUFFER, 100);
        driver.offerRoom(BUFFER + 100, 100);
        cable.deliver(Frame.of(frame.clone()));
        card.serve(RECEIVE, driver.queue);
        assertThat(driver.used()).as("buffers that came back, of two that are too few").isZero();
        driver.offerRoom(BUFFER + 200, 100);
        driver.queue.busy();
        card.serve(RECEIVE, driver.queue);
        assertThat(driver.used()).as("buffers that came back, of the three it takes").isEqualTo(3);
        assertThat(driver.copy(BUFFER, HEADER_BYTES)[10]).as("num_buffers").isEqualTo((byte) 3);
        assertThat(hex(driver.copy(BUFFER + HEADER_BYTES, 250))).as("the frame over three buffers")
                .isEqualTo(hex(frame));
        assertThat(driver.written(2)).as("bytes in the last buffer").isEqualTo(62);
    }

    @Test
    @Graded(exercise = "dev-16", id = "dev-16.lost", points = 1)
    void without_MRG_RXBUF_a_frame_that_is_too_large_is_lost_and_its_buffer_is_not() {
        start(0);
        driver.offerRoom(BUFFER, 100);
        driver.offerRoom(BUFFER + 100, 11);
        cable.deliver(Frame.of(frame("large", 200)));
        cable.deliver(Frame.of(frame("small", 60)));
        card.serve(RECEIVE, driver.queue);
        assertThat(driver.used()).as("buffers that came back").isEqualTo(1);
        assertThat(hex(driver.copy(BUFFER + HEADER_BYTES, 60))).as("the frame that fits")
                .isEqualTo(hex(frame("small", 60)));
        cable.deliver(Frame.of(frame("third", 60)));
        assertThat(Thrown.by(() -> card.serve(RECEIVE, driver.queue)))
                .as("a buffer of 11 bytes, without room for the header")
                .isInstanceOf(DriverMistake.class);
    }
}
