package dev.vmexit.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BusTest {
    private final List<String> seen = new ArrayList<>();
    private final Bus bus = new Bus("port");

    private BusDevice device(String name) {
        return new BusDevice() {
            @Override
            public long read(long offset, int size) {
                seen.add(name + " read " + offset + " " + size);
                return 0x42;
            }

            @Override
            public void write(long offset, int size, long value) {
                seen.add(name + " write " + offset + " " + size + " " + value);
            }
        };
    }

    @Test
    void an_access_reaches_the_device_in_whose_range_it_begins_by_offset() {
        bus.add("a", 0x60, 5, device("a"));
        bus.add("b", 0x65, 1, device("b"));
        assertThat(bus.read(0x64, 1)).isEqualTo(0x42);
        bus.write(0x65, 1, 7);
        assertThat(seen).containsExactly("a read 4 1", "b write 0 1 7");
    }

    @Test
    void nobody_answers_with_all_ones_and_writes_vanish() {
        bus.add("a", 0x60, 4, device("a"));
        assertThat(bus.read(0x5F, 1)).isEqualTo(-1);
        assertThat(bus.read(0x64, 1)).isEqualTo(-1);
        bus.write(0x1000, 4, 1);
        assertThat(seen).isEmpty();
    }

    @Test
    void an_access_that_runs_over_the_end_of_a_range_reaches_nobody() {
        bus.add("a", 0x60, 4, device("a"));
        assertThat(bus.read(0x62, 4)).isEqualTo(-1);
        assertThat(bus.read(0x60, 4)).isEqualTo(0x42);
    }

    @Test
    void an_overlap_is_refused_with_both_names() {
        bus.add("UART", 0x3F8, 8, device("a"));
        for (long start : new long[]{0x3F1, 0x3F8, 0x3FF}) {
            assertThatThrownBy(() -> bus.add("modem", start, 8, device("b")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("modem").hasMessageContaining("UART");
        }
        bus.add("neighbour", 0x400, 8, device("b"));
    }

    @Test
    void addresses_are_unsigned_and_a_range_does_not_wrap() {
        bus.add("top", -4096, 4096, device("top"));
        bus.add("middle", Long.MIN_VALUE, 4096, device("middle"));
        assertThat(bus.read(-8, 8)).isEqualTo(0x42);
        assertThat(seen).containsExactly("top read 4088 8");
        assertThatThrownBy(() -> bus.add("wrap", -4, 8, device("x")))
                .hasMessageContaining("no range");
        assertThatThrownBy(() -> bus.add("none", 0, 0, device("x")))
                .hasMessageContaining("no range");
    }
}
