package dev.vmexit.virtio;

import static dev.vmexit.virtio.GuestQueue.DATA;
import static dev.vmexit.virtio.GuestQueue.END;
import static dev.vmexit.virtio.GuestQueue.INDIRECT;
import static dev.vmexit.virtio.GuestQueue.MOST_ENTRIES;
import static dev.vmexit.virtio.GuestQueue.NEXT;
import static dev.vmexit.virtio.GuestQueue.SIZE;
import static dev.vmexit.virtio.GuestQueue.START;
import static dev.vmexit.virtio.GuestQueue.WRITE;
import static dev.vmexit.virtio.GuestQueue.descriptor;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.course.Thrown;
import org.junit.jupiter.api.Test;

class Dev12HostileGuestTest {
    /// An indirect table; nobody says that its address is even.
    private static final int TABLE = DATA + 0x801;
    private static final int NO_INTERRUPT = 1;

    private GuestQueue guest = guest(false);

    /// {@return a guest that has not lied yet} Every descriptor and every entry of the table is a
    /// good piece, so that one lie at a time is the only one.
    private static GuestQueue guest(boolean eventIndex) {
        var guest = new GuestQueue(eventIndex);
        for (int n = 0; n < SIZE; n++) {
            guest.put(descriptor(n), DATA, 16, 0, 0);
        }
        for (int n = 0; n <= MOST_ENTRIES; n++) {
            guest.put(entry(n), DATA, 16, 0, 0);
        }
        return guest;
    }

    private void newGuest() {
        guest = guest(false);
    }

    private static long entry(int n) {
        return TABLE + 16L * n;
    }

    /// Offers a buffer that is in an indirect table.
    private void offerTable(long where, long bytes, int flags) {
        guest.put(descriptor(3), where, bytes, INDIRECT | flags, 0);
        guest.offer(3);
    }

    /// The device must refuse what was offered.
    private void refused(String lie) {
        assertThat(Thrown.by(guest::pop)).as(lie).isInstanceOf(DriverMistake.class);
        newGuest();
    }

    @Test
    @Graded(exercise = "dev-12", id = "dev-12.indirect", points = 2)
    void a_chain_may_be_in_a_table_of_its_own() {
        String word = Seed.word("dev-12");
        guest.bytes(DATA, word.getBytes(US_ASCII));
        guest.put(entry(0), DATA + 2, 3, NEXT, 2);
        guest.put(entry(2), DATA + 5, 3, NEXT, 1);
        guest.put(entry(1), DATA + 0x100, 64, WRITE, 0);
        guest.put(descriptor(6), DATA, 2, NEXT, 3);
        guest.put(descriptor(3), TABLE, 48, INDIRECT, 0);
        guest.offer(6);
        Chain chain = guest.pop();
        assertThat(chain.head).as("the head: the descriptor in the ring").isEqualTo(6);
        assertThat(new String(chain.read(8), US_ASCII))
                .as("descriptor 6, then the entries 0 and 2 of the table").isEqualTo(word);
        assertThat(chain.writableBytes()).as("the room in entry 1").isEqualTo(64);
        for (int n = 0; n < MOST_ENTRIES; n++) {
            guest.put(entry(n), DATA, 1, n < MOST_ENTRIES - 1 ? NEXT : 0, n + 1);
        }
        offerTable(TABLE, 16 * MOST_ENTRIES, 0);
        assertThat(Thrown.by(guest::pop))
                .as("a table of sixteen entries, as the device allows, in a queue of eight")
                .isNull();
        newGuest();
        wrongTables();
    }

    private void wrongTables() {
        for (long bytes : new long[]{0, 15, 24, 0xFFFF_FFFFL, 0xFFFF_FFF0L}) {
            offerTable(TABLE, bytes, 0);
            refused("an indirect table of %,d bytes".formatted(bytes));
        }
        offerTable(TABLE, 16 * MOST_ENTRIES + 16, 0);
        refused("an indirect table of 17 entries, where the device allows 16");
        offerTable(TABLE, 16, NEXT);
        refused("an indirect table with a next descriptor behind it");
        guest.put(entry(0), entry(1), 16, INDIRECT, 0);
        offerTable(TABLE, 16, 0);
        refused("an indirect table in an indirect table");
    }

