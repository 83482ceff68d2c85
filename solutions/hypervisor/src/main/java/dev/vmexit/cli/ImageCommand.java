package dev.vmexit.cli;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.Disks;
import dev.vmexit.disk.HostFile;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.ImageFormat;
import dev.vmexit.disk.Images;
import dev.vmexit.disk.qcow2.Qcow2Check;
import dev.vmexit.disk.qcow2.Qcow2Create;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vmexit image`: makes, shows, copies and checks disk images.
@Command(name = "image", description = "Makes, shows, copies and checks disk images.",
        mixinStandardHelpOptions = true, subcommands = {ImageSnapshotCommand.class})
final class ImageCommand {
    /// What `check` ends with when something is wrong; with [#LEAKS] only space is lost.
    static final int CORRUPT = 2;
    static final int LEAKS = 3;

    private final PrintStream out = System.out;

    /// Something that may fail because of the host's disk or of what is on it.
    interface Work<T> {
        T run() throws IOException;
    }

    /// {@return what the work returns} Its failures become one sentence.
    static <T> T told(Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new DiskFailure(e.getMessage());
        }
    }

    /// The format of an image that exists.
    static final class Format {
        @Option(names = "--format", paramLabel = "FORMAT",
                description = "raw or qcow2; by default what the file begins with.")
        private ImageFormat format;

        Disk open(Path path, boolean readOnly) {
            return format == null
                    ? Disks.open(path, readOnly)
                    : Disks.openAs(path, format, readOnly);
        }
    }

    @Command(name = "create", description = "Makes an empty image.",
            mixinStandardHelpOptions = true)
    int create(
            @Option(names = "--format", paramLabel = "FORMAT",
                    description = "raw or qcow2; by default as the name ends.") ImageFormat format,
            @Option(names = "--backing", paramLabel = "FILE",
                    description = "What shows through until it is written over.") Path backing,
            @Option(names = "--cluster-size", paramLabel = "SIZE", defaultValue = "64K",
                    description = "512 to 2M; default ${DEFAULT-VALUE}.") String cluster,
            @Parameters(index = "0", paramLabel = "FILE") Path path,
            @Parameters(index = "1", paramLabel = "SIZE", arity = "0..1",
                    description = "Such as 10G; by default the backing file's.") String size) {
        ImageFormat chosen = format != null
                ? format
                : backing != null ? ImageFormat.QCOW2 : ImageFormat.bySuffix(path);
        long clusterBytes = DiskSizes.bytes(cluster);
        if (Long.bitCount(clusterBytes) != 1) {
            throw new DiskFailure("clusters have 512 bytes to 2 MiB, in powers of two");
        }
        told(() -> {
            Images.create(path, chosen, size == null ? -1 : DiskSizes.bytes(size),
                    Long.numberOfTrailingZeros(clusterBytes), backing);
            return null;
        });
        return 0;
    }

    @Command(name = "info", description = "Says what an image is, one fact a line.",
            mixinStandardHelpOptions = true)
    int info(@Mixin Format format, @Parameters(paramLabel = "FILE") Path path) {
        told(() -> {
            try (HostFile file = HostFile.open(path, true)) {
                Images.describe(path, file, format.format).forEach(out::println);
            }
            return null;
        });
        return 0;
    }

    @Command(name = "convert", description = "Copies what the guest sees into a new image.",
            mixinStandardHelpOptions = true)
    int convert(@Mixin Format format,
            @Option(names = "--to", paramLabel = "FORMAT",
                    description = "raw or qcow2; by default as the new name ends.") ImageFormat to,
            @Parameters(index = "0", paramLabel = "FROM") Path from,
            @Parameters(index = "1", paramLabel = "TO") Path path) {
        told(() -> {
            try (Disk source = format.open(from, true)) {
                Images.create(path, to != null ? to : ImageFormat.bySuffix(path),
                        source.sizeBytes(), Qcow2Create.CLUSTER_BITS, null);
                Images.copyInto(source, path, to != null ? to : ImageFormat.bySuffix(path));
            }
            return null;
        });
        return 0;
    }

    @Command(name = "check", description = "Looks whether a qcow2 image is consistent.",
            mixinStandardHelpOptions = true, exitCodeListHeading = "Exit status:%n",
            exitCodeList = {"0:consistent", "1:it cannot be checked", "2:corrupt",
                    "3:clusters leak, and nothing else"})
    int check(@Option(names = "--repair", description = "Frees leaked clusters.") boolean repair,
            @Parameters(paramLabel = "FILE") Path path) {
        return told(() -> {
            try (ImageFile file = HostFile.open(path, !repair)) {
                Qcow2Check.Report report = repair
                        ? Qcow2Check.repairLeaks(file)
                        : Qcow2Check.run(file);
                report.problems().forEach(out::println);
                out.println("corruptions: " + report.corruptions());
                out.println("leaked clusters: " + report.leaks());
                if (report.corruptions() > 0) {
                    return CORRUPT;
                } else if (report.leaks() > 0 && repair) {
                    out.println("repaired: the leaked clusters are free");
                }
                return report.leaks() > 0 && !repair ? LEAKS : 0;
            }
        });
    }

    @Command(name = "resize", description = "Makes a disk longer.",
            mixinStandardHelpOptions = true)
    int resize(@Mixin Format format, @Parameters(index = "0", paramLabel = "FILE") Path path,
            @Parameters(index = "1", paramLabel = "SIZE",
                    description = "Such as 10G, or +1G for so much more.") String size) {
        told(() -> {
            Images.grow(path, format.format, size.startsWith("+"),
                    DiskSizes.bytes(size.startsWith("+") ? size.substring(1) : size));
            return null;
        });
        return 0;
    }
}
