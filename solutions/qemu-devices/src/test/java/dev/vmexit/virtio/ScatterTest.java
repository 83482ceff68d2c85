package dev.vmexit.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// More than one step of the buffer in between, and pieces that lie in two of them.
class ScatterTest {
    private static final int SECTORS = 400;
    private static final int OFFSET = 33 * 512;
    private static final int[] SIZES = {40 << 10, 100, 0, (90 << 10) - 100, 512};

    private final MemoryDisk disk = new MemoryDisk(SECTORS, false);
    private final byte[] memory = new byte[131 << 10];

    ScatterTest() {
        new Random(1).nextBytes(disk.bytes);
        new Random(2).nextBytes(memory);
    }

    private List<MemorySegment> pieces() {
        var pieces = new ArrayList<MemorySegment>();
        int at = 0;
        for (int size : SIZES) {
            pieces.add(MemorySegment.ofArray(memory).asSlice(at, size));
            at += size;
        }
        return pieces;
    }

    private byte[] onDisk() {
        int bytes = java.util.Arrays.stream(SIZES).sum();
        return java.util.Arrays.copyOfRange(disk.bytes, OFFSET, OFFSET + bytes);
    }

    private byte[] inMemory() {
        return java.util.Arrays.copyOf(memory, java.util.Arrays.stream(SIZES).sum());
    }

    @Test
    void all_pieces_are_filled() throws IOException {
        Scatter.read(disk, OFFSET, pieces());
        assertThat(inMemory()).isEqualTo(onDisk());
    }

    @Test
    void all_pieces_are_written_and_nothing_around_them() throws IOException {
        byte[] before = disk.bytes.clone();
        Scatter.write(disk, OFFSET, pieces());
        assertThat(onDisk()).isEqualTo(inMemory());
        System.arraycopy(before, OFFSET, disk.bytes, OFFSET, inMemory().length);
        assertThat(disk.bytes).isEqualTo(before);
    }
}
