package dev.vmexit.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vmexit.bus.BusDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PciHostTest {
    private static final int ID = 0x1044_1AF4;
    private static final int BAR_0 = 0x10;

    private final PciHost host = new PciHost();
    private final List<String> seen = new ArrayList<>();
    private final PciFunction function = new PciFunction(
            new PciFunction.Identity(0x1AF4, 0x1044, 0xFF_0000, 1, 0x1044));

    private void addFunction() {
        function.addRegion(0, 0x1000, new BusDevice() {
            @Override
            public long read(long offset, int size) {
                return 0xA000 + offset;
            }

            @Override
            public void write(long offset, int size, long value) {
                seen.add("%x=%x".formatted(offset, value));
            }
        });
        host.add(function);
    }

    private long ecam(int register, int size) {
        return host.ecam().read(1 << 15 | register, size);
    }

    private void ecamWrite(int register, int size, long value) {
        host.ecam().write(1 << 15 | register, size, value);
    }

    @Test
    void both_ways_lead_to_the_same_bytes() {
        addFunction();
        BusDevice ports = host.ports();
        ports.write(0, 4, 0x8000_0000L | 1 << 11);
        assertThat(ports.read(4, 4)).isEqualTo(ID);
        assertThat(ports.read(6, 2)).isEqualTo(0x1044);
        assertThat(ecam(0, 4)).isEqualTo(ID);
        assertThat(ports.read(0, 4)).isEqualTo(0x8000_0000L | 1 << 11);
    }

    @Test
    void where_nobody_is_all_bits_are_set() {
        addFunction();
        assertThat(host.ecam().read(2 << 15, 4)).isEqualTo(-1);
        assertThat(host.ecam().read(1 << 15 | 1 << 12, 4)).as("function 1").isEqualTo(-1);
        BusDevice ports = host.ports();
        assertThat(ports.read(4, 4)).as("not enabled").isEqualTo(-1);
        ports.write(0, 4, 0x8001_0000L);
        assertThat(ports.read(4, 4)).as("bus 1").isEqualTo(-1);
        assertThat(ecam(0x100, 4)).as("no extended capability").isZero();
    }

    @Test
    void a_region_tells_its_size() {
        addFunction();
        long before = ecam(BAR_0, 4);
        ecamWrite(BAR_0, 4, 0xFFFF_FFFFL);
        assertThat(ecam(BAR_0, 4)).isEqualTo(0xFFFF_F000L);
        ecamWrite(BAR_0, 4, before);
        assertThat(ecam(BAR_0, 4)).isEqualTo(before);
        ecamWrite(BAR_0 + 4, 4, 0xFFFF_FFFFL);
        assertThat(ecam(BAR_0 + 4, 4)).as("no such region").isZero();
    }

    @Test
    void a_region_answers_where_it_was_put() {
        addFunction();
        BusDevice memory = host.memory();
        assertThat(memory.read(0x10, 4)).as("placed as firmware does").isEqualTo(0xA010);
        ecamWrite(BAR_0, 4, 0xC123_4000L);
        assertThat(memory.read(0x10, 4)).isEqualTo(-1);
        assertThat(memory.read(0x123_4010, 4)).isEqualTo(0xA010);
        memory.write(0x123_4020, 2, 7);
        memory.write(0x123_4FFF, 2, 7);
        assertThat(seen).containsExactly("20=7");
        ecamWrite(4, 2, 0);
        assertThat(memory.read(0x123_4010, 4)).as("Memory Space Enable is off").isEqualTo(-1);
    }

    @Test
    void what_is_not_the_drivers_stays() {
        addFunction();
        for (int register = 0; register < 16; register += 4) {
            long before = ecam(register, 4) & (register == 4 ? 0xFFFF_0000L : -1L);
            ecamWrite(register, 4, 0x5555_5555L & ~(register == 4 ? 0xFFFF : 0));
            assertThat(ecam(register, 4) & (register == 4 ? 0xFFFF_0000L : -1L)).isEqualTo(before);
        }
    }

    @Test
    void capabilities_are_a_list() {
        int first = function.addCapability(0x09, new byte[]{1, 2, 3});
        int second = function.addCapability(0x11, new byte[10]);
        addFunction();
        assertThat(ecam(6, 2) & 1 << 4).isNotZero();
        assertThat(ecam(0x34, 1)).isEqualTo(first);
        assertThat(ecam(first, 4)).isEqualTo(0x0201_0009L | second << 8);
        assertThat(ecam(second, 2)).isEqualTo(0x0011);
    }

    @Test
    void a_region_of_no_power_of_two_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> function.addRegion(0, 0x1800, null));
        assertThatIllegalArgumentException().isThrownBy(() -> function.addRegion(6, 0x1000, null));
        addFunction();
        assertThatIllegalArgumentException().isThrownBy(() -> function.addRegion(0, 0x1000, null));
    }

    @Test
    void a_bus_has_32_devices() {
        for (int n = 1; n < 32; n++) {
            host.add(new PciFunction(new PciFunction.Identity(1, n, 0, 0, 0)));
        }
        assertThatIllegalArgumentException().isThrownBy(
                () -> host.add(new PciFunction(new PciFunction.Identity(1, 32, 0, 0, 0))));
    }
}
