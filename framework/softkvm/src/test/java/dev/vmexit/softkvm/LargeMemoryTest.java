package dev.vmexit.softkvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import dev.vmexit.host.ScriptedKernel;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LargeMemoryTest {
    private static final int FLAGS = LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS;
    private static final int MIB = 1 << 20;

    private final ScriptedKernel host = new ScriptedKernel();
    private final SoftKernel kernel = new SoftKernel(Options.DEFAULT, Optional.of(host));

    private long map(long length) {
        return kernel.mmap(length, LibC.PROT_READ | LibC.PROT_WRITE, FLAGS, -1, 0);
    }

    @Test
    void guest_memory_begins_with_a_large_page_and_the_host_is_told() {
        long address = map(4 * MIB);

        assertThat(address % (2 * MIB)).isZero();
        assertThat(host.calls()).containsExactly("mmap(%d)".formatted(6 * MIB),
                "madvise(0x%x, %d, 14)".formatted(address, 4 * MIB));
        assertThat(address).isBetween(host.mapped(0).address(), host.mapped(0).address() + 2 * MIB);
    }

    @Test
    void all_of_it_goes_back_to_the_host() {
        long address = map(4 * MIB);

        assertThat(kernel.munmap(address, 4 * MIB)).isZero();

        assertThat(host.calls()).last().isEqualTo("munmap(%d)".formatted(6 * MIB));
        assertThat(host.openMappings()).isZero();
    }

    @Test
    void a_host_without_room_is_ENOMEM() {
        host.failMmapWith(Errno.ENOMEM);

        assertThat(map(4 * MIB)).isEqualTo(-Errno.ENOMEM.number());
        assertThat(map(Long.MAX_VALUE - MIB)).isEqualTo(-Errno.ENOMEM.number());
    }

    @Test
    void what_is_less_than_a_large_page_is_no_matter_of_the_host() {
        long address = map(MIB);

        assertThat(address).isPositive();
        assertThat(host.calls()).isEmpty();
        assertThat(kernel.munmap(address, MIB)).isZero();
    }
}
