package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.Frame;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.state.SavedMachine;
import dev.vmexit.state.StateFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A network card with two pairs of queues: 0 and 1, 2 and 3, and the control queue.
class NetQueuesTest {
    private static final long VERSION_1 = 1L << 32;
    private static final long CTRL_VQ = 1 << 17;
    private static final long MQ = 1 << 22;
    private static final int DATA = 0x8_0000;
    private static final int ANSWER = 0x9_0000;
    private static final int HEADER_BYTES = 12;
    private static final int CONTROL = 4;
    private static final int GUEST = 0x0A00_020F;
    private static final int OTHER = 0x0A00_0202;

    private NetworkLink.Receiver cable;
    private final VirtioNet card = new VirtioNet(MacAddress.standard(0), 1500, new Cable(), 2);
    private final Driver driver = new Driver(card);
    private final AtomicInteger rooms = new AtomicInteger();
    private int commands;

    private final class Cable implements NetworkLink {
        @Override
        public void connect(Receiver receiver) {
            cable = receiver;
        }

        @Override
        public void send(Frame frame) {}

        @Override
        public void roomAgain() {
            rooms.incrementAndGet();
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() {
        card.connect(driver.device::wake);
        start(VERSION_1 | CTRL_VQ | MQ);
    }

    private void start(long features) {
        driver.start(features);
        for (int queue = 1; queue <= CONTROL; queue++) {
            driver.queue(queue);
        }
        commands = 0;
    }

    @AfterEach
    void close() {
        driver.close();
    }

    /// {@return the answer}
    private int command(int queue, int... bytes) {
        driver.bytes(ANSWER, 1).put((byte) 0x55);
        for (int n = 0; n < bytes.length; n++) {
            driver.bytes(DATA + n, 1).put((byte) bytes[n]);
        }
        driver.offer(queue, DATA, bytes.length, ANSWER, -1);
        driver.notifyDevice(queue);
        driver.await(queue + 1);
        assertThat(driver.usedIndex(queue)).isEqualTo(++commands);
        return driver.copy(ANSWER, 1)[0];
    }

    private static byte[] tcp(int source, int sourcePort, int target, int targetPort) {
        return ByteBuffer.allocate(60).putShort(12, (short) 0x0800).put(14, (byte) 0x45)
                .put(23, (byte) 6).putInt(26, source).putInt(30, target)
                .putShort(34, (short) sourcePort).putShort(36, (short) targetPort).array();
    }

    private void send(int queue, byte[] frame) {
        int before = driver.usedIndex(queue);
        driver.bytes(DATA + HEADER_BYTES, frame.length).put(frame);
        driver.offer(queue, DATA, HEADER_BYTES + frame.length);
        driver.notifyDevice(queue);
        driver.await(queue + 1);
        assertThat(driver.usedIndex(queue)).isEqualTo(before + 1);
    }

    private void offerRoom() {
        for (int queue = 0; queue < CONTROL; queue += 2) {
            driver.offer(queue, DATA + 0x1000 * (queue + 1), -2000);
            driver.notifyDevice(queue);
        }
    }

    /// {@return the queue in which it came}
    private int receive(byte[] frame) throws InterruptedException {
        cable.deliver(Frame.of(frame));
        return driver.interrupts.poll(20, TimeUnit.SECONDS) - 1;
    }

    @Test
    void the_configuration_tells_how_many_pairs_there_are() {
        assertThat(driver.read(0x2000 + 8, 2)).isEqualTo(2);
        assertThat(card.queueSizes()).hasSize(5);
    }

    @Test
    void a_flow_comes_back_where_the_driver_sent_it() throws InterruptedException {
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        offerRoom();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_001))).isEqualTo(2);
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_002))).as("never sent in").isZero();
        offerRoom();
        send(1, tcp(GUEST, 40_001, OTHER, 80));
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_001))).as("moved").isZero();
    }

    @Test
    void before_the_command_and_after_a_reset_there_is_one_pair() throws InterruptedException {
        offerRoom();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_001))).isZero();
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        start(VERSION_1 | CTRL_VQ | MQ);
        offerRoom();
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_001))).isZero();
    }

    @Test
    void what_waits_in_a_queue_that_is_given_up_is_lost() throws InterruptedException {
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        cable.deliver(Frame.of(tcp(OTHER, 80, GUEST, 40_001)));
        assertThat(command(CONTROL, 4, 0, 1, 0)).isZero();
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        offerRoom();
        send(3, tcp(GUEST, 40_003, OTHER, 80));
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_003))).isEqualTo(2);
        assertThat(driver.usedIndex(2)).isEqualTo(1);
    }

    @Test
    void the_link_hears_of_the_room_in_a_queue_that_is_given_up() {
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        Frame frame = Frame.of(tcp(OTHER, 80, GUEST, 40_001));
        while (cable.deliver(frame)) {
            // until its row is full
        }
        assertThat(rooms.get()).isZero();
        assertThat(command(CONTROL, 4, 0, 1, 0)).isZero();
        assertThat(rooms.get()).isEqualTo(1);
    }

    @Test
    void a_flow_does_not_move_while_frames_of_it_wait() throws InterruptedException {
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        byte[] answer = tcp(OTHER, 80, GUEST, 40_001);
        cable.deliver(Frame.of(answer));
        send(1, tcp(GUEST, 40_001, OTHER, 80));
        cable.deliver(Frame.of(answer));
        for (int n = 0; n < 2; n++) {
            driver.offer(2, DATA + 0x3000 + 0x1000 * n, -2000);
            driver.notifyDevice(2);
            driver.await(3);
        }
        assertThat(driver.usedIndex(2)).isEqualTo(2);
        send(1, tcp(GUEST, 40_001, OTHER, 80));
        offerRoom();
        assertThat(receive(answer)).isZero();
    }

    @Test
    void the_pairs_in_use_are_saved_with_the_machine(@TempDir Path directory)
            throws InterruptedException {
        assertThat(command(CONTROL, 4, 0, 2, 0)).isZero();
        try (StateFile file = StateFile.create(directory.resolve("card"))) {
            file.section("card", driver.device.state());
            file.finish();
        }
        card.reset();
        SavedMachine.open(directory.resolve("card")).section("card", driver.device.state());
        driver.busMaster(true);
        offerRoom();
        send(3, tcp(GUEST, 40_001, OTHER, 80));
        assertThat(receive(tcp(OTHER, 80, GUEST, 40_001))).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4 0 0 0", "4 0 3 0", "4 0 2 1", "4 1 2 0", "0 0 1 0", "4 0", "4",
            "4 0 2 0 0"})
    void a_command_that_cannot_be_obeyed_is_answered_with_ERR(String bytes) {
        assertThat(command(CONTROL, Arrays.stream(bytes.split(" "))
                .mapToInt(Integer::parseInt).toArray())).isEqualTo(1);
    }

    @Test
    void a_command_without_room_for_the_answer_is_the_drivers_mistake() {
        driver.offer(CONTROL, DATA, 4);
        driver.notifyDevice(CONTROL);
        driver.await(0);
        assertThat(driver.status() & 64).isNotZero();
    }

    @Test
    void without_MQ_the_control_queue_is_behind_the_first_pair() {
        start(VERSION_1 | CTRL_VQ);
        assertThat(command(2, 0, 0, 1)).isEqualTo(1);
        driver.offer(CONTROL, DATA, -2000);
        driver.notifyDevice(CONTROL);
        cable.deliver(Frame.of(new byte[60]));
        assertThat(command(2, 4, 0, 2, 0)).as("several pairs were not agreed on").isEqualTo(1);
    }
}
