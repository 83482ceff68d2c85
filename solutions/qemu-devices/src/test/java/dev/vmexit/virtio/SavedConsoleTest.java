package dev.vmexit.virtio;

import static dev.vmexit.virtio.ConsoleGuest.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.state.SavedMachine;
import dev.vmexit.state.StateFailure;
import dev.vmexit.state.StateFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A console device goes into a file while its port is in use, and another one comes out.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SavedConsoleTest {
    private static final int PORT_1_IN = 4;
    private static final int PORT_1_OUT = 5;

    @TempDir
    private Path directory;

    private final ScriptedLink before = ScriptedLink.socket();
    private final ScriptedLink after = ScriptedLink.socket();
    private final ConsoleGuest first = guest("agent", before);
    private final ConsoleGuest second = guest("agent", after);

    private static ConsoleGuest guest(String name, ScriptedLink link) {
        return new ConsoleGuest(new VirtioConsole(ScriptedLink.terminal(), Map.of(name, link)));
    }

    @BeforeEach
    void open() {
        first.startOpen();
        until(() -> before.port.open());
        assertThat(first.hear(1)).containsExactly("PORT_OPEN 1 = 1");
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private void moveTo(ConsoleGuest other) {
        Path path = directory.resolve("device");
        try (StateFile file = StateFile.create(path)) {
            file.section("console", first.driver.device.state());
            file.finish();
        }
        other.takeOver(first);
        SavedMachine.open(path).section("console", other.driver.device.state());
        other.driver.busMaster(true);
    }

    @Test
    void the_guest_hears_that_who_was_connected_is_gone_and_the_next_one_can_come() {
        moveTo(second);
        assertThat(second.hear(1)).containsExactly("PORT_OPEN 1 = 0");
        until(() -> after.port.open());
        assertThat(second.hear(1)).containsExactly("PORT_OPEN 1 = 1");
        after.deliver("hello");
        assertThat(second.receive(PORT_1_IN, 100)).as("it is open in the guest").isEqualTo("hello");
    }

    @Test
    void what_had_come_in_is_read_before_that() {
        before.deliver("from before");
        moveTo(second);
        assertThat(after.port.open()).isFalse();
        assertThat(second.receive(PORT_1_IN, 100)).isEqualTo("from before");
        assertThat(second.hear(1)).containsExactly("PORT_OPEN 1 = 0");
    }

    @Test
    void a_buffer_half_sent_is_not_sent_again() throws InterruptedException {
        before.calls.clear();
        before.limit(4);
        first.send(PORT_1_OUT, "0123456789");
        assertThat(before.calls.poll(20, TimeUnit.SECONDS)).isEqualTo("full");
        moveTo(first);
        before.limit(100);
        until(() -> first.driver.usedIndex(PORT_1_OUT) == 1);
        assertThat(before.sent()).isEqualTo("0123456789");
    }

    @Test
    void another_port_is_refused() {
        try (ConsoleGuest other = guest("other", after)) {
            assertThatThrownBy(() -> moveTo(other)).isInstanceOf(StateFailure.class)
                    .hasMessageContaining("port 1 is not \"other\"");
        }
    }
}
