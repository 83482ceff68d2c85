package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Drivers that break the rules. The device stops, says so, and works again after a reset.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileDriverTest {
    private static final long VERSION_1 = 1L << 32;
    private static final int NEEDS_RESET = 64;
    private static final int HEADER = 0x8_0000;
    private static final int DATA = 0x9_0000;
    private static final int STATUS = 0xA_0000;

    private final Driver driver =
            new Driver(new VirtioBlk(new MemoryDisk(64, false), "", 1, e -> {}));

    @BeforeEach
    void start() {
        driver.start(VERSION_1);
    }

    @AfterEach
    void works_after_a_reset() {
        driver.start(VERSION_1);
        driver.interrupts.clear();
        driver.bytes(HEADER, 16).putInt(0).putInt(0).putLong(0);
        driver.offer(0, HEADER, 16, DATA, -512, STATUS, -1);
        driver.notifyDevice(0);
        driver.await(1);
        assertThat(driver.copy(STATUS, 1)[0]).isZero();
        driver.close();
    }

    // tag::stops[]
    private void stops() {
        driver.notifyDevice(0);
        driver.await(0);
        assertThat(driver.status() & NEEDS_RESET).isNotZero();
        assertThat(driver.usedIndex(0)).isZero();
    }
    // end::stops[]

    // tag::loop[]
    @Test
    void a_chain_that_is_a_loop() {
        driver.descriptor(0, HEADER, 16, 1, 1);
        driver.descriptor(1, DATA, 512, 1, 0);
        driver.offerHead(0, 0);
        stops();
    }
    // end::loop[]

    @Test
    void a_descriptor_that_is_not_in_the_table() {
        driver.offerHead(0, Driver.QUEUE);
        stops();
    }

    @Test
    void a_next_that_is_not_in_the_table() {
        driver.descriptor(0, HEADER, 16, 1, 0xFFFF);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void memory_that_is_none() {
        driver.descriptor(0, -16L, 32, 0, 0);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void a_length_past_the_end_of_memory() {
        driver.descriptor(0, Driver.BYTES - 16, -1, 0, 0);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void more_buffers_than_the_queue_is_long() {
        driver.bytes(0x1000 + 0x402, 2).putShort((short) (Driver.QUEUE + 1));
        stops();
    }

    @Test
    void to_be_read_after_to_be_filled() {
        driver.descriptor(0, STATUS, 1, 3, 1);
        driver.descriptor(1, HEADER, 16, 0, 0);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void no_room_for_the_status() {
        driver.offer(0, HEADER, 16);
        stops();
    }

    @Test
    void a_header_that_is_too_short() {
        driver.offer(0, HEADER, 15, STATUS, -1);
        stops();
    }

    @Test
    void an_indirect_table_in_an_indirect_table() {
        driver.descriptor(0, DATA, 16, 4, 0);
        driver.bytes(DATA, 16).putLong(DATA).putInt(16).putShort((short) 4).putShort((short) 0);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void an_indirect_table_of_half_a_descriptor() {
        driver.descriptor(0, DATA, 24, 4, 0);
        driver.offerHead(0, 0);
        stops();
    }

    @Test
    void a_queue_outside_of_memory() {
        driver.write(20, 1, 0);
        driver.write(8, 4, 1);
        driver.write(12, 4, 1);
        driver.write(20, 1, 3 | Transport.FEATURES_OK);
        driver.write(22, 2, 0);
        driver.write(32, 8, Driver.BYTES - 16);
        driver.write(28, 2, 1);
        assertThat(driver.status() & NEEDS_RESET).isNotZero();
        assertThat(driver.read(28, 2)).isZero();
    }

    @Test
    void features_that_were_not_offered() {
        driver.write(20, 1, 0);
        driver.write(8, 4, 1);
        driver.write(12, 4, 1 | 1 << 20);
        driver.write(20, 1, 3 | Transport.FEATURES_OK);
        assertThat(driver.status() & Transport.FEATURES_OK).isZero();
        driver.write(12, 4, 0);
        driver.write(20, 1, 3 | Transport.FEATURES_OK);
        assertThat(driver.status() & Transport.FEATURES_OK).as("without VERSION_1").isZero();
    }

    @Test
    void DRIVER_OK_without_features_does_not_count() {
        driver.write(20, 1, 0);
        driver.write(20, 1, 15);
        assertThat(driver.status()).isEqualTo(3);
    }

    @Test
    void a_window_to_no_register() {
        var function = driver.device.function();
        int window = 0x34;
        for (int at = (int) function.read(window, 1); at != 0; at =
                (int) function.read(at + 1, 1)) {
            window = at;
        }
        function.write(window + 4, 1, 5);
        function.write(window + 12, 4, 4);
        assertThat(function.read(window + 16, 4)).isZero();
        function.write(window + 4, 1, 1);
        function.write(window + 8, 4, 0xFFFF_FF00L);
        assertThat(function.read(window + 16, 4)).isZero();
        function.write(window + 4, 1, 0);
        function.write(window + 8, 4, 18);
        function.write(window + 12, 4, 2);
        assertThat(function.read(window + 16, 2)).as("num_queues").isEqualTo(1);
    }

    /// Random registers, random rings, random buffers. Nothing may escape into a CPU's thread, and
    /// the device's own has to live on.
    @Test
    void anything() {
        var random = new Random(7);
        for (int round = 0; round < 3_000; round++) {
            driver.start(VERSION_1 | (random.nextBoolean() ? 3L << 28 : 0));
            int[] wild =
                    IntStream.range(0, random.nextInt(40)).map(n -> random.nextInt()).toArray();
            for (int value : wild) {
                write(random, value);
            }
            driver.notifyDevice(0);
            driver.interrupts.clear();
        }
    }

    private void write(Random random, int value) {
        switch (random.nextInt(6)) {
            case 0 -> driver.write(random.nextInt(0x4000), 1 << random.nextInt(4), value);
            case 1 -> driver.bytes(0x1000 + random.nextInt(0xF00), 4).putInt(value);
            case 2 -> driver.descriptor(random.nextInt(Driver.QUEUE), random.nextInt(1 << 21),
                    value & 0xFFFF, random.nextInt(8), random.nextInt(Driver.QUEUE + 1));
            case 3 -> driver.offerHead(0, random.nextInt(Driver.QUEUE + 1));
            case 4 -> driver.device.function().write(random.nextInt(256),
                    1 << random.nextInt(3), value);
            default -> driver.read(random.nextInt(0x4000), 1 << random.nextInt(4));
        }
    }
}
