package dev.vmexit.cli;

import dev.vmexit.boot.Initramfs;
import dev.vmexit.boot.KernelSource;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.BootFile;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.LinuxLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/// What is booted: a kernel, the files it begins with, and its parameters.
final class KernelOptions {
    @Option(names = "--kernel", paramLabel = "FILE", description = "A bzImage.")
    private Path kernel;

    @Option(names = "--initrd", paramLabel = "FILE", description = "An initramfs.")
    private Path initrd;

    @Option(names = "--append", paramLabel = "TEXT", defaultValue = "",
            description = "More kernel parameters, after the console= of --console.")
    private String append;

    private BzImage image;
    private byte[] files;

    /// Reads what the person named, so that what is wrong with it is told of first.
    void check() {
        image = kernel == null ? null : BzImage.read(kernel);
        files = initrd == null ? null : BootFile.read("initrd", initrd);
    }

    /// {@return whether there is a kernel: the one that was named, or one found for this machine}
    boolean find(KernelSource source) throws IOException {
        if (image == null) {
            Optional<Path> found = source.kernel();
            if (found.isEmpty()) {
                return false;
            }
            kernel = found.get();
            image = BzImage.read(kernel);
            Main.say("kernel " + kernel);
        }
        return true;
    }

    /// @param disk whether there is one: the root file system is on it then, unless the person says
    /// where
    LinuxLoader loader(KernelSource source, boolean disk, ConsoleOptions console)
            throws IOException {
        String root = disk && !append.matches("(.* )?root=.*") ? " root=/dev/vda rw" : "";
        return new LinuxLoader(image, files == null ? initramfs(source, disk, console) : files,
                (console.parameter() + root + " " + append).strip());
    }

    /// With a disk, the one that the distribution made for this kernel: it has the drivers.
    private byte[] initramfs(KernelSource source, boolean disk, ConsoleOptions console)
            throws IOException {
        Path own = Path.of(kernel.toString().replaceFirst("vmlinuz-([^/]*)$", "initrd.img-$1"));
        if (disk && !own.equals(kernel) && Files.isReadable(own)) {
            Main.say("initrd " + own);
            return BootFile.read("initrd", own);
        }
        console.refuseOwnInitramfs();
        Path busybox = source.busybox().orElseThrow(() -> new BootFailure(
                "no static busybox was found and none can be fetched here; "
                        + "install busybox-static, or pass an --initrd"));
        return Initramfs.of(Files.readAllBytes(busybox));
    }
}
