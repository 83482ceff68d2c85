package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootLoader;
import java.util.List;

/// An ELF file with a note that says where to enter it in 32-bit protected mode. Xen brought this
/// in; Linux has it with `CONFIG_PVH`, in the `vmlinux` inside every bzImage.
///
/// @param isLinux it has notes of Linux's
/// @spec https://xenbits.xen.org/docs/unstable/misc/pvh.html x86/HVM direct boot ABI
record PvhKernel(Image image, boolean isLinux) implements KernelFile {
    private static final String XEN = "Xen";
    private static final String LINUX = "Linux";
    private static final int XEN_ELFNOTE_PHYS32_ENTRY = 18;

    /// @throws BootFailure if the file has no such note, or cannot be loaded
    static PvhKernel of(Elf elf) {
        List<ElfNote> notes = elf.notes();
        ElfNote entry = notes.stream().filter(note -> note.is(XEN, XEN_ELFNOTE_PHYS32_ENTRY))
                .findFirst().orElseThrow(() -> new BootFailure("it is an ELF file with neither a "
                        + "multiboot header in its first 8 KiB nor the note "
                        + "XEN_ELFNOTE_PHYS32_ENTRY, so nothing says how to start it; a vmlinux "
                        + "needs CONFIG_PVH=y, or boot the bzImage that was made of it"));
        boolean linux = notes.stream().anyMatch(note -> note.owner().equals(LINUX));
        return new PvhKernel(elf.image(address(entry)), linux);
    }

    /// A 64-bit kernel may write the address with 64 bits.
    private static long address(ElfNote entry) {
        return switch (entry.contents().capacity()) {
            case Integer.BYTES -> Integer.toUnsignedLong(entry.contents().getInt(0));
            case Long.BYTES -> entry.contents().getLong(0);
            default -> throw new BootFailure("its note XEN_ELFNOTE_PHYS32_ENTRY has %d bytes, and "
                    .formatted(entry.contents().capacity()) + "an address has 4 or 8");
        };
    }

    @Override
    public List<BootModule> modules(String initrd) {
        return BootModule.list(initrd);
    }

    @Override
    public BootLoader loader(List<BootModule> modules, String commandLine) {
        return new PvhLoader(image, modules, commandLine);
    }
}
