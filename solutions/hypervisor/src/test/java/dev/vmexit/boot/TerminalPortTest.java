package dev.vmexit.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TerminalPortTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final TerminalPort terminal = new TerminalPort(screen::writeBytes);

    private void type(String keys) {
        keys.chars().forEach(key -> assertThat(terminal.type(key)).isTrue());
    }

    @Test
    void keys_wait_for_a_machine_and_for_room_and_keep_their_order() throws InterruptedException {
        type("abc");
        var port = new ScriptedPort(2);
        terminal.connect(port);
        assertThat(port.calls).containsExactly("0 x 0", "open");
        type("de");
        port.makeRoom(10);
        terminal.roomAgain();
        assertThat(port.await(5)).isEqualTo("abcde");
    }

    @Test
    void the_next_machine_gets_the_size_and_the_keys_that_are_left() throws InterruptedException {
        terminal.connect(new ScriptedPort(0));
        terminal.resize(100, 30);
        type("x");
        var next = new ScriptedPort(10);
        terminal.connect(next);
        assertThat(next.calls).containsExactly("100 x 30", "open");
        assertThat(next.await(1)).isEqualTo("x");
    }

    @Test
    void a_new_size_is_told() {
        var port = new ScriptedPort(0);
        terminal.connect(port);
        port.calls.clear();
        terminal.resize(132, 43);
        assertThat(port.calls).containsExactly("132 x 43");
    }

    @Test
    void a_key_without_room_is_refused_and_a_pipe_waits() throws InterruptedException {
        var port = new ScriptedPort(0);
        terminal.connect(port);
        int keys = 0;
        while (terminal.type('k')) {
            keys++;
        }
        assertThat(keys).isEqualTo(1 << 16);
        var typed = new AtomicBoolean();
        Thread pipe = Thread.ofPlatform().daemon().start(() -> {
            try {
                terminal.typeWhenRoom('l');
                typed.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (pipe.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(typed).isFalse();
        port.makeRoom(keys + 1);
        terminal.roomAgain();
        pipe.join();
        assertThat(port.await(keys + 1)).endsWith("kl");
    }

    @Test
    void what_the_guest_prints_is_on_the_screen() {
        assertThat(terminal.send("hvc0".getBytes())).isEqualTo(4);
        assertThat(screen).hasToString("hvc0");
    }
}
