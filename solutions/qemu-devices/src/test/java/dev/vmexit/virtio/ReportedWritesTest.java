package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every byte that a device writes into the guest's memory is reported before the interrupt: a
/// guest may have been loaded by it, and translations of old code stand there.
@Timeout(60)
final class ReportedWritesTest {
    private static final long EVENT_IDX = 1L << 29;
    private static final long VERSION_1 = 1L << 32;
    private static final int HEADER = 0x8_0000;
    private static final int DATA = 0x9_0000;
    private static final int STATUS = 0xA_0000;
    private static final int SECTORS = 16;
    /// Descriptors and available ring of queue 0; behind them the used ring.
    private static final int TABLES = 0x1000;
    private static final int USED = 0x1800;

    private final BitSet reported = new BitSet();

    private Driver driver(VirtioDevice device) {
        var driver = new Driver(device);
        long base = driver.ram.address();
        driver.onWrite((address, size) -> reported.set((int) (address - base),
                (int) (address - base + size)));
        return driver;
    }

    /// What differs from `before` is what the device has written.
    private void assertReported(Driver driver, byte[] before) {
        byte[] now = driver.copy(0, Driver.BYTES);
        int written = 0;
        for (int n = 0; n < now.length; n++) {
            boolean driversOwn = n >= TABLES && n < USED;
            if (!driversOwn && now[n] != before[n]) {
                written++;
                assertThat(reported.get(n)).as("byte 0x%x is reported", n).isTrue();
            }
        }
        assertThat(written).as("bytes written").isPositive();
    }

    /// The device may be at work as soon as the buffer is offered: it looks by itself at first.
    private void serveOne(Driver driver, int... addressesAndLengths) {
        byte[] before = driver.copy(0, Driver.BYTES);
        driver.offer(0, addressesAndLengths);
        driver.notifyDevice(0);
        driver.await(1);
        assertReported(driver, before);
    }

    @Test
    void by_a_disk() {
        var disk = new MemoryDisk(SECTORS, false);
        new Random(1).nextBytes(disk.bytes);
        for (long features : new long[]{VERSION_1, VERSION_1 | EVENT_IDX}) {
            reported.clear();
            try (Driver driver = driver(new VirtioBlk(disk, "serial", 1, e -> {}))) {
                driver.start(features);
                driver.bytes(HEADER, 16).putInt(0).putInt(0).putLong(0);
                driver.bytes(STATUS, 1).put((byte) 0x55);
                serveOne(driver, HEADER, 16, DATA, -4096, DATA + 0x3000, -4096, STATUS, -1);
            }
        }
    }

    @Test
    void by_the_source_of_random_numbers() {
        try (Driver driver = driver(new VirtioRng(new Random(1)))) {
            driver.start(VERSION_1);
            serveOne(driver, DATA, -64, DATA + 0x2000, -64);
        }
    }
}
