package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.pci.PciHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A device whose notifications may come without a write that it sees.
class DoorbellTest {
    private static final long VERSION_1 = 1L << 32;
    private static final int HEADER = 0x8_0000;
    private static final int DATA = 0x9_0000;
    private static final int STATUS = 0xA_0000;
    private static final int BAR_0 = 0x10;
    private static final long NOTIFY = 0x3000;

    private final ScriptedBell bell = new ScriptedBell();
    private final MemoryDisk disk = new MemoryDisk(64, false);
    private final Driver driver = new Driver(new VirtioBlk(disk, "serial-1", 2, e -> {}), bell);

    /// What KVM's part is the test's.
    private static final class ScriptedBell implements Doorbell {
        final Semaphore rings = new Semaphore(0);
        final List<String> places = new ArrayList<>();
        boolean closed;

        @Override
        public void ring() {
            rings.release();
        }

        @Override
        public boolean await() {
            rings.acquireUninterruptibly();
            return true;
        }

        @Override
        public void listenAt(long address, int registers) {
            places.add("%d at 0x%x".formatted(registers, address));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @AfterEach
    void close() {
        driver.close();
        assertThat(bell.closed).isTrue();
    }

    @Test
    void a_ring_serves_what_is_in_the_queue() {
        driver.start(VERSION_1);
        driver.bytes(HEADER, 16).putInt(0).putInt(0).putLong(0);
        driver.offer(0, HEADER, 16, DATA, -512, STATUS, -1);

        bell.ring();

        driver.await(1);
        assertThat(driver.usedIndex(0)).isEqualTo(1);
    }

    @Test
    void a_ring_before_the_driver_is_ready_or_with_nothing_to_do_changes_nothing() {
        bell.ring();
        driver.start(VERSION_1);
        bell.ring();
        while (bell.rings.availablePermits() > 0) {
            Thread.onSpinWait();
        }

        assertThat(driver.usedIndex(0)).isZero();
        assertThat(driver.interrupts).isEmpty();
        assertThat(driver.status() & Transport.DEVICE_NEEDS_RESET).isZero();
        a_ring_serves_what_is_in_the_queue();
    }

    @Test
    void it_follows_the_registers_and_only_into_the_window_of_PCI() {
        var function = driver.device.function();
        function.write(BAR_0, 4, PciHost.MEMORY);
        function.write(4, 2, 2);
        function.write(BAR_0, 4, PciHost.MEMORY + 0x10_0000);
        function.write(BAR_0, 4, 0xFFFF_FFFFL);
        function.write(BAR_0, 4, 0x1000_0000);
        function.write(BAR_0, 4, PciHost.MEMORY);
        function.write(4, 2, 0);

        String none = "0 at 0x0";
        assertThat(bell.places).containsExactly(none,
                "2 at 0x%x".formatted(PciHost.MEMORY + NOTIFY),
                "2 at 0x%x".formatted(PciHost.MEMORY + 0x10_0000 + NOTIFY), none, none,
                "2 at 0x%x".formatted(PciHost.MEMORY + NOTIFY), none);
    }
}