    @Test
    @Graded(exercise = "dev-12", id = "dev-12.loop", points = 2)
    void a_chain_that_does_not_end_and_a_descriptor_that_is_not_there() {
        guest.put(entry(0), DATA, 16, NEXT, 1);
        guest.put(entry(1), DATA, 16, NEXT, 0);
        offerTable(TABLE, 32, 0);
        refused("a loop of two entries in an indirect table");
        guest.put(entry(0), DATA, 16, NEXT, 2);
        offerTable(TABLE, 32, 0);
        refused("entry 2 of an indirect table of two");
        guest.put(descriptor(4), DATA, 16, NEXT, 4);
        guest.offer(4);
        refused("descriptor 4 of the queue, whose next is descriptor 4");
        for (int n = 0; n < SIZE; n++) {
            guest.put(descriptor(n), DATA, 16, NEXT | WRITE, (n + 1) % SIZE);
        }
        guest.offer(0);
        refused("a loop of all descriptors of the queue, to be filled");
        guest.put(descriptor(1), DATA, 16, NEXT, 0xFFFF);
        guest.offer(1);
        refused("a next of 65,535 in a queue of 8");
        guest.offer(SIZE);
        refused("head 8 in a queue of 8");
    }

    @Test
    @Graded(exercise = "dev-12", id = "dev-12.memory", points = 2)
    void memory_that_is_none_and_pieces_in_the_wrong_order() {
        long[][] lies = {{END, 1}, {START - 1, 2}, {END - 16, 17}, {END - 1, 0xFFFF_FFFFL},
                {-16, 32}, {Long.MIN_VALUE, 16}, {0, 16}, {DATA, 0x8001_0000L}};
        for (long[] lie : lies) {
            String what = "%d bytes at 0x%x".formatted(lie[1], lie[0]);
            guest.put(entry(0), lie[0], lie[1], 0, 0);
            offerTable(TABLE, 16, 0);
            refused(what + " in an indirect table, with memory from 0x100000 to 0x1fffff");
            guest.put(descriptor(0), DATA, 16, NEXT, 1);
            guest.put(descriptor(1), lie[0], lie[1], WRITE, 0);
            guest.offer(0);
            refused(what + " to be filled, with memory from 0x100000 to 0x1fffff");
        }
        offerTable(END - 16, 32, 0);
        refused("an indirect table that runs past the memory");
        guest.put(entry(0), DATA, 16, WRITE | NEXT, 1);
        guest.put(entry(1), DATA, 16, 0, 0);
        offerTable(TABLE, 32, 0);
        refused("a piece to be read behind one to be filled");
    }

    @Test
    @Graded(exercise = "dev-12", id = "dev-12.wrap", points = 2)
    void indices_go_around_and_the_distance_decides() {
        guest = guest(true);
        guest.waitFor(0);
        pushed(1, true, "used_event 0 and the used index 0 before, 1 now");
        pushed(3, false, "used_event 0 and the used index 1 before, 4 now");
        pushed(0, false, "nothing pushed since");
        pushed(65_534 - 4, false, "used_event 0 and the used index 4 before, 65,534 now");
        guest.waitFor(65_535);
        pushed(4, true, "used_event 65,535 and the used index 65,534 before, 2 now");
        guest.waitFor(5);
        pushed(2, false, "used_event 5 and the used index 2 before, 4 now");
        pushed(2, true, "used_event 5 and the used index 4 before, 6 now");
        newGuest();
        pushed(1, true, "no VIRTIO_F_EVENT_IDX, and the flags of the available ring are 0");
        guest.wish(NO_INTERRUPT);
        pushed(1, false, "no VIRTIO_F_EVENT_IDX, and VIRTQ_AVAIL_F_NO_INTERRUPT set");
        for (int waiting : new int[]{SIZE + 1, 0x8000, 0xFFFF}) {
            newGuest();
            guest.offered(waiting);
            refused("%,d buffers offered in a queue of 8".formatted(waiting));
        }
    }

    /// Takes buffers and gives them back; then the driver wants an interrupt or not.
    private void pushed(int buffers, boolean wanted, String when) {
        for (int n = 0; n < buffers; n++) {
            guest.offer(0);
            guest.queue.push(guest.pop());
        }
        assertThat(guest.queue.wantsInterrupt())
                .as("whether the driver wants an interrupt: " + when).isEqualTo(wanted);
    }
}
