package dev.vmexit.virtio;

import static dev.vmexit.virtio.GuestQueue.DATA;
import static dev.vmexit.virtio.GuestQueue.NEXT;
import static dev.vmexit.virtio.GuestQueue.SIZE;
import static dev.vmexit.virtio.GuestQueue.WRITE;
import static dev.vmexit.virtio.GuestQueue.descriptor;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev11ChainTest {
    private final GuestQueue guest = new GuestQueue(true);

    private static String text(byte[] bytes) {
        return new String(bytes, US_ASCII);
    }

    /// Offers a buffer of one descriptor.
    private void offer(int head, int length, int flags) {
        guest.put(descriptor(head), DATA, length, flags, 0);
        guest.offer(head);
    }

    private Chain popped(String what) {
        Chain chain = guest.pop();
        assertThat(chain).as("the buffer popped from the queue: " + what).isNotNull();
        return chain;
    }

    @Test
    @Graded(exercise = "dev-11", id = "dev-11.buffer", points = 3)
    void a_buffer_has_its_head_what_is_to_be_read_and_room_to_be_filled() {
        String word = Seed.word("dev-11");
        assertThat(guest.pop()).as("the buffer popped before the driver offered one").isNull();
        guest.bytes(DATA + 3, word.getBytes(US_ASCII));
        guest.put(descriptor(5), DATA + 3, 8, NEXT, 2);
        // Without NEXT the last field means nothing.
        guest.put(descriptor(2), DATA + 0x100, 16, WRITE, 7);
        guest.put(descriptor(7), DATA, 64, WRITE, 0);
        guest.offer(5);
        Chain chain = popped("descriptors 5 and 2");
        assertThat(chain.head).as("its head").isEqualTo(5);
        assertThat(chain.readableBytes()).as("bytes to be read, from descriptor 5").isEqualTo(8);
        assertThat(chain.writableBytes()).as("bytes to be filled, from descriptor 2").isEqualTo(16);
        assertThat(text(chain.read(8))).as("the bytes that the driver put there").isEqualTo(word);
        chain.write(new byte[]{1, 2, 3});
        assertThat(guest.hex(DATA + 0x100, 4)).as("the memory of descriptor 2, three bytes filled")
                .isEqualTo("01 02 03 00");
        assertThat(guest.pop()).as("the buffer popped after the only one").isNull();
    }

    @Test
    @Graded(exercise = "dev-11", id = "dev-11.chain", points = 3)
    void the_pieces_come_in_the_order_of_the_chain() {
        int[] order = {6, 1, 7, 0, 4, 2, 5, 3};
        guest.bytes(DATA, "VM Exit!".getBytes(US_ASCII));
        for (int n = 0; n < order.length; n++) {
            int flags = (n < order.length - 1 ? NEXT : 0) | (n < 4 ? 0 : WRITE);
            long address = n < 4 ? DATA + 2L * n : DATA + 0x100 + 0x10L * (7 - n);
            guest.put(descriptor(order[n]), address, 2, flags, order[(n + 1) % SIZE]);
        }
        guest.offer(6);
        Chain chain = popped("all eight descriptors, from 6 to 3");
        assertThat(chain.readableBytes()).as("bytes to be read, four pieces of 2").isEqualTo(8);
        assertThat(chain.writableBytes()).as("bytes to be filled, four pieces of 2").isEqualTo(8);
        assertThat(text(chain.read(8))).as("what is to be read").isEqualTo("VM Exit!");
        chain.write("abcdefgh".getBytes(US_ASCII));
        var filled = new StringBuilder();
        for (int n = 0; n < 4; n++) {
            filled.append(guest.hex(DATA + 0x100 + 0x10L * n, 2)).append(", ");
        }
        assertThat(filled).as("the four pieces that were filled with 'abcdefgh', by address; the "
                + "chain has them backwards").hasToString("67 68, 65 66, 63 64, 61 62, ");
    }

    @Test
    @Graded(exercise = "dev-11", id = "dev-11.ring", points = 3)
    void buffers_come_in_the_order_of_the_ring_however_many() {
        int offered = 0;
        int taken = 0;
        while (taken < 70_000) {
            for (int n = 0; n < 1 + taken % SIZE; n++) {
                offer(3 * offered++ % SIZE, 1 + n, 0);
            }
            while (taken < offered) {
                Chain chain = popped("the %,dth of %,d".formatted(taken + 1, offered));
                assertThat(chain.head).as("the head of the %,dth buffer", taken + 1)
                        .isEqualTo(3 * taken % SIZE);
                taken++;
            }
            assertThat(guest.pop()).as("the buffer popped after %,d of %,d", taken, offered)
                    .isNull();
        }
        assertThat(guest.queue.awaitNotification())
                .as("whether the driver has offered a buffer that was not looked at").isFalse();
        assertThat(guest.deviceWaitsFor()).as("avail_event: the buffer after the %,dth, modulo "
                + "65,536", taken).isEqualTo(taken & 0xFFFF);
    }

    @Test
    @Graded(exercise = "dev-11", id = "dev-11.used", points = 3)
    void the_used_ring_says_which_buffer_came_back_and_how_much_was_filled() {
        for (int n = 0; n < 65_536 - 3; n++) {
            offer(7, 4, WRITE);
            guest.queue.push(popped("the %,dth".formatted(n + 1)));
            assertThat(guest.usedIndex()).as("the used index after %,d buffers", n + 1)
                    .isEqualTo(n + 1);
        }
        List<Chain> chains = new ArrayList<>();
        for (int n = 0; n < 5; n++) {
            offer(n, 0x300, WRITE);
            Chain chain = popped("buffer %d".formatted(n));
            chain.fill(0x201 + n);
            chains.add(chain);
        }
        guest.queue.push(chains);
        assertThat(guest.usedIndex()).as("the used index after 65,538 buffers").isEqualTo(2);
        var ring = new StringBuilder();
        for (int slot = 0; slot < SIZE; slot++) {
            ring.append(guest.used(slot)).append('\n');
        }
        assertThat(ring).as("the used ring: head and bytes filled; the last five entries are in "
                + "the slots 5, 6, 7, 0 and 1").hasToString("""
                        03 00 00 00 04 02 00 00
                        04 00 00 00 05 02 00 00
                        07 00 00 00 00 00 00 00
                        07 00 00 00 00 00 00 00
                        07 00 00 00 00 00 00 00
                        00 00 00 00 01 02 00 00
                        01 00 00 00 02 02 00 00
                        02 00 00 00 03 02 00 00
                        """);
    }
}
