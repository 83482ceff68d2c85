package dev.vmexit.cli;

import dev.vmexit.disk.HostFile;
import dev.vmexit.disk.ImageFile;
import dev.vmexit.disk.qcow2.Snapshot;
import dev.vmexit.disk.qcow2.Snapshots;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `vmexit image snapshot`: the snapshots inside a qcow2 image.
@Command(name = "snapshot", mixinStandardHelpOptions = true,
        description = "Lists, makes, applies and deletes the snapshots in a qcow2 image.")
final class ImageSnapshotCommand implements Callable<Integer> {
    static final class What {
        @Option(names = "--create", paramLabel = "NAME", description = "Keeps the disk as it is.")
        private String create;

        @Option(names = "--apply", paramLabel = "NAME",
                description = "Makes the disk what it was; what it is now is lost.")
        private String apply;

        @Option(names = "--delete", paramLabel = "NAME", description = "Forgets a snapshot.")
        private String delete;
    }

    @ArgGroup
    private What what;

    @Parameters(paramLabel = "FILE")
    private Path path;

    @Override
    public Integer call() {
        return ImageCommand.told(() -> {
            try (ImageFile file = HostFile.open(path, what == null)) {
                run(new Snapshots(file));
            }
            return 0;
        });
    }

    private void run(Snapshots snapshots) throws IOException {
        if (what == null) {
            for (Snapshot snapshot : snapshots.list()) {
                System.out.printf("%s  %s  %s  %d bytes%n", snapshot.id(), snapshot.name(),
                        snapshot.taken(), snapshot.diskBytes());
            }
        } else if (what.create != null) {
            snapshots.create(what.create, Instant.now());
        } else if (what.apply != null) {
            snapshots.apply(what.apply);
        } else {
            snapshots.delete(what.delete);
        }
    }
}
