package dev.vmexit.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev01BusTest {
    private final List<String> seen = new ArrayList<>();
    private final Bus bus = new Bus("port");

    /// Says what it was asked, and answers 0x42.
    private BusDevice device(String name) {
        return new BusDevice() {
            @Override
            public long read(long offset, int size) {
                seen.add("%s read %x %d".formatted(name, offset, size));
                return 0x42;
            }

            @Override
            public void write(long offset, int size, long value) {
                seen.add("%s write %x %d %x".formatted(name, offset, size, value));
            }
        };
    }

    private void add(String name, long start, long sizeBytes) {
        bus.add(name, start, sizeBytes, device(name));
    }

    @Test
    @Graded(exercise = "dev-01", id = "dev-01.finds", points = 2)
    void an_access_reaches_the_device_in_whose_range_it_begins_and_is_told_the_offset() {
        String name = Seed.word("dev-01");
        add(name, 0x3F8, 8);
        add("clock", 0x70, 2);
        add("next", 0x400, 1);
        assertThat(bus.read(0x3FD, 1)).as("what the guest reads from port 0x3fd").isEqualTo(0x42);
        bus.write(0x3F8, 1, 'A');
        bus.write(0x3FF, 1, 7);
        bus.write(0x400, 1, 8);
        bus.read(0x70, 2);
        assertThat(seen).as("accesses to 0x3fd, 0x3f8, 0x3ff, 0x400 and 0x70, by device and offset")
                .containsExactly(name + " read 5 1", name + " write 0 1 41",
                        name + " write 7 1 7", "next write 0 1 8", "clock read 0 2");
    }

    @Test
    @Graded(exercise = "dev-01", id = "dev-01.nobody", points = 2)
    void where_nobody_lives_a_read_is_all_ones_and_a_write_vanishes() {
        add("a", 0x60, 4);
        assertThat(bus.read(0x5F, 1)).as("a read below the lowest device").isEqualTo(-1);
        assertThat(bus.read(0x64, 1)).as("a read behind the last byte of a device").isEqualTo(-1);
        assertThat(bus.read(0x62, 4)).as("a read of 4 bytes of which 2 are a device's")
                .isEqualTo(-1);
        bus.write(0x5F, 2, 1);
        bus.write(0x63, 2, 1);
        bus.write(0xFFFF, 1, 1);
        assertThat(seen).as("what reached the device").isEmpty();
        assertThat(bus.read(0x60, 4)).as("a read that ends with the device").isEqualTo(0x42);
    }

    @Test
    @Graded(exercise = "dev-01", id = "dev-01.overlap", points = 3)
    void a_range_that_overlaps_another_is_refused_with_both_names_and_nothing_changes() {
        add("UART", 0x3F8, 8);
        isRefused(0x3F8, 8, "the same range");
        isRefused(0x3F1, 8, "one that ends with the UART's first port");
        isRefused(0x3FF, 8, "one that begins with the UART's last port");
        isRefused(0x3F0, 0x20, "one around the UART");
        isRefused(0x3FA, 1, "one inside the UART");
        add("below", 0x3F0, 8);
        add("above", 0x400, 8);
        bus.write(0x3F8, 1, 1);
        bus.write(0x3FF, 1, 2);
        assertThat(seen).as("writes to the UART's ports after the refusals")
                .containsExactly("UART write 0 1 1", "UART write 7 1 2");
    }

    private void isRefused(long start, long sizeBytes, String what) {
        assertThat(catchThrowable(() -> add("modem", start, sizeBytes))).as(what)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("modem", "UART");
    }

    @Test
    @Graded(exercise = "dev-01", id = "dev-01.unsigned", points = 1)
    void addresses_are_unsigned_up_to_the_last_one() {
        add("top", -4096, 4096);
        add("low", 0x1000, 0x1000);
        add("half", Long.MIN_VALUE, 4096);
        bus.read(-8, 8);
        bus.read(0x1FF8, 8);
        bus.read(Long.MIN_VALUE + 1, 1);
        assertThat(bus.read(-4097, 1)).as("a read below 0xffff_ffff_ffff_f000").isEqualTo(-1);
        assertThat(seen).as("reads at 0xffff_ffff_ffff_fff8, 0x1ff8 and 0x8000_0000_0000_0001")
                .containsExactly("top read ff8 8", "low read ff8 8", "half read 1 1");
    }
}
