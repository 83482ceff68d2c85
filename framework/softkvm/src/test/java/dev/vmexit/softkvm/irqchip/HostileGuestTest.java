package dev.vmexit.softkvm.irqchip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/// "Everything comes from a hostile guest."
class HostileGuestTest {
    private static final int[] PORTS = {
            0x20, 0x21, 0xA0, 0xA1, 0x4D0, 0x4D1, 0x40, 0x41, 0x42, 0x43, 0x61, 0x3F, 0xFFFF};

    private final Machine machine = new Machine(4);
    private final Random random = new Random(42);

    @Test
    void no_access_throws_or_hangs() {
        machine.chip.createPit(true);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 300_000; i++) {
                attack();
                if (i % 512 == 0) {
                    machine.heard.clear();
                }
            }
        });
    }

    private void attack() {
        var apic = machine.apic(random.nextInt(4));
        int value = random.nextBoolean() ? random.nextInt() : random.nextInt(0x800);
        switch (random.nextInt(12)) {
            case 0 -> machine.chip.writePort(PORTS[random.nextInt(PORTS.length)],
                    random.nextInt(6) - 1, value);
            case 1 -> machine.chip.readPort(PORTS[random.nextInt(PORTS.length)],
                    random.nextInt(6) - 1);
            case 2 -> machine.chip.writeMmio(Machine.IOREGSEL + random.nextInt(0x18),
                    random.nextInt(6) - 1, value);
            case 3 -> machine.ioApic(random.nextInt(0x48), value);
            case 4 -> machine.chip.readMmio(Machine.IOREGSEL + random.nextInt(0x1000), 4);
            case 5 -> apic.write(random.nextInt(0x400) & ~15, value);
            case 6 -> apic.read(random.nextInt(0x1100) - 0x80);
            case 7 -> apic.write(random.nextInt(), value);
            case 8 -> quietly(apic, value);
            case 9 -> machine.pass(random.nextInt(1_000_000));
            case 10 -> machine.chip.setLine(random.nextInt(26) - 1, random.nextBoolean());
            default -> machine.chip.acknowledge(apic);
        }
        machine.chip.signalMsi(random.nextLong(), random.nextInt());
        assertThat(apic.hasInterrupt()).isEqualTo(machine.chip.pendingVector(apic) >= 0);
    }

    /// What may throw, and nothing but what it says.
    private void quietly(LocalApic apic, int value) {
        try {
            switch (random.nextInt(4)) {
                case 0 -> apic.baseMsr(0xFEE0_0000L | value & 0xD00);
                case 1 -> apic.writeMsr(0x800 + random.nextInt(0x100), value);
                case 2 -> apic.readMsr(random.nextInt());
                default -> apic.tscDeadline(random.nextLong());
            }
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageMatching(".*(MSR|IA32_APIC_BASE).*");
        }
    }

    @Test
    void CPUs_that_send_to_each_other_all_at_once_lose_nothing() throws InterruptedException {
        var threads = new Thread[4];
        int rounds = 20_000;
        var taken = new int[4];
        for (int id = 0; id < 4; id++) {
            int self = id;
            threads[id] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < rounds; i++) {
                    machine.chip.signalMsi(0xFEE0_0000L | (self + 1) % 4 << 12, 0x40 + self);
                    if (machine.apic(self).hasInterrupt()) {
                        taken[self] += machine.chip.acknowledge(machine.apic(self)) >= 0 ? 1 : 0;
                        machine.apic(self).write(Machine.EOI, 0);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join(20_000);
            assertThat(thread.isAlive()).isFalse();
        }
        for (int id = 0; id < 4; id++) {
            taken[id] += machine.take(id).size();
            assertThat(taken[id]).as("interrupts of CPU %d", id).isPositive();
            assertThat(machine.apic(id).hasInterrupt()).isFalse();
        }
    }
}
