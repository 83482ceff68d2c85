package dev.vmexit.net.tap;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.host.Errno;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TapLinkTest {
    private static final int EBADFD = 77;
    private static final byte[] FRAME = "to the guest, 14 bytes and more".getBytes();
    private static final byte[] NEXT = "the frame behind it, after that".getBytes();

    private final TapKernel kernel = new TapKernel();
    private final BlockingQueue<byte[]> delivered = new LinkedBlockingQueue<>();
    private final BlockingQueue<byte[]> refused = new LinkedBlockingQueue<>();
    private volatile boolean full;

    private TapLink open() throws IOException {
        return TapLink.open(kernel, "tap0");
    }

    private TapLink connect() throws IOException {
        TapLink link = open();
        link.connect(frame -> full ? !refused.add(frame.bytes()) : delivered.add(frame.bytes()));
        return link;
    }

    @Test
    void TUNSETIFF_asks_for_frames_without_packet_information() throws IOException {
        open().close();
        assertThat(kernel.calls).containsExactly("open /dev/net/tun 0x80002",
                "ioctl 0x400454ca tap0 0x1002", "close 7");
    }

    @ParameterizedTest
    @CsvSource({"ENOENT, modprobe tun", "ENODEV, modprobe tun", "EACCES, Your user may not"})
    void a_device_file_that_cannot_be_opened_is_told_with_what_to_do(Errno errno, String advice) {
        kernel.openErrno = errno.number();
        assertThatThrownBy(this::open).isInstanceOf(IOException.class)
                .hasMessageContaining("/dev/net/tun cannot be opened: " + errno)
                .hasMessageContaining(advice);
    }

    @ParameterizedTest
    @CsvSource({"EPERM, sudo ip tuntap add dev tap0 mode tap user $USER",
            "EBUSY, Another program has it", "EINVAL, ip -d link show tap0", "ENOMEM, tap0"})
    void an_interface_that_cannot_be_had_is_told_with_what_to_do(Errno errno, String advice) {
        kernel.attachErrno = errno.number();
        assertThatThrownBy(this::open).isInstanceOf(IOException.class)
                .hasMessageContaining("the tap tap0 cannot be had: " + errno)
                .hasMessageContaining(advice);
        assertThat(kernel.calls).last().as("nothing stays open").isEqualTo("close 7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "a:b", "tap%d", "sixteen-letters-", "tüp"})
    void a_name_that_no_interface_can_have_is_refused_before_anything_is_opened(String name) {
        assertThatThrownBy(() -> TapLink.open(kernel, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + name + "\" is no name of a network interface");
        assertThat(kernel.calls).isEmpty();
    }

    @Test
    void the_longest_name_fits_with_its_zero() throws IOException {
        TapLink.open(kernel, "fifteen-letters").close();
        assertThat(kernel.calls).contains("ioctl 0x400454ca fifteen-letters 0x1002");
    }

    @Test
    void frames_go_through_unchanged_both_ways() throws Exception {
        try (TapLink link = connect()) {
            kernel.fromHost.add(FRAME);
            kernel.fromHost.add(NEXT);
            assertThat(delivered.take()).isEqualTo(FRAME);
            assertThat(delivered.take()).isEqualTo(NEXT);
            link.send(Frame.of(FRAME));
            link.send(Frame.of(NEXT));
            assertThat(kernel.toHost).containsExactly(FRAME, NEXT);
        }
    }

    @Test
    void a_frame_longer_than_any_packet_is_lost() throws IOException {
        try (TapLink link = connect()) {
            link.send(Frame.of(new byte[TapDevice.MOST_FRAME_BYTES + 1]));
            link.send(Frame.of(new byte[TapDevice.MOST_FRAME_BYTES]));
            assertThat(kernel.toHost).singleElement()
                    .satisfies(frame -> assertThat(frame).hasSize(TapDevice.MOST_FRAME_BYTES));
        }
    }

    @Test
    void a_frame_for_which_there_is_no_room_waits_and_comes_first() throws Exception {
        full = true;
        try (TapLink link = connect()) {
            kernel.fromHost.add(FRAME);
            kernel.fromHost.add(NEXT);
            assertThat(refused.take()).isEqualTo(FRAME);
            full = false;
            link.roomAgain();
            assertThat(delivered.take()).isEqualTo(FRAME);
            assertThat(delivered.take()).isEqualTo(NEXT);
        }
        assertThat(refused).as("offered once in vain, and not in a loop").isEmpty();
    }

    @Test
    void room_between_the_refusal_and_the_wait_is_not_missed() throws Exception {
        TapLink link = open();
        link.connect(frame -> {
            if (refused.isEmpty()) {
                refused.add(frame.bytes());
                link.roomAgain();
                return false;
            }
            return delivered.add(frame.bytes());
        });
        kernel.fromHost.add(FRAME);
        assertThat(delivered.take()).isEqualTo(FRAME);
        link.close();
    }

    @Test
    void close_ends_a_wait_for_a_frame_and_closes_the_descriptor_after_it() throws IOException {
        TapLink link = connect();
        link.close();
        link.close();
        assertThat(kernel.calls).filteredOn("close 7"::equals).hasSize(1);
        kernel.fromHost.add(FRAME);
        link.send(Frame.of(FRAME));
        assertThat(delivered).isEmpty();
        assertThat(kernel.toHost).as("the number may be another file's").isEmpty();
    }

    @Test
    void close_ends_a_wait_for_room() throws Exception {
        full = true;
        TapLink link = connect();
        kernel.fromHost.add(FRAME);
        refused.take();
        link.close();
        assertThat(delivered).isEmpty();
    }

    @Test
    void an_interface_that_is_deleted_is_a_dead_cable() throws Exception {
        TapLink link = connect();
        kernel.readErrno = EBADFD;
        kernel.fromHost.add(FRAME);
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("tap tap0"))) {
            Thread.onSpinWait(); // until the reader has ended by itself
        }
        link.send(Frame.of(FRAME));
        link.close();
        assertThat(delivered).isEmpty();
    }
}
