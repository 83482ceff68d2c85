package dev.vmexit.virtio;

import static dev.vmexit.virtio.ConsoleGuest.DATA;
import static dev.vmexit.virtio.ConsoleGuest.SIZE;
import static dev.vmexit.virtio.ConsoleGuest.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class VirtioConsoleTest {
    private static final int PORT_0_IN = 0;
    private static final int PORT_0_OUT = 1;
    private static final int PORT_1_IN = 4;
    private static final int PORT_1_OUT = 5;

    private final ScriptedLink terminal = ScriptedLink.terminal();
    private final ScriptedLink agent = ScriptedLink.socket();
    private final ConsoleGuest guest =
            new ConsoleGuest(new VirtioConsole(terminal, Map.of("org.agent.0", agent)));
    private final Driver driver = guest.driver;

    @BeforeEach
    void sizeTerminal() {
        terminal.port.resize(80, 25);
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private String nextCall() throws InterruptedException {
        return agent.calls.poll(20, TimeUnit.SECONDS);
    }

    /// Opened by a client, when the guest's driver is ready for one.
    private void openAgent() throws InterruptedException {
        assertThat(nextCall()).isEqualTo("vacant");
        assertThat(agent.port.open()).isTrue();
        assertThat(guest.hear(1)).containsExactly("PORT_OPEN 1 = 1");
        agent.calls.clear();
    }

    @Test
    void the_configuration_has_the_size_and_the_number_of_ports() {
        assertThat(driver.read(0x2000, 2)).as("cols").isEqualTo(80);
        assertThat(driver.read(0x2002, 2)).as("rows").isEqualTo(25);
        assertThat(driver.read(0x2004, 4)).as("max_nr_ports").isEqualTo(2);
    }

    @Test
    void ports_are_added_and_when_the_driver_has_them_described() {
        guest.startMultiport(0);
        assertThat(guest.hear(2)).containsExactly("DEVICE_ADD 0 = 1", "DEVICE_ADD 1 = 1");
        guest.tell(0, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(3)).containsExactly("CONSOLE_PORT 0 = 1", "RESIZE 0 = 1 80 25",
                "PORT_OPEN 0 = 1");
        guest.tell(1, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(1)).containsExactly("PORT_NAME 1 = 1 org.agent.0");
    }

    @Test
    void a_driver_without_MULTIPORT_has_a_console_that_works() {
        guest.startPlain(0);
        terminal.deliver("ls\n");
        assertThat(guest.receive(PORT_0_IN, 100)).isEqualTo("ls\n");
        guest.send(PORT_0_OUT, "a  b\n");
        until(() -> driver.usedIndex(PORT_0_OUT) == 1);
        assertThat(terminal.sent()).isEqualTo("a  b\n");
        assertThat(driver.used(PORT_0_OUT, 0)[1]).as("nothing was written").isZero();
    }

    @Test
    void a_named_port_carries_bytes_both_ways() throws InterruptedException {
        guest.startOpen();
        openAgent();
        agent.deliver("question");
        assertThat(guest.receive(PORT_1_IN, 4)).isEqualTo("ques");
        assertThat(guest.receive(PORT_1_IN, 100)).isEqualTo("tion");
        guest.send(PORT_1_OUT, "answer");
        until(() -> driver.usedIndex(PORT_1_OUT) == 1);
        assertThat(agent.sent()).isEqualTo("answer");
    }

    @Test
    void bytes_wait_until_the_guest_opens_the_port() throws InterruptedException {
        guest.startOpen();
        guest.tell(1, ConsoleEvent.PORT_OPEN, 0);
        openAgent();
        driver.offer(PORT_1_IN, DATA, -100);
        driver.notifyDevice(PORT_1_IN);
        agent.deliver("early");
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        assertThat(driver.usedIndex(PORT_1_IN)).isZero();
        guest.tell(1, ConsoleEvent.PORT_OPEN, 1);
        until(() -> driver.usedIndex(PORT_1_IN) == 1);
        assertThat(driver.copy(DATA, 5)).isEqualTo("early".getBytes());
    }

    @Test
    void who_writes_more_than_there_is_room_for_is_told_and_hears_when_there_is_again()
            throws InterruptedException {
        guest.startOpen();
        openAgent();
        assertThat(agent.deliver("x".repeat(10_000))).isEqualTo(ConsolePort.INPUT_BYTES);
        assertThat(agent.deliver("y")).isZero();
        assertThat(guest.receive(PORT_1_IN, 100)).isEqualTo("x".repeat(100));
        assertThat(nextCall()).isEqualTo("room");
        assertThat(agent.deliver("y".repeat(200))).isEqualTo(100);
    }

    @Test
    void a_buffer_that_the_link_cannot_take_stays_and_no_byte_of_it_comes_twice()
            throws InterruptedException {
        guest.startOpen();
        openAgent();
        agent.limit(5);
        guest.send(PORT_1_OUT, "0123456789ab");
        assertThat(nextCall()).isEqualTo("full");
        agent.limit(7);
        assertThat(nextCall()).isEqualTo("full");
        assertThat(driver.usedIndex(PORT_1_OUT)).as("not given back").isZero();
        agent.limit(100);
        until(() -> driver.usedIndex(PORT_1_OUT) == 1);
        assertThat(agent.sent()).isEqualTo("0123456789ab");
    }

    @Test
    void what_the_guest_sends_while_nobody_is_there_is_thrown_away() throws InterruptedException {
        guest.startOpen();
        guest.send(PORT_1_OUT, "lost");
        until(() -> driver.usedIndex(PORT_1_OUT) == 1);
        openAgent();
        guest.send(PORT_1_OUT, "heard");
        until(() -> driver.usedIndex(PORT_1_OUT) == 2);
        assertThat(agent.sent()).isEqualTo("heard");
    }

    @Test
    void who_leaves_is_gone_for_the_guest_when_it_has_read_everything()
            throws InterruptedException {
        guest.startOpen();
        openAgent();
        agent.deliver("last words");
        agent.port.close();
        assertThat(agent.port.open()).as("the next one, too early").isFalse();
        guest.tell(0, ConsoleEvent.DEVICE_READY, 1);
        assertThat(guest.unheard()).as("not closed yet").isZero();
        assertThat(guest.receive(PORT_1_IN, 100)).isEqualTo("last words");
        assertThat(guest.hear(1)).containsExactly("PORT_OPEN 1 = 0");
        openAgent();
    }

    @Test
    void nobody_is_let_in_before_the_driver_has_the_port() throws InterruptedException {
        assertThat(agent.port.open()).isFalse();
        guest.startMultiport(0);
        guest.hear(2);
        assertThat(agent.port.open()).isFalse();
        guest.tell(1, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(1)).containsExactly("PORT_NAME 1 = 1 org.agent.0");
        openAgent();
    }

    @Test
    void a_port_that_the_driver_could_not_make_is_left_alone() {
        guest.startMultiport(0);
        guest.hear(2);
        guest.tell(1, ConsoleEvent.PORT_READY, 0);
        guest.tell(0, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(3)).doesNotContain("PORT_NAME 1 = 1 org.agent.0");
        assertThat(guest.unheard()).isZero();
    }

    @Test
    void a_new_size_is_in_the_configuration_and_the_driver_is_interrupted() {
        guest.startPlain(SIZE);
        driver.await(0);
        terminal.port.resize(132, 43);
        driver.await(0);
        assertThat(driver.read(0x2000, 2)).isEqualTo(132);
        assertThat(driver.read(0x2002, 2)).isEqualTo(43);
    }

    @Test
    void a_new_size_is_a_RESIZE_for_a_driver_with_MULTIPORT() {
        guest.startOpen();
        terminal.port.resize(132, 43);
        assertThat(guest.hear(1)).containsExactly("RESIZE 0 = 1 132 43");
    }

    @Test
    void emerg_wr_prints_a_byte_before_anything_is_set_up() {
        driver.write(0x2008, 4, 0x1_0021);
        driver.write(0x2004, 4, 0x77);
        assertThat(terminal.sent()).isEqualTo("!");
    }

    @Test
    void after_a_reset_everything_is_told_anew_and_what_waits_outside_still_waits()
            throws InterruptedException {
        guest.startOpen();
        openAgent();
        agent.deliver("still here");
        guest.startMultiport(0);
        assertThat(guest.hear(2)).containsExactly("DEVICE_ADD 0 = 1", "DEVICE_ADD 1 = 1");
        guest.tell(1, ConsoleEvent.PORT_READY, 1);
        assertThat(guest.hear(2)).containsExactly("PORT_NAME 1 = 1 org.agent.0",
                "PORT_OPEN 1 = 1");
        guest.tell(1, ConsoleEvent.PORT_OPEN, 1);
        assertThat(guest.receive(PORT_1_IN, 100)).isEqualTo("still here");
    }

    @Test
    void a_device_without_a_console_throws_away_what_goes_to_port_0() {
        try (var other = new ConsoleGuest(new VirtioConsole(null, Map.of("a", agent)))) {
            assertThat(other.console.features()).isEqualTo(ConsoleGuest.MULTIPORT);
            other.startMultiport(0);
            assertThat(other.hear(1)).containsExactly("DEVICE_ADD 1 = 1");
            other.send(PORT_0_OUT, "nobody");
            until(() -> other.driver.usedIndex(PORT_0_OUT) == 1);
        }
    }

    @Test
    void a_device_without_named_ports_has_no_control_queues() {
        var console = new VirtioConsole(terminal, Map.of());
        assertThat(console.queueSizes()).hasSize(2);
        assertThat(console.features()).as("SIZE and EMERG_WRITE").isEqualTo(0b101);
    }

    @Test
    void names_and_numbers_of_ports_are_bounded() {
        Map<String, PortLink> many = new LinkedHashMap<>();
        for (int n = 0; n <= VirtioConsole.MOST_PORTS; n++) {
            many.put("port" + n, agent);
        }
        assertThatThrownBy(() -> new VirtioConsole(null, many)).hasMessageContaining("at most 7");
        for (String name : new String[]{"", "a/b", "ä", "x".repeat(65)}) {
            assertThatThrownBy(() -> new VirtioConsole(null, Map.of(name, agent)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("1 to 64");
        }
    }
}
