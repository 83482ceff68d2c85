package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootFile;
import dev.vmexit.linux.BootLoader;
import dev.vmexit.linux.BzImage;
import java.nio.file.Path;
import java.util.List;

/// A file that a machine can be started with. Of which kind it is, its contents say, and never its
/// name.
///
/// The file may be anybody's: what it says of itself is checked before it is believed.
public sealed interface KernelFile permits LinuxKernel, MultibootKernel, PvhKernel {
    /// {@return the kernel in a file}
    ///
    /// @throws BootFailure if the file cannot be read or is no kernel; the message names it
    static KernelFile read(Path path) {
        return of(path, BootFile.read("kernel", path));
    }

    /// {@return the same as [#read] of a file that has been read}
    ///
    /// A file may be of two kinds; the order is QEMU's. An ELF file with a multiboot header is a
    /// multiboot kernel, whatever notes it has.
    ///
    /// @param path for messages, and for the guest of a multiboot kernel
    // tag::doc-kinds[]
    static KernelFile of(Path path, byte[] file) {
        if (BzImage.isOne(file)) {
            return new LinuxKernel(BzImage.of(path, file));
        }
        try {
            var header = MultibootHeader.find(file);
            if (header.isPresent()) {
                return new MultibootKernel(path.toString(), header.get().image());
            } else if (Elf.isOne(file)) {
                return PvhKernel.of(Elf.of(file));
            }
        } catch (BootFailure refused) {
            throw new BootFailure("kernel " + path + ": " + refused.getMessage());
        }
        return new LinuxKernel(BzImage.of(path, file)); // which says what the file is instead
    }
    // end::doc-kinds[]

    /// {@return the files that `--initrd` names, read}
    ///
    /// @param kernel null for one that is not known yet, a bzImage of the distribution's
    /// @throws BootFailure if one cannot be read
    static List<BootModule> modules(KernelFile kernel, String initrd) {
        return kernel == null ? BootModule.initrd(initrd) : kernel.modules(initrd);
    }

    /// {@return whether this is Linux, which wants a console and an initramfs to be of any use}
    boolean isLinux();

    /// {@return the files that `--initrd` names, read}
    ///
    /// @throws BootFailure if one cannot be read
    List<BootModule> modules(String initrd);

    /// {@return what puts this kernel into a machine}
    BootLoader loader(List<BootModule> modules, String commandLine);
}
