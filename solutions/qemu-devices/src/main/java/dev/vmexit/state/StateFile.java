package dev.vmexit.state;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;

/// Writes a saved machine.
///
/// ```
///  8 bytes   56 4D 45 58 49 54 1A 01   the last is the version of this layout
///  sections  length of the name u8 · name · version u16 · length u64 · bytes
///  the end   0 u8 · CRC-32C of everything before it u32        numbers are big-endian
/// ```
///
/// RAM lies in sections of the name `ram`, each an address and what stands there, up to 1 MiB;
/// pages of zeros are left out. The file has its name only when it is complete and on the disk.
public final class StateFile implements AutoCloseable {
    static final byte[] MAGIC = {'V', 'M', 'E', 'X', 'I', 'T', 0x1A, 1};
    static final String RAM = "ram";
    static final int PAGE_BYTES = 4096;
    static final int RAM_BYTES = 1 << 20;

    private final Path target;
    private final Path unfinished;
    private final FileChannel channel;
    private final CRC32C sum = new CRC32C();
    private final DataOutputStream out;
    private boolean finished;

    private StateFile(Path target, Path unfinished, FileChannel channel) {
        this.target = target;
        this.unfinished = unfinished;
        this.channel = channel;
        this.out = new DataOutputStream(new CheckedOutputStream(new BufferedOutputStream(
                java.nio.channels.Channels.newOutputStream(channel), RAM_BYTES), sum));
    }

    /// @throws StateFailure if the file cannot be made there
    public static StateFile create(Path target) {
        try {
            Path absolute = target.toAbsolutePath();
            Path unfinished = Files.createTempFile(absolute.getParent(), ".vmexit", ".saving");
            var file = new StateFile(absolute, unfinished,
                    FileChannel.open(unfinished, StandardOpenOption.WRITE));
            file.out.write(MAGIC);
            return file;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private static StateFailure failed(Path target, IOException e) {
        return new StateFailure("the machine cannot be saved to %s: %s; look whether the directory "
                .formatted(target, e) + "is there, may be written to and has room", e);
    }

    /// Writes what a part says of itself.
    public void section(String name, Saved part) {
        var state = new StateOut();
        part.save(state);
        section(name, part.stateVersion(), state.toBytes());
    }

    private void section(String name, int version, byte[] bytes) {
        try {
            header(name, version, bytes.length);
            out.write(bytes);
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    // tag::header[]
    private void header(String name, int version, long length) throws IOException {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        out.writeByte(text.length);
        out.write(text);
        out.writeShort(version);
        out.writeLong(length);
    }
    // end::header[]

    /// Writes a piece of the guest's memory, without its pages of zeros.
    ///
    /// Pages that follow each other make one section, which [#run] writes; no section has more than
    /// [#RAM_BYTES].
    // tag::dev-18-ram[]
    public void ram(long address, MemorySegment memory) {
        // tag::solution[]
        long from = -1;
        for (long at = 0; at <= memory.byteSize(); at += PAGE_BYTES) {
            boolean used = at < memory.byteSize() && !isZero(memory.asSlice(at, PAGE_BYTES));
            if (from >= 0 && (!used || at - from == RAM_BYTES)) {
                run(address + from, memory.asSlice(from, at - from));
                from = -1;
            }
            if (used && from < 0) {
                from = at;
            }
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-18", "find the runs of pages that are not zero, and write each");
        // end::stub[]
    }
    // end::dev-18-ram[]

    private static boolean isZero(MemorySegment page) {
        for (int at = 0; at < PAGE_BYTES; at += Long.BYTES) {
            if (page.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
                return false;
            }
        }
        return true;
    }

    private void run(long address, MemorySegment pages) {
        try {
            header(RAM, 1, Long.BYTES + pages.byteSize());
            out.writeLong(address);
            out.write(pages.toArray(ValueLayout.JAVA_BYTE));
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    // tag::finish[]
    /// Gives the file its end and its name.
    public void finish() {
        try {
            out.writeByte(0);
            out.writeInt((int) sum.getValue());
            out.flush();
            channel.force(true);
            channel.close();
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
            finished = true;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }
    // end::finish[]

    /// Without [#finish], nothing is left behind.
    @Override
    public void close() {
        if (!finished) {
            try {
                channel.close();
                Files.deleteIfExists(unfinished);
            } catch (IOException e) {
                throw failed(target, e);
            }
        }
    }
}
