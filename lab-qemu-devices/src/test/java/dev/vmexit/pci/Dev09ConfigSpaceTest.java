package dev.vmexit.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class Dev09ConfigSpaceTest {
    private static final int COMMAND = 0x04;
    private static final int BAR_0 = 0x10;
    private static final int BAR_2 = 0x18;
    /// Where the window of the regions begins; offsets there count from it.
    private static final long WINDOW = PciHost.MEMORY;
    /// A device ID that changes from run to run.
    private static final int DEVICE = Seed.word("dev-09").hashCode() & 0x7FFF;

    private final List<String> seen = new ArrayList<>();
    private final PciFunction function = new PciFunction(
            new PciFunction.Identity(0x1AF4, DEVICE, 0xFF_0000, 1, 0x1044));

    /// Registers that answer with a number of theirs and note what they are told.
    private final class Region implements BusDevice {
        private final String name;

        Region(String name) {
            this.name = name;
        }

        @Override
        public long read(long offset, int size) {
            return 0xA000 + offset;
        }

        @Override
        public void write(long offset, int size, long value) {
            seen.add("%s %x %d %x".formatted(name, offset, size, value));
        }
    }

    private static String hex(long value, int size) {
        String digits = "%016x".formatted(value);
        return digits.substring(16 - 2 * size);
    }

    private String config(int offset, int size) {
        return hex(function.read(offset, size), size);
    }

    @Test
    @Graded(exercise = "dev-09", id = "dev-09.bits", points = 2)
    void a_write_changes_the_drivers_bits_and_no_others() {
        String id = "%04x1af4".formatted(DEVICE);
        function.write(0, 4, 0xFFFF_FFFFL);
        assertThat(config(0, 4)).as("device and vendor ID after a write of ffffffff").isEqualTo(id);
        function.write(COMMAND, 4, 0xFFFF_FFFFL);
        assertThat(config(COMMAND, 4)).as("status and command after a write of ffffffff: Interrupt "
                + "Disable, Bus Master and Memory Space are the driver's").isEqualTo("00000406");
        function.write(COMMAND, 1, 0x02);
        assertThat(config(COMMAND, 2)).as("command after a write of 02 to its low byte")
                .isEqualTo("0402");
        function.write(COMMAND + 1, 1, 0);
        assertThat(config(COMMAND, 2)).as("command after a write of 00 to its high byte")
                .isEqualTo("0002");
        function.write(0x3C, 2, 0x550B);
        assertThat(config(0x3C, 2)).as("interrupt line and pin after a write of 550b: the line is "
                + "the driver's").isEqualTo("000b");
        function.allow(0xFE, 2, 0xFFFF);
        function.write(0xFE, 4, 0x1122_3344);
        assertThat(config(0xFE, 2)).as("the last two bytes after a write of 11223344 there: what "
                + "is behind the end is dropped").isEqualTo("3344");
    }

    @Test
    @Graded(exercise = "dev-09", id = "dev-09.ports", points = 3)
    void the_ports_0xcf8_and_0xcfc_lead_to_every_byte() {
        var host = new PciHost();
        host.add(function);
        BusDevice ports = host.ports();
        ports.write(0, 4, 0x8000_0800L);
        assertThat(hex(ports.read(0, 4), 4)).as("IN of 4 bytes at 0xcf8 after OUT of 80000800")
                .isEqualTo("80000800");
        assertThat(hex(ports.read(4, 4), 4)).as("device 1, register 0: 4 bytes at 0xcfc")
                .isEqualTo("%04x1af4".formatted(DEVICE));
        assertThat(hex(ports.read(6, 2), 2)).as("device 1, register 0: 2 bytes at 0xcfe")
                .isEqualTo("%04x".formatted(DEVICE));
        ports.write(0, 4, 0x8000_083CL);
        ports.write(4, 1, 0x0A);
        assertThat(config(0x3C, 1)).as("the interrupt line of device 1 after OUT of 0a to 0xcfc")
                .isEqualTo("0a");
        ports.write(0, 1, 0);
        ports.write(2, 2, 0);
        assertThat(hex(ports.read(4, 1), 1)).as("the same register after writes of 1 and 2 bytes "
                + "to 0xcf8: only 4 bytes set the address").isEqualTo("0a");
        assertThat(hex(ports.read(0, 2), 2)).as("IN of 2 bytes at 0xcf8").isEqualTo("ffff");
        nobody(ports);
    }

    private void nobody(BusDevice ports) {
        for (long address : new long[]{0x0000_083CL, 0x8001_083CL, 0x8000_103CL, 0x8000_093CL}) {
            ports.write(0, 4, address);
            ports.write(4, 1, 0x77);
            assertThat(hex(ports.read(4, 4), 4)).as("0xcfc with the address %08x: bit 31 is clear, "
                    + "or there is no such bus, device or function", address)
                    .isEqualTo("ffffffff");
        }
        assertThat(config(0x3C, 1)).as("the interrupt line, that none of them could change")
                .isEqualTo("0a");
    }

    @Test
    @Graded(exercise = "dev-09", id = "dev-09.sizing", points = 2)
    void a_BAR_tells_the_size_of_its_region_to_a_driver_that_writes_all_ones() {
        function.addRegion(0, 0x4000, new Region("A"));
        function.addRegion(2, 16, new Region("B"));
        function.write(BAR_0, 4, 0xFFFF_FFFFL);
        assertThat(config(BAR_0, 4)).as("BAR 0 of 0x4000 bytes after a write of ffffffff")
                .isEqualTo("ffffc000");
        function.write(BAR_2, 4, 0xFFFF_FFFFL);
        assertThat(config(BAR_2, 4)).as("BAR 2 of 16 bytes after a write of ffffffff")
                .isEqualTo("fffffff0");
        function.write(BAR_0 + 4, 4, 0xFFFF_FFFFL);
        assertThat(config(BAR_0 + 4, 4)).as("BAR 1, which has no region, after ffffffff")
                .isEqualTo("00000000");
        function.write(BAR_0, 4, 0xC012_7FFFL);
        assertThat(config(BAR_0, 4)).as("BAR 0 after a write of c0127fff").isEqualTo("c0124000");
    }

    @Test
    @Graded(exercise = "dev-09", id = "dev-09.decode", points = 3)
    void a_region_answers_at_its_BAR_while_memory_space_is_enabled() {
        function.addRegion(0, 0x1000, new Region("A"));
        function.addRegion(2, 0x100, new Region("B"));
        var host = new PciHost();
        host.add(function);
        moved(host, function.read(BAR_0, 4) - WINDOW);
        host.memory().write(0x12_4020, 2, 7);
        host.memory().write(0x12_4FFF, 2, 7);
        long other = function.read(BAR_2, 4) - WINDOW;
        host.memory().write(other + 0xFF, 1, 9);
        host.memory().write(other + 0x100, 1, 9);
        assertThat(seen).as("what the regions were told; c0124fff with 2 bytes, and the byte behind"
                + " BAR 2, are nobody's").containsExactly("A 20 2 7", "B ff 1 9");
        host.ecam().write(1 << 15 | COMMAND, 2, 0);
        assertThat(hex(host.memory().read(0x12_4010, 4), 4))
                .as("a read at c0124010 with Memory Space Enable clear").isEqualTo("ffffffff");
        host.ecam().write(1 << 15 | COMMAND, 2, 2);
        assertThat(hex(host.memory().read(0x12_4010, 4), 4))
                .as("a read at c0124010 with Memory Space Enable set again").isEqualTo("0000a010");
    }

    /// BAR 0 goes from where firmware put it to 0xC012_4000.
    private static void moved(PciHost host, long before) {
        assertThat(hex(host.memory().read(before + 0x10, 4), 4))
                .as("a read 0x10 behind the address in BAR 0, before the driver moves it")
                .isEqualTo("0000a010");
        host.ecam().write(1 << 15 | BAR_0, 4, 0xC012_4000L);
        String address = "%x".formatted(WINDOW + before + 0x10);
        assertThat(hex(host.memory().read(before + 0x10, 4), 4))
                .as("a read at %s, where BAR 0 was before", address).isEqualTo("ffffffff");
        assertThat(hex(host.memory().read(0x12_4010, 4), 4))
                .as("a read at c0124010, with BAR 0 set to c0124000").isEqualTo("0000a010");
    }
}
