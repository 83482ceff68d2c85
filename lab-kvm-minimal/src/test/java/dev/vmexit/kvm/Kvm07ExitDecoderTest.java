package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.memory.GuestAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Kvm07ExitDecoderTest {
    private static final int DATA_AT = 0x1000;

    private final MemorySegment page = Arena.ofAuto().allocate(Scripts.RUN_PAGE_BYTES, 8);

    private VmExit decode(int reason) {
        page.set(JAVA_INT, 8, reason);
        return ExitDecoder.decode(new KvmRun(page));
    }

    private VmExit io(boolean out, int size, int port, int count) {
        page.set(JAVA_BYTE, 32, (byte) (out ? 1 : 0));
        page.set(JAVA_BYTE, 33, (byte) size);
        page.set(JAVA_SHORT, 34, (short) port);
        page.set(JAVA_INT, 36, count);
        page.set(JAVA_LONG, 40, DATA_AT);
        return decode(2);
    }

    private VmExit mmio(boolean write, long address, int size, long data) {
        page.set(JAVA_LONG, 32, address);
        page.set(JAVA_LONG, 40, data);
        page.set(JAVA_INT, 48, size);
        page.set(JAVA_BYTE, 52, (byte) (write ? 1 : 0));
        return decode(6);
    }

    /// The port as the guest's instruction had it, in two bytes.
    private static String port(int port) {
        return "%02x %02x".formatted(port >>> 8, port & 0xFF);
    }

    @Test
    @Graded(exercise = "kvm-07", id = "kvm-07.port", points = 2)
    void an_OUT_has_its_port_size_and_bytes() {
        page.set(JAVA_BYTE, DATA_AT, (byte) 'A');
        assertThat(io(true, 1, 0x3F8, 1)).isInstanceOfSatisfying(VmExit.Out.class, out -> {
            assertThat(port(out.port())).as("the guest wrote 0x41 ('A') to port 0x3f8; your code "
                    + "reported port 0x%04x", out.port()).isEqualTo("03 f8");
            assertThat(out.size()).as("size").isEqualTo(1);
            assertThat(HexFormat.of().formatHex(out.data())).as("the byte").isEqualTo("41");
        });
        assertThat(io(true, 4, 0xFFFE, 1)).isInstanceOfSatisfying(VmExit.Out.class,
                out -> assertThat(port(out.port())).as("ports are unsigned").isEqualTo("ff fe"));
    }

    @Test
    @Graded(exercise = "kvm-07", id = "kvm-07.string", points = 2)
    void a_string_OUT_has_count_times_size_bytes() {
        for (int i = 0; i < 6; i++) {
            page.set(JAVA_BYTE, DATA_AT + i, (byte) (0x10 + i));
        }
        assertThat(io(true, 2, 0x1F0, 3)).isInstanceOfSatisfying(VmExit.Out.class, out -> {
            assertThat(out.count()).as("REP OUTSW with CX = 3: count").isEqualTo(3);
            assertThat(HexFormat.ofDelimiter(" ").formatHex(out.data())).as("the bytes")
                    .isEqualTo("10 11 12 13 14 15");
        });
    }

    @Test
    @Graded(exercise = "kvm-07", id = "kvm-07.in", points = 2)
    void an_IN_has_a_port_and_a_size_and_no_data_yet() {
        assertThat(io(false, 4, 0xCFC, 1)).as("the guest executed IN EAX, DX with DX = 0xcfc")
                .isEqualTo(new VmExit.In(0xCFC, 4, 1));
    }

    @Test
    @Graded(exercise = "kvm-07", id = "kvm-07.mmio", points = 2)
    void MMIO_has_an_address_a_size_and_for_a_write_only_that_many_bytes() {
        var address = new GuestAddress(0xFEE0_0020L);
        assertThat(mmio(true, 0xFEE0_0020L, 4, 0x1122_3344_5566_7788L))
                .as("a write of four bytes; the other four of mmio.data are old")
                .isEqualTo(new VmExit.MmioWrite(address, 4, 0x5566_7788L));
        assertThat(mmio(true, 0xFEE0_0020L, 8, -2)).as("a write of eight bytes")
                .isEqualTo(new VmExit.MmioWrite(address, 8, -2));
        assertThat(mmio(true, 0xFEE0_0020L, 9, -2)).as("a length that cannot be: 8 at most")
                .isEqualTo(new VmExit.MmioWrite(address, 8, -2));
        assertThat(mmio(false, 0xFEE0_0020L, 2, 0)).as("a read of two bytes")
                .isEqualTo(new VmExit.MmioRead(address, 2));
    }

    @Test
    @Graded(exercise = "kvm-07", id = "kvm-07.others", points = 2)
    void every_other_reason_has_its_record_and_an_unknown_one_keeps_its_number() {
        assertThat(decode(5)).isEqualTo(new VmExit.Hlt());
        assertThat(decode(8)).isEqualTo(new VmExit.Shutdown());
        assertThat(decode(10)).isEqualTo(new VmExit.Interrupted());
        assertThat(decode(77)).isEqualTo(new VmExit.Unknown(77));
        assertThat(decode(-2)).as("reasons are unsigned").isEqualTo(
                new VmExit.Unknown(0xFFFF_FFFEL));
        page.set(JAVA_LONG, 32, 0x8000_0021L);
        page.set(JAVA_INT, 40, 3);
        assertThat(decode(9)).isEqualTo(new VmExit.FailEntry(0x8000_0021L, 3));
        page.set(JAVA_INT, 32, 1);
        page.set(JAVA_INT, 36, 0);
        assertThat(decode(17)).isInstanceOfSatisfying(VmExit.InternalError.class,
                error -> assertThat(error.suberror()).isEqualTo(1));
        assertThat(decode(24)).isEqualTo(new VmExit.SystemEvent(1));
    }
}
