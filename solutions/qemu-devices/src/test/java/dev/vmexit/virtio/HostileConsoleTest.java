package dev.vmexit.virtio;

import static dev.vmexit.virtio.ConsoleGuest.DATA;
import static dev.vmexit.virtio.ConsoleGuest.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Drivers that say what no driver says.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class HostileConsoleTest {
    private static final int PORT_1_IN = 4;
    private static final int PORT_1_OUT = 5;
    private static final int UNKNOWN_EVENT = 8;

    private final ScriptedLink agent = ScriptedLink.socket();
    private final ConsoleGuest guest = new ConsoleGuest(
            new VirtioConsole(ScriptedLink.terminal(), Map.of("agent", agent)));
    private final Driver driver = guest.driver;

    @AfterEach
    void close() {
        guest.close();
    }

    @Test
    void a_control_message_without_a_whole_header_is_the_drivers_mistake() {
        guest.startMultiport(0);
        guest.tell(0, 0, 1, 7);
        assertThat(guest.needsReset()).isTrue();
    }

    @Test
    void unknown_events_and_ports_and_what_only_the_device_says_mean_nothing() {
        guest.startMultiport(0);
        guest.hear(2);
        for (int event : new int[]{UNKNOWN_EVENT, 0xFFFF, 1, 2, 4, 5, 7}) {
            guest.tell(1, event, 1, 8);
        }
        for (int port : new int[]{2, 64, -1, Integer.MIN_VALUE}) {
            guest.tell(port, ConsoleEvent.PORT_READY, 1);
            guest.tell(port, ConsoleEvent.PORT_OPEN, 1);
        }
        assertThat(guest.needsReset()).isFalse();
        assertThat(guest.unheard()).isZero();
        guest.tell(1, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(1)).containsExactly("PORT_NAME 1 = 1 agent");
    }

    @Test
    void a_port_is_not_ready_before_it_was_added_and_is_added_once() {
        driver.start(ConsoleGuest.VERSION_1 | ConsoleGuest.MULTIPORT);
        for (int queue = 1; queue < 6; queue++) {
            driver.queue(queue);
        }
        guest.tell(1, ConsoleEvent.PORT_READY, 1);
        assertThat(agent.port.open()).isFalse();
        guest.startMultiport(0);
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        assertThat(guest.hear(2)).containsExactly("DEVICE_ADD 0 = 1", "DEVICE_ADD 1 = 1");
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        assertThat(guest.unheard()).isZero();
    }

    @Test
    void questions_without_a_buffer_for_the_answers_pile_nothing_up() {
        driver.start(ConsoleGuest.VERSION_1 | ConsoleGuest.MULTIPORT);
        for (int queue = 1; queue < 6; queue++) {
            driver.queue(queue);
        }
        for (int n = 0; n < 1000; n++) {
            guest.tell(0, ConsoleEvent.DEVICE_READY, n % 2);
        }
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        for (int n = 0; n < 8; n++) {
            driver.offer(2, DATA + 100 * n, -100);
        }
        driver.notifyDevice(2);
        until(() -> driver.usedIndex(2) == 2);
        guest.tell(0, ConsoleEvent.PORT_READY, 1);
        until(() -> driver.usedIndex(2) == 4);
    }

    @Test
    void a_buffer_too_short_for_a_message_is_the_drivers_mistake() {
        driver.start(ConsoleGuest.VERSION_1 | ConsoleGuest.MULTIPORT);
        for (int queue = 1; queue < 6; queue++) {
            driver.queue(queue);
        }
        driver.offer(2, DATA, -7);
        driver.notifyDevice(2);
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        until(guest::needsReset);
    }

    @Test
    void a_buffer_without_room_is_the_drivers_mistake() {
        guest.startOpen();
        driver.offer(PORT_1_IN, DATA, 100);
        driver.notifyDevice(PORT_1_IN);
        agent.deliver("x");
        until(guest::needsReset);
    }

    @Test
    void a_buffer_that_shrinks_while_it_waits_is_the_drivers_mistake()
            throws InterruptedException {
        guest.startOpen();
        until(() -> agent.port.open());
        agent.limit(10);
        guest.send(PORT_1_OUT, "0123456789ab");
        assertThat(agent.calls.poll(20, TimeUnit.SECONDS)).isNotNull();
        until(() -> agent.calls.contains("full") || agent.sentBytes() == 10);
        driver.descriptor(0, DATA, 3, 0, 0);
        agent.limit(100);
        until(guest::needsReset);
        assertThat(agent.sentBytes()).isEqualTo(10);
    }

    @Test
    void a_buffer_of_many_times_the_memory_is_sent_in_turns() {
        guest.startOpen();
        until(() -> agent.port.open());
        int pieces = Driver.QUEUE;
        int[] whole = new int[2 * pieces];
        for (int n = 0; n < pieces; n++) {
            whole[2 * n + 1] = Driver.BYTES;
        }
        driver.offer(PORT_1_OUT, whole);
        driver.notifyDevice(PORT_1_OUT);
        until(() -> driver.usedIndex(PORT_1_OUT) == 1);
        assertThat(agent.sentBytes()).isEqualTo(pieces * Driver.BYTES);
    }
}
