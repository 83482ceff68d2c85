package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Structures and texts for the guest, one behind another in low memory. A kernel that maps no more
/// than its first few MiB finds them there.
final class LowTables {
    private final MemoryRange room;
    private final ByteBuffer bytes;

    /// @param room what nothing else uses; below 1 MiB
    LowTables(MemoryRange room) {
        this.room = room;
        this.bytes = ByteBuffer.allocate((int) room.sizeBytes());
    }

    /// {@return a table to be filled in, little-endian}
    static ByteBuffer table(int sizeBytes) {
        return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// {@return the address that this table will have, a multiple of 8}
    ///
    /// @throws BootFailure if there is no room for it
    int put(ByteBuffer table) {
        long at = room.start() + bytes.position() + 7 & -8L;
        long offset = at - room.start();
        if (offset + table.capacity() > bytes.capacity()) {
            throw new BootFailure(("command line, module texts and tables do not fit into the %d "
                    + "bytes of low memory that the kernel leaves; give it less of them")
                    .formatted(bytes.capacity()));
        }
        bytes.position((int) offset);
        bytes.put(table.array());
        return (int) at;
    }

    /// {@return the address of a text that ends with a 0}
    ///
    /// @throws BootFailure if there is no room for it
    int text(String text) {
        return put(ByteBuffer.wrap((text + "\0").getBytes(StandardCharsets.UTF_8)));
    }

    void write(GuestMemory memory) {
        memory.write(new GuestAddress(room.start()),
                Arrays.copyOf(bytes.array(), bytes.position()));
    }
}
