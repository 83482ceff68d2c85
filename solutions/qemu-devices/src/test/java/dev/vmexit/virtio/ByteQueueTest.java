package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ByteQueueTest {
    private final ByteQueue queue = new ByteQueue(5);

    private int add(String text) {
        return queue.add(text.getBytes(StandardCharsets.US_ASCII), 0, text.length());
    }

    private String peek(int most) {
        return new String(queue.peek(most), StandardCharsets.US_ASCII);
    }

    @Test
    void takes_what_there_is_room_for_and_keeps_the_order_around_the_end() {
        assertThat(add("abcd")).isEqualTo(4);
        queue.remove(3);
        assertThat(add("efghij")).isEqualTo(4);
        assertThat(queue.isFull()).isTrue();
        assertThat(peek(9)).isEqualTo("defgh");
        assertThat(peek(2)).as("it stayed").isEqualTo("de");
        queue.remove(5);
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void only_what_is_there_can_be_removed() {
        add("ab");
        assertThatThrownBy(() -> queue.remove(3)).isInstanceOf(IllegalArgumentException.class);
        queue.clear();
        assertThat(queue.size()).isZero();
    }
}
