package dev.vmexit.cli;

import dev.vmexit.boot.Initramfs;
import dev.vmexit.boot.KernelSource;
import dev.vmexit.kernelfile.BootModule;
import dev.vmexit.kernelfile.KernelFile;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What is booted: a kernel, the files it begins with, and its parameters.
final class KernelOptions {
    @Option(names = "--kernel", paramLabel = "FILE",
            description = "A bzImage, a multiboot kernel, or a PVH kernel such as a vmlinux.")
    private Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "An initramfs. "
            + "For multiboot and PVH: modules, as FILE[ ARGUMENTS][,FILE[ ARGUMENTS]]...")
    private String initrd;

    @Option(names = "--append", paramLabel = "TEXT", defaultValue = "",
            description = "The kernel's parameters; for Linux, after the console= of --console.")
    private String append;

    private KernelFile image;
    private List<BootModule> modules;

    /// Reads what the person named, so that what is wrong with it is told of first.
    void check() {
        image = kernel == null ? null : KernelFile.read(kernel);
        modules = initrd == null ? null : KernelFile.modules(image, initrd);
    }

    /// {@return whether there is a kernel: the one that was named, or one found for this machine}
    boolean find(KernelSource source) throws IOException {
        if (image == null) {
            Optional<Path> found = source.kernel();
            if (found.isEmpty()) {
                return false;
            }
            kernel = found.get();
            image = KernelFile.read(kernel);
            Main.say("kernel " + kernel);
        }
        return true;
    }

    /// What is not Linux gets the parameters and modules that the person names, and no others.
    ///
    /// @param disk whether there is one: the root file system is on it then, unless the person says
    /// where
    BootLoader loader(KernelSource source, boolean disk, ConsoleOptions console)
            throws IOException {
        if (!image.isLinux()) {
            return image.loader(modules == null ? List.of() : modules, append);
        }
        String root = disk && !append.matches("(.* )?root=.*") ? " root=/dev/vda rw" : "";
        return image.loader(modules == null ? initramfs(source, disk, console) : modules,
                (console.parameter() + root + " " + append).strip());
    }

    /// With a disk, the one that the distribution made for this kernel: it has the drivers.
    private List<BootModule> initramfs(KernelSource source, boolean disk, ConsoleOptions console)
            throws IOException {
        Path own = Path.of(kernel.toString().replaceFirst("vmlinuz-([^/]*)$", "initrd.img-$1"));
        if (disk && !own.equals(kernel) && Files.isReadable(own)) {
            Main.say("initrd " + own);
            return BootModule.initrd(own.toString());
        }
        console.refuseOwnInitramfs();
        Path busybox = source.busybox().orElseThrow(() -> new BootFailure(
                "no static busybox was found and none can be fetched here; "
                        + "install busybox-static, or pass an --initrd"));
        return List.of(new BootModule(Initramfs.of(Files.readAllBytes(busybox)), "busybox"));
    }
}
