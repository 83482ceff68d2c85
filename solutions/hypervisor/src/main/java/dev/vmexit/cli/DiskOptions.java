package dev.vmexit.cli;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.Disks;
import dev.vmexit.disk.ImageFormat;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.machine.Pc;
import dev.vmexit.virtio.VirtioBlk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/// The option for disks, and the disks while the machine runs.
final class DiskOptions implements AutoCloseable {
    /// As many as have a letter between `vda` and `vdz`.
    private static final int MOST_DISKS = 26;
    private static final Pattern SERIAL = Pattern.compile("[\\x21-\\x7E&&[^,]]{1,20}");

    @Option(names = "--disk", paramLabel = "FILE[,OPTION…]", description = {
            "A raw or qcow2 image: /dev/vda, the next one /dev/vdb. Options: format=raw|qcow2, "
                    + "serial=TEXT, readonly."})
    private List<String> texts = List.of();

    private final List<Attached> disks = new ArrayList<>();

    private record Attached(Disk disk, String serial) {}

    /// Before the machine is built, so that a disk that cannot be is told of first.
    ///
    /// @throws dev.vmexit.disk.DiskFailure if one cannot be opened
    void open() {
        if (texts.size() > MOST_DISKS) {
            throw new BootFailure("a machine has at most %d disks, not %d".formatted(MOST_DISKS,
                    texts.size()));
        }
        try {
            for (String text : texts) {
                disks.add(attached(text, disks.size()));
            }
        } catch (RuntimeException unusable) {
            close();
            throw unusable;
        }
    }

    private static Attached attached(String text, int number) {
        String[] parts = text.split(",", -1);
        if (parts[0].isEmpty()) {
            throw new BootFailure("--disk names no file in \"%s\"".formatted(text));
        }
        String serial = "vmexit-" + number;
        ImageFormat format = null;
        boolean readOnly = false;
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            if (part.equals("readonly")) {
                readOnly = true;
            } else if (part.startsWith("format=")) {
                format = format(part.substring("format=".length()));
            } else if (part.startsWith("serial=")) {
                serial = serial(part.substring("serial=".length()));
            } else {
                throw new BootFailure(("--disk does not know \"%s\"; it knows format=raw, "
                        + "format=qcow2, serial=TEXT and readonly").formatted(part));
            }
        }
        Path path = Path.of(parts[0]);
        return new Attached(format == null
                ? Disks.open(path, readOnly)
                : Disks.openAs(path, format, readOnly), serial);
    }

    private static ImageFormat format(String name) {
        for (ImageFormat format : ImageFormat.values()) {
            if (format.name().toLowerCase(Locale.ROOT).equals(name)) {
                return format;
            }
        }
        throw new BootFailure("\"%s\" is no format of a disk: raw and qcow2 are".formatted(name));
    }

    private static String serial(String text) {
        if (!SERIAL.matcher(text).matches()) {
            throw new BootFailure("a disk's serial number has 1 to 20 ASCII characters, no space "
                    + "and no comma; \"%s\" has not".formatted(text));
        }
        return text;
    }

    boolean any() {
        return !texts.isEmpty();
    }

    /// @param queues of each disk, one a CPU
    void attach(Pc pc, int queues) {
        disks.forEach(one -> {
            var told = new AtomicBoolean();
            pc.attach(new VirtioBlk(one.disk, one.serial, queues, failed -> {
                if (!told.getAndSet(true)) {
                    System.err.println("vmexit: a request to disk " + one.serial
                            + " failed, and the guest was told: " + failed.getMessage());
                }
            }));
        });
    }

    /// What the host could not write is said; the other disks are closed all the same.
    @Override
    public void close() {
        for (Attached one : disks) {
            try {
                one.disk.close();
            } catch (IOException e) {
                System.err.println("vmexit: a disk was not closed: " + e.getMessage());
            }
        }
        disks.clear();
    }
}
