package dev.vmexit.state;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;

/// Reads what [StateFile] wrote. The whole file is read through first: one that is cut off or
/// damaged is refused before anything of it is used.
public final class SavedMachine {
    private static final int SMALL_BYTES = 1 << 17;
    private static final int SECTIONS = 256;

    private record Section(int version, byte[] bytes) {}

    /// Gets a piece of RAM.
    @FunctionalInterface
    public interface RamSink {
        void put(long address, byte[] bytes);
    }

    private final Path path;
    private final Map<String, Section> sections = new HashMap<>();

    private SavedMachine(Path path) {
        this.path = path;
    }

    /// @throws StateFailure if the file is not a saved machine, or not all of one
    public static SavedMachine open(Path path) {
        var saved = new SavedMachine(path);
        saved.walk((address, bytes) -> {}, true);
        return saved;
    }

    /// Restores a part.
    ///
    /// @throws StateFailure if the file has nothing of it, or something that this version of the
    ///         part does not understand
    // tag::section[]
    public void section(String name, Saved part) {
        Section section = sections.get(name);
        if (section == null) {
            throw new StateFailure(path + " was saved from a machine without '" + name + "'; give "
                    + "the same disks and networks as when it was saved");
        }
        if (section.version < 1 || section.version > part.stateVersion()) {
            throw new StateFailure("%s holds version %d of '%s', and this program knows 1 to %d"
                    .formatted(path, section.version, name, part.stateVersion()));
        }
        var in = new StateIn(name, section.version, section.bytes);
        part.restore(in);
        in.requireEnd();
    }
    // end::section[]

    /// {@return whether the file holds such a section}
    public boolean has(String name) {
        return sections.containsKey(name);
    }

    /// Hands out all RAM that is not zero.
    public void ram(RamSink sink) {
        walk(sink, false);
    }

    private void walk(RamSink sink, boolean keep) {
        var sum = new CRC32C();
        try (var in = new DataInputStream(new CheckedInputStream(new BufferedInputStream(
                Files.newInputStream(path), StateFile.RAM_BYTES), sum))) {
            if (!Arrays.equals(in.readNBytes(StateFile.MAGIC.length), StateFile.MAGIC)) {
                throw new StateFailure(
                        path + " is not a machine that this version of vmexit saved");
            }
            for (int length = in.readUnsignedByte(); length != 0; length = in.readUnsignedByte()) {
                section(in, length, sink, keep);
            }
            int expected = (int) sum.getValue();
            if (in.readInt() != expected || in.read() >= 0) {
                throw new StateFailure(path + " is damaged: its checksum is not that of its "
                        + "contents");
            }
        } catch (EOFException cut) {
            throw new StateFailure(path + " is cut off: it ends in the middle; save the machine "
                    + "again", cut);
        } catch (NoSuchFileException missing) {
            throw new StateFailure("the saved machine " + path + " does not exist", missing);
        } catch (IOException e) {
            throw new StateFailure("the saved machine %s cannot be read: %s".formatted(path, e), e);
        }
    }

    private void section(DataInputStream in, int nameLength, RamSink sink, boolean keep)
            throws IOException {
        String name = new String(full(in, nameLength), StandardCharsets.US_ASCII);
        int version = in.readUnsignedShort();
        long length = in.readLong();
        boolean ram = name.equals(StateFile.RAM);
        int most = ram ? StateFile.RAM_BYTES + Long.BYTES : SMALL_BYTES;
        if (length < (ram ? Long.BYTES : 0) || length > most) {
            throw new StateFailure("%s is damaged: '%s' would have %d bytes".formatted(path, name,
                    length));
        }
        if (ram) {
            sink.put(in.readLong(), full(in, (int) length - Long.BYTES));
        } else {
            byte[] bytes = full(in, (int) length);
            if (keep && sections.put(name, new Section(version, bytes)) != null
                    || sections.size() > SECTIONS) {
                throw new StateFailure("%s is damaged: '%s' stands in it twice, or too much"
                        .formatted(path, name));
            }
        }
    }

    private static byte[] full(DataInputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }
}
