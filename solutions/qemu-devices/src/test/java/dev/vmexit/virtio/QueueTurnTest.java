package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A turn takes as many buffers as the queue is long, here 4, and some may be put back at its end.
class QueueTurnTest {
    private static final int SIZE = 4;

    private final ByteBuffer ram;
    private final VirtQueue queue;
    private int offered;

    QueueTurnTest() {
        MemorySegment host = Arena.ofAuto().allocate(1 << 16, 4096);
        ram = host.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        var slots = new MemorySlots();
        slots.add(new MemorySlot(0, new GuestAddress(0), host, MemorySlot.Access.READ_WRITE));
        queue = new VirtQueue(new GuestMemory(slots),
                new QueueLayout(SIZE, SIZE, 0x1000, 0x1400, 0x1800), false);
        for (int n = 0; n < SIZE; n++) {
            ram.putLong(0x1000 + 16 * n, 0x2000).putInt(0x1008 + 16 * n, 100);
        }
    }

    private void offer(int buffers) {
        for (int n = 0; n < buffers; n++, offered++) {
            ram.putShort(0x1404 + 2 * (offered % SIZE), (short) (offered % SIZE));
        }
        ram.putShort(0x1402, (short) offered);
    }

    @BeforeEach
    void take_three_of_four_and_get_three_more() {
        offer(4);
        queue.busy();
        for (int n = 0; n < 3; n++) {
            queue.push(queue.pop());
        }
        offer(3);
    }

    @Test
    void what_needed_two_buffers_and_met_the_end_of_the_turn_has_another_turn() {
        assertThat(queue.pop()).isNotNull();
        assertThat(queue.pop()).as("the turn is over").isNull();
        queue.unpop(1);
        assertThat(queue.awaitNotification()).as("something is there").isTrue();
        queue.busy();
        assertThat(queue.pop()).isNotNull();
        assertThat(queue.pop()).isNotNull();
    }

    @Test
    void what_needs_more_than_the_whole_queue_does_not_turn_for_ever() {
        for (int turns = 0; turns < 2; turns++) {
            int popped = 0;
            while (queue.pop() != null) {
                popped++;
            }
            queue.unpop(popped);
            if (!queue.awaitNotification()) {
                assertThat(popped).isEqualTo(SIZE);
                return;
            }
            queue.busy();
        }
        throw new AssertionError("two turns, and no end");
    }
}
