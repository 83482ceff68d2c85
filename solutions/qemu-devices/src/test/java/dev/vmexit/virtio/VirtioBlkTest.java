package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class VirtioBlkTest {
    private static final long VERSION_1 = 1L << 32;
    private static final long EVENT_IDX = 1L << 29;
    private static final long FLUSH = 1 << 9;
    private static final int HEADER = 0x8_0000;
    private static final int DATA = 0x9_0000;
    private static final int STATUS = 0xA_0000;
    private static final int IN = 0;
    private static final int OUT = 1;

    private final MemoryDisk disk = new MemoryDisk(64, false);
    private final Driver driver = new Driver(new VirtioBlk(disk, "serial-1", 1, e -> {}));

    @BeforeEach
    void start() {
        new Random(1).nextBytes(disk.bytes);
        driver.start(VERSION_1 | FLUSH);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    private void header(int type, long sector) {
        driver.bytes(HEADER, 16).putInt(type).putInt(0).putLong(sector);
        driver.bytes(STATUS, 1).put((byte) 0x77);
    }

    /// {@return the status that the device wrote}
    private int run(int... chain) {
        driver.offer(0, chain);
        driver.notifyDevice(0);
        driver.await(1);
        return driver.copy(STATUS, 1)[0];
    }

    private int read(long sector, int bytes) {
        header(IN, sector);
        return run(HEADER, 16, DATA, -bytes, STATUS, -1);
    }

    private byte[] onDisk(int sector, int bytes) {
        return java.util.Arrays.copyOfRange(disk.bytes, 512 * sector, 512 * sector + bytes);
    }

    @Test
    void reads_sectors() {
        assertThat(read(3, 1024)).isZero();
        assertThat(driver.copy(DATA, 1024)).isEqualTo(onDisk(3, 1024));
        assertThat(driver.used(0, 0)).containsExactly(0, 1025);
    }

    @Test
    void writes_sectors_and_flushes() {
        byte[] data = new byte[2048];
        new Random(2).nextBytes(data);
        driver.bytes(DATA, 2048).put(data);
        header(OUT, 60);
        assertThat(run(HEADER, 16, DATA, 2048, STATUS, -1)).isZero();
        assertThat(onDisk(60, 2048)).isEqualTo(data);
        header(4, 0);
        assertThat(run(HEADER, 16, STATUS, -1)).isZero();
        assertThat(disk.flushes).isEqualTo(1);
    }

    @Test
    void for_a_driver_that_cannot_flush_what_is_answered_is_safe() {
        driver.start(VERSION_1);
        header(OUT, 1);
        assertThat(run(HEADER, 16, DATA, 512, STATUS, -1)).isZero();
        assertThat(disk.flushes).isEqualTo(1);
        read(1, 512);
        assertThat(disk.flushes).isEqualTo(1);
    }

    @Test
    void how_the_buffer_is_cut_means_nothing() {
        header(IN, 5);
        int status = run(HEADER, 7, HEADER + 7, 9, DATA, -1, DATA + 1, -600, DATA + 601, -423,
                STATUS, -1);
        assertThat(status).isZero();
        assertThat(driver.copy(DATA, 1024)).isEqualTo(onDisk(5, 1024));
        driver.bytes(DATA, 512).put(new byte[512]);
        header(OUT, 6);
        assertThat(run(HEADER, 16, DATA, 100, DATA + 100, 412, STATUS, -1)).isZero();
        assertThat(onDisk(6, 512)).containsOnly(0);
    }

    @Test
    void zeroes_and_discards() {
        driver.bytes(DATA, 16).putLong(8).putInt(2).putInt(1);
        header(13, 0);
        assertThat(run(HEADER, 16, DATA, 16, STATUS, -1)).isZero();
        assertThat(onDisk(8, 1024)).containsOnly(0);
        assertThat(onDisk(10, 16)).isNotEqualTo(new byte[16]);
        driver.bytes(DATA, 16).putLong(10).putInt(1).putInt(0);
        header(11, 0);
        assertThat(run(HEADER, 16, DATA, 16, STATUS, -1)).isZero();
        driver.bytes(DATA, 16).putLong(10).putInt(1).putInt(2);
        assertThat(run(HEADER, 16, DATA, 16, STATUS, -1)).as("an unknown flag").isEqualTo(2);
        driver.bytes(DATA, 16).putLong(63).putInt(2).putInt(0);
        assertThat(run(HEADER, 16, DATA, 16, STATUS, -1)).as("behind the end").isEqualTo(1);
    }

    @Test
    void discard_is_not_offered_where_it_would_do_nothing() {
        driver.write(0, 4, 0);
        assertThat(driver.read(4, 4) & 1 << 13).isNotZero();
        disk.discards = false;
        assertThat(driver.read(4, 4) & 1 << 13).isZero();
        driver.bytes(DATA, 16).putLong(10).putInt(1).putInt(0);
        header(11, 0);
        assertThat(run(HEADER, 16, DATA, 16, STATUS, -1)).as("unsupported").isEqualTo(2);
    }

    @Test
    void tells_its_serial_number() {
        header(8, 0);
        assertThat(run(HEADER, 16, DATA, -20, STATUS, -1)).isZero();
        assertThat(new String(driver.copy(DATA, 8), StandardCharsets.US_ASCII))
                .isEqualTo("serial-1");
    }

    @Test
    void what_is_not_on_the_disk_fails_and_changes_nothing() {
        byte[] before = disk.bytes.clone();
        for (long sector : new long[]{64, 63, -1, Long.MAX_VALUE, 1L << 55}) {
            assertThat(read(sector, 1024)).isEqualTo(1);
            header(OUT, sector);
            assertThat(run(HEADER, 16, DATA, 1024, STATUS, -1)).isEqualTo(1);
        }
        assertThat(read(0, 100)).as("no whole sector").isEqualTo(1);
        assertThat(disk.bytes).isEqualTo(before);
    }

    @Test
    void a_broken_host_disk_is_an_error_of_the_request() {
        disk.broken = true;
        assertThat(read(0, 512)).isEqualTo(1);
        disk.broken = false;
        assertThat(read(0, 512)).isZero();
    }

    @Test
    void an_unknown_request_is_unsupported() {
        header(99, 0);
        assertThat(run(HEADER, 16, STATUS, -1)).isEqualTo(2);
    }

    @Test
    void a_read_only_disk_says_so_and_is_not_written() {
        var own = new MemoryDisk(8, true);
        try (var other = new Driver(new VirtioBlk(own, "", 1, e -> {}))) {
            other.start(VERSION_1);
            other.write(0, 4, 0);
            assertThat(other.read(4, 4) & 1 << 5).isNotZero();
            other.bytes(HEADER, 16).putInt(OUT).putInt(0).putLong(0);
            other.offer(0, HEADER, 16, DATA, 512, STATUS, -1);
            other.notifyDevice(0);
            other.await(1);
            assertThat(other.copy(STATUS, 1)[0]).isEqualTo((byte) 1);
        }
    }

    @Test
    void with_event_index_an_interrupt_comes_where_it_was_wished() {
        driver.start(VERSION_1 | EVENT_IDX);
        driver.interrupts.clear();
        // used_event: after the second buffer.
        driver.bytes(0x1000 + 0x400 + 4 + 2 * Driver.QUEUE, 2).putShort((short) 1);
        header(IN, 0);
        driver.offer(0, HEADER, 16, DATA, -512, STATUS, -1);
        driver.offer(0, HEADER, 16, DATA, -512, STATUS, -1);
        driver.notifyDevice(0);
        driver.await(1);
        assertThat(driver.usedIndex(0)).isEqualTo(2);
    }

    @Test
    void the_configuration_is_the_disks() {
        assertThat(driver.read(0x2000, 8)).isEqualTo(64);
        assertThat(driver.read(0x2000 + 20, 4)).isEqualTo(512);
        assertThat(driver.read(0x2000 + 34, 2)).isEqualTo(1);
        assertThat(driver.read(0x2FF8, 8)).isZero();
    }
}
