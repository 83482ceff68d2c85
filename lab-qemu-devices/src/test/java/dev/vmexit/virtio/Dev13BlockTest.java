package dev.vmexit.virtio;

import static dev.vmexit.virtio.GuestQueue.DATA;
import static dev.vmexit.virtio.GuestQueue.NEXT;
import static dev.vmexit.virtio.GuestQueue.WRITE;
import static dev.vmexit.virtio.GuestQueue.descriptor;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.course.Thrown;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev13BlockTest {
    private static final long FLUSH = 1 << 9;
    private static final int HEADER = DATA;
    private static final int BUFFER = DATA + 0x1000;
    private static final int STATUS = DATA + 0xF000;
    private static final int IN = 0;
    private static final int OUT = 1;

    private final GuestQueue guest = new GuestQueue(false);
    private final RecordingDisk disk = new RecordingDisk(64);
    private final List<IOException> failures = new ArrayList<>();
    private final VirtioBlk device = new VirtioBlk(disk, "serial-1", 1, failures::add);
    private int requests;

    private void header(int type, long sector) {
        ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        guest.bytes(HEADER, header.putInt(type).putInt(0).putLong(sector).array());
        guest.bytes(STATUS, new byte[]{0x77});
    }

    /// Offers a chain of addresses and lengths, a negative length to be filled, and lets the device
    /// serve it.
    ///
    /// @return its used entry and the byte at [#STATUS]
    private String served(int... chain) {
        for (int n = 0; n < chain.length; n += 2) {
            int flags = (chain[n + 1] < 0 ? WRITE : 0) | (n + 2 < chain.length ? NEXT : 0);
            guest.put(descriptor(n / 2), chain[n], Math.abs(chain[n + 1]), flags, n / 2 + 1);
        }
        guest.offer(0);
        guest.queue.busy();
        device.serve(0, guest.queue);
        return guest.used(requests++ % GuestQueue.SIZE) + " status " + guest.hex(STATUS, 1);
    }

    /// What [#served] gives for a request that filled `bytes` bytes.
    private static String answer(int bytes, int status) {
        return "00 00 00 00 %02x %02x 00 00 status %02x".formatted(bytes & 0xFF, bytes >> 8,
                status);
    }

    private String read(long sector, int bytes) {
        header(IN, sector);
        return served(HEADER, 16, BUFFER, -bytes, STATUS, -1);
    }

    private String write(long sector, int bytes) {
        header(OUT, sector);
        return served(HEADER, 16, BUFFER, bytes, STATUS, -1);
    }

    @Test
    @Graded(exercise = "dev-13", id = "dev-13.read", points = 3)
    void IN_fills_the_buffer_and_the_last_byte_is_the_status() {
        assertThat(read(5, 1024)).as("used entry and status of a read of sectors 5 and 6")
                .isEqualTo(answer(1025, 0));
        assertThat(guest.hex(BUFFER + 510, 4)).as("the buffer where sector 6 begins, each sector "
                + "full of its number").isEqualTo("05 05 06 06");
        assertThat(disk.asked).as("what the disk was asked").containsExactly("read 5+2");
        header(IN, 9);
        assertThat(served(HEADER, 7, HEADER + 7, 9, BUFFER, -1, BUFFER + 1, -600, BUFFER + 601,
                -423, STATUS, -1)).as("the same for sectors 9 and 10 in crooked pieces")
                .isEqualTo(answer(1025, 0));
        assertThat(guest.hex(BUFFER, 1) + " " + guest.hex(BUFFER + 511, 2) + " "
                + guest.hex(BUFFER + 1023, 1)).as("bytes 0, 511, 512 and 1023 of that buffer")
                .isEqualTo("09 09 0a 0a");
        header(IN, 3);
        guest.bytes(BUFFER + 512, new byte[]{0x77});
        served(HEADER, 16, BUFFER, -513);
        assertThat(guest.hex(BUFFER + 511, 2)).as("the end of a piece of 513 bytes that is data "
                + "and status").isEqualTo("03 00");
    }

    @Test
    @Graded(exercise = "dev-13", id = "dev-13.write", points = 2)
    void OUT_puts_the_buffer_on_the_disk_and_is_safe_if_the_driver_cannot_flush() {
        String word = Seed.word("dev-13");
        guest.bytes(BUFFER, word.getBytes(US_ASCII));
        device.start(FLUSH);
        assertThat(write(60, 512)).as("used entry and status of a write of sector 60")
                .isEqualTo(answer(1, 0));
        assertThat(new String(disk.bytes, 60 * 512, 8, US_ASCII)).as("sector 60 on the disk")
                .isEqualTo(word);
        device.start(0);
        assertThat(write(61, 1024)).as("used entry and status of a write of sectors 61 and 62")
                .isEqualTo(answer(1, 0));
        assertThat(disk.asked).as("what the disk was asked; for the second write the driver had "
                + "not taken the feature FLUSH").containsExactly("write 60+1", "write 61+2",
                        "flush");
        disk.readOnly = true;
        assertThat(write(1, 512)).as("used entry and status of a write to a read-only disk")
                .isEqualTo(answer(1, 1));
        assertThat(disk.asked).as("what the read-only disk was asked in addition").hasSize(3);
    }

    @Test
    @Graded(exercise = "dev-13", id = "dev-13.range", points = 3)
    void what_is_not_on_the_disk_fails_with_status_1_and_is_not_asked_for() {
        assertThat(read(63, 512)).as("the last sector").isEqualTo(answer(513, 0));
        assertThat(read(64, 0)).as("no sectors behind the last").isEqualTo(answer(1, 0));
        disk.asked.clear();
        for (long sector : new long[]{63, 64, -1, 1L << 55, 1L << 63, Long.MAX_VALUE,
                Long.MAX_VALUE - 1}) {
            assertThat(read(sector, 1024)).as("a read of 1024 bytes at sector 0x%x of 64", sector)
                    .isEqualTo(answer(1025, 1));
            assertThat(write(sector, 1024)).as("a write of 1024 bytes at sector 0x%x of 64", sector)
                    .isEqualTo(answer(1, 1));
        }
        assertThat(read(0, 100)).as("a read of 100 bytes, no whole sector")
                .isEqualTo(answer(101, 1));
        assertThat(write(0, 1000)).as("a write of 1000 bytes, no whole sectors")
                .isEqualTo(answer(1, 1));
        tooMuch();
        assertThat(disk.asked).as("what the disk was asked in all that").isEmpty();
    }

    /// 64 MiB and one sector, in a memory of 16 MiB: the pieces lie over each other.
    private void tooMuch() {
        int room = 16 << 20;
        guest.addMemory(0x4000_0000, room);
        disk.sizeBytes = 1L << 40;
        header(OUT, 0);
        assertThat(served(HEADER, 16, 0x4000_0000, room, 0x4000_0000, room, 0x4000_0000, room,
                0x4000_0000, room, BUFFER, 512, STATUS, -1))
                .as("a write of 64 MiB and one sector, on a disk of 1 TiB")
                .isEqualTo(answer(1, 1));
    }

    @Test
    @Graded(exercise = "dev-13", id = "dev-13.status", points = 2)
    void every_request_has_an_answer() {
        disk.failure = new IOException("the host's disk is full");
        assertThat(read(1, 512)).as("used entry and status of a read while the host's disk fails")
                .isEqualTo(answer(513, 1));
        assertThat(failures).as("the failures that were told").containsExactly(disk.failure);
        disk.failure = null;
        assertThat(read(1, 512)).as("the same read afterwards").isEqualTo(answer(513, 0));
        header(99, 0);
        assertThat(served(HEADER, 16, BUFFER, -32, STATUS, -1)).as("a request of type 99")
                .isEqualTo(answer(33, 2));
        header(4, 0);
        assertThat(served(HEADER, 16, STATUS, -1)).as("a flush").isEqualTo(answer(1, 0));
        assertThat(disk.asked).as("what the disk was asked").endsWith("flush");
        header(8, 0);
        assertThat(served(HEADER, 16, BUFFER, -20, STATUS, -1))
                .as("a request for the serial number")
                .isEqualTo(answer(21, 0));
        assertThat(guest.hex(BUFFER, 8)).as("the serial number")
                .isEqualTo("73 65 72 69 61 6c 2d 31");
        header(IN, 0);
        assertThat(Thrown.by(() -> served(HEADER, 16))).as("a request without room for its status")
                .isInstanceOf(DriverMistake.class);
        assertThat(Thrown.by(() -> served(HEADER, 15, STATUS, -1))).as("a header of 15 bytes")
                .isInstanceOf(DriverMistake.class);
    }
}
