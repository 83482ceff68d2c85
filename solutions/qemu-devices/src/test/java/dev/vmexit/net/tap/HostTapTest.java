package dev.vmexit.net.tap;

import dev.vmexit.net.Frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A TAP interface of this machine's own kernel, which stays down: no frame goes anywhere.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostTapTest {
    private static final long CAP_NET_ADMIN = 1 << 12;

    private final String name = "vmexit" + ProcessHandle.current().pid();

    @BeforeEach
    void mayMakeInterfaces() throws IOException {
        assumeTrue(Files.isWritable(Path.of(TapDevice.PATH)), "/dev/net/tun is not usable here");
        String effective = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:")).findFirst().orElseThrow();
        long capabilities = Long.parseUnsignedLong(effective.split("\\s+")[1], 16);
        assumeTrue((capabilities & CAP_NET_ADMIN) != 0, "no CAP_NET_ADMIN to make a tap with");
    }

    @Test
    void an_interface_that_is_made_for_a_link_is_down_and_goes_with_it() throws IOException {
        Path there = Path.of("/sys/class/net", name);
        TapLink link = TapLink.open(name);
        assertThat(TapLink.isDown(name)).as("down, where sysfs is this namespace's")
                .isEqualTo(Files.exists(there));
        link.connect(_ -> true);
        link.send(Frame.of(new byte[60]));
        link.close();
        TapLink.open(name).close();
        assertThat(there).doesNotExist();
        assertThat(TapLink.isDown(name)).isFalse();
    }

    @Test
    void a_tap_that_is_in_use_and_an_interface_that_is_no_tap_are_refused() throws IOException {
        try (TapLink first = TapLink.open(name)) {
            assertThatThrownBy(() -> TapLink.open(name)).isInstanceOf(IOException.class)
                    .hasMessageContaining("EBUSY").hasMessageContaining("Another program has it");
            first.connect(_ -> true);
        }
        assertThatThrownBy(() -> TapLink.open("lo")).isInstanceOf(IOException.class)
                .hasMessageContaining("EINVAL").hasMessageContaining("is no tap");
    }
}
