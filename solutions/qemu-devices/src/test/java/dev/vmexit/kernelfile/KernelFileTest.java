package dev.vmexit.kernelfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which kind of kernel a file is.
class KernelFileTest {
    private static final Path NAME = Path.of("a/kernel");
    private static final byte[] CODE = {0x0F, 0x0B, 0, 0};

    private static byte[] pvh(byte[]... notes) {
        return ElfFile.of64(0x10_0000).load(0x10_0000, CODE).notes(notes).bytes();
    }

    private static KernelFile of(byte[] file) {
        return KernelFile.of(NAME, file);
    }

    private static void isRefused(byte[] file, String why) {
        assertThatThrownBy(() -> of(file)).isInstanceOf(BootFailure.class)
                .hasMessageStartingWith("kernel a/kernel: ").hasMessageContaining(why);
    }

    @Test
    void the_contents_tell_the_kind() {
        assertThat(of(Kernels.bzImage(64))).isInstanceOf(LinuxKernel.class);
        assertThat(of(MultibootFile.elf(a -> a.hlt()))).isInstanceOf(MultibootKernel.class);
        assertThat(of(MultibootFile.addressed(a -> a.hlt()))).isInstanceOf(MultibootKernel.class);
        assertThat(of(pvh(ElfFile.entryNote(0x10_0000)))).isInstanceOf(PvhKernel.class);
        byte[] small = ElfFile.of32(0).load(0x10_0000, CODE).notes(ElfFile.entryNote(0x10_0000))
                .bytes();
        assertThat(of(small)).isInstanceOf(PvhKernel.class);
    }

    @Test
    void a_file_of_two_kinds_is_what_QEMU_takes_it_for() {
        byte[] header = MultibootFile.header(MultibootFile.ADDRESSES, 0x10_0000, 0x10_0000, 0, 0,
                0x10_0000);
        byte[] bzImage = Kernels.bzImage(64);
        System.arraycopy(header, 0, bzImage, 0x400, header.length);
        assertThat(of(bzImage)).isInstanceOf(LinuxKernel.class);
        byte[] both = ElfFile.of32(0x10_0000).load(0x10_0000, MultibootFile.header(0))
                .notes(ElfFile.entryNote(0x10_0000)).bytes();
        assertThat(of(both)).isInstanceOf(MultibootKernel.class);
    }

    @Test
    void Linux_is_known_by_its_notes() {
        byte[] entry = ElfFile.entryNote(0x10_0000);
        assertThat(of(pvh(entry)).isLinux()).isFalse();
        assertThat(of(pvh(ElfFile.note("Linux", 0x101, new byte[4]), entry)).isLinux()).isTrue();
        assertThat(of(Kernels.bzImage(64)).isLinux()).isTrue();
        assertThat(of(MultibootFile.elf(a -> a.hlt())).isLinux()).isFalse();
    }

    @Test
    void an_ELF_file_with_neither_is_told_what_it_lacks() {
        isRefused(pvh(), "neither a multiboot header in its first 8 KiB nor the note "
                + "XEN_ELFNOTE_PHYS32_ENTRY");
        isRefused(pvh(ElfFile.note("Xe", 18, new byte[4])), "CONFIG_PVH=y");
        isRefused(pvh(ElfFile.note("Xen", 17, new byte[4])), "boot the bzImage");
    }

    @Test
    void the_note_s_address_has_4_or_8_bytes() {
        byte[] wide = ElfFile.buffer(8).putLong(0x10_0000).array();
        assertThat(of(pvh(ElfFile.note("Xen", 18, wide)))).isInstanceOf(PvhKernel.class);
        isRefused(pvh(ElfFile.note("Xen", 18, new byte[2])), "has 2 bytes");
        isRefused(pvh(ElfFile.note("Xen", 18, new byte[]{0, 0, 0x10, 0, 1, 0, 0, 0})),
                "entry 0x100100000 lies outside");
    }

    @Test
    void what_is_none_of_all_these_is_called_by_its_name() {
        isRefused("Hello, I am not a kernel.\n".repeat(60).getBytes(), "it is a text file");
        isRefused(new byte[0], "not a bzImage");
    }

    @Test
    void a_file_is_read_and_named(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("guest"), MultibootFile.elf(a -> a.hlt()));
        assertThat(KernelFile.read(file)).isInstanceOf(MultibootKernel.class);
        assertThatThrownBy(() -> KernelFile.read(directory)).isInstanceOf(BootFailure.class)
                .hasMessageContaining("is a directory");
    }
}
