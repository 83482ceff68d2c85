package dev.vmexit.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.memory.MemorySlots;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxLoaderTest {
    private static final long MiB = 1 << 20;
    private static final GuestAddress PARAMS = BootParams.ADDRESS;

    @TempDir
    private Path directory;

    private final MemorySlots slots = new MemorySlots();
    private final GuestMemory memory = new GuestMemory(slots);

    private void ram(long start, long size) {
        slots.add(new MemorySlot(slots.all().size(), new GuestAddress(start),
                Arena.ofAuto().allocate(size, 4096), MemorySlot.Access.READ_WRITE));
    }

    private LinuxLoader loader(byte[] initrd, String commandLine) throws IOException {
        return new LinuxLoader(BzImage.read(Kernels.write(directory, Kernels.bzImage(4096))),
                initrd, commandLine);
    }

    @Test
    void kernel_initrd_and_command_line_are_where_boot_params_says() throws IOException {
        ram(0, 64 * MiB);
        loader(new byte[]{1, 2, 3}, "console=ttyS0").load(memory, slots.all());
        assertThat(memory.read(new GuestAddress(0x10_0000), 4)).isEqualTo(
                java.util.Arrays.copyOfRange(Kernels.bzImage(4096), Kernels.SETUP_BYTES,
                        Kernels.SETUP_BYTES + 4));
        var text = new GuestAddress(memory.readInt(PARAMS.plus(0x228)));
        assertThat(memory.read(text, 14)).isEqualTo("console=ttyS0\0".getBytes());
        var initrd = new GuestAddress(memory.readInt(PARAMS.plus(0x218)));
        assertThat(initrd).isEqualTo(new GuestAddress(64 * MiB - 4096));
        assertThat(memory.readInt(PARAMS.plus(0x21C))).isEqualTo(3);
        assertThat(memory.read(initrd, 3)).containsExactly(1, 2, 3);
    }

    @Test
    void the_memory_map_leaves_out_the_BIOS_area_and_the_device_hole() throws IOException {
        ram(0, 64 * MiB);
        ram(1L << 32, 16 * MiB);
        loader(new byte[0], "").load(memory, slots.all());
        assertThat(memory.read(PARAMS.plus(0x1E8), 1)).containsExactly(4);
        String[] expected = {"0 9fc00 1", "9fc00 60400 2", "100000 3f00000 1",
                "100000000 1000000 1"};
        for (int i = 0; i < expected.length; i++) {
            GuestAddress entry = PARAMS.plus(0x2D0 + 20L * i);
            assertThat("%x %x %x".formatted(memory.readLong(entry),
                    memory.readLong(entry.plus(8)), memory.readInt(entry.plus(16))))
                    .isEqualTo(expected[i]);
        }
    }

    @Test
    void what_does_not_fit_is_refused_before_anything_is_written() throws IOException {
        ram(0, 30 * MiB);
        assertThatThrownBy(() -> loader(new byte[0], "").load(memory, slots.all()))
                .isInstanceOf(BootFailure.class)
                .hasMessage("the kernel needs memory up to 32 MiB, and the guest has 30 MiB; "
                        + "pass a larger --memory");
        assertThat(memory.readInt(new GuestAddress(0x10_0000))).isZero();
    }

    @Test
    void an_initrd_or_a_command_line_that_is_too_long_is_refused() throws IOException {
        ram(0, 34 * MiB);
        assertThatThrownBy(() -> loader(new byte[3 << 20], "").load(memory, slots.all()))
                .hasMessageContaining("kernel and initrd (3 MiB) do not fit into 34 MiB");
        assertThatThrownBy(() -> loader(new byte[0], "x".repeat(65)).load(memory, slots.all()))
                .hasMessage("the command line has 65 bytes; this kernel takes 64");
    }
}
