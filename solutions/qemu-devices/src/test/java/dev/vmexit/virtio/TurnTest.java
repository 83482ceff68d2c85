package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// How long a device works before a CPU may reach its registers, and when it may not work at all.
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TurnTest {
    private static final long VERSION_1 = 1L << 32;
    private static final int HEADER = 0x8_0000;
    private static final int RANGE = 0x9_0000;
    private static final int STATUS = 0xA_0000;
    private static final int WRITE_ZEROES = 13;
    private static final int SECTORS = 1 << 15;

    /// A disk of 16 MiB that counts its zeroings, and waits in each for leave to go on.
    private static final class SlowDisk implements Disk {
        final CountDownLatch begun = new CountDownLatch(1);
        final Semaphore mayGoOn = new Semaphore(0);
        final AtomicInteger zeroings = new AtomicInteger();

        @Override
        public long sizeBytes() {
            return (long) SECTORS * SECTOR_BYTES;
        }

        @Override
        public boolean readOnly() {
            return false;
        }

        @Override
        public void writeZeroes(long offset, long lengthBytes, boolean mayUnmap) {
            zeroings.incrementAndGet();
            begun.countDown();
            mayGoOn.acquireUninterruptibly();
        }

        @Override
        public void read(long offset, MemorySegment into) {}

        @Override
        public void write(long offset, MemorySegment from) {}

        @Override
        public void discard(long offset, long lengthBytes) {}

        @Override
        public boolean discards() {
            return true;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static void offerZeroing(Driver driver) {
        driver.bytes(HEADER, 16).putInt(WRITE_ZEROES).putInt(0).putLong(0);
        driver.bytes(RANGE, 16).putLong(0).putInt(SECTORS).putInt(0);
        driver.offer(0, HEADER, 16, RANGE, 16, STATUS, -1);
    }

    @Test
    void a_CPU_that_waits_at_a_register_waits_for_one_large_request() throws Exception {
        var disk = new SlowDisk();
        try (var driver = new Driver(new VirtioBlk(disk, "", 1, e -> {}))) {
            driver.start(VERSION_1);
            for (int n = 0; n < 5; n++) {
                offerZeroing(driver);
            }
            driver.notifyDevice(0);
            disk.begun.await();
            Thread cpu = Thread.ofPlatform().start(() -> driver.read(18, 2));
            while (cpu.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            disk.mayGoOn.release();
            cpu.join();
            assertThat(disk.zeroings.get()).as("the second may have begun").isLessThan(3);
            disk.mayGoOn.release(4);
            while (driver.usedIndex(0) < 5) {
                Thread.onSpinWait();
            }
            assertThat(disk.zeroings).as("and the rest is done too").hasValue(5);
        }
    }

    @Test
    void a_device_that_is_no_bus_master_does_not_touch_memory() throws Exception {
        try (var driver = new Driver(new VirtioBlk(new MemoryDisk(SECTORS, false), "", 1,
                e -> {}))) {
            driver.start(VERSION_1);
            offerZeroing(driver);
            driver.notifyDevice(0);
            driver.await(1);
            driver.busMaster(false);
            offerZeroing(driver);
            byte[] before = driver.copy(0, Driver.BYTES);
            for (int n = 0; n < 50; n++) {
                driver.notifyDevice(0);
                Thread.sleep(1); // the device's thread has a chance to do wrong
                assertThat(driver.interrupts).isEmpty();
                assertThat(Arrays.equals(driver.copy(0, Driver.BYTES), before)).isTrue();
            }
            driver.busMaster(true);
            driver.await(1);
            assertThat(driver.usedIndex(0)).isEqualTo(2);
        }
    }
}
