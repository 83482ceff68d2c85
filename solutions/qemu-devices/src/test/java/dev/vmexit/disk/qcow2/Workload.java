package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/// Random requests of a fixed seed, on a disk and on an array of bytes that has to stay equal.
final class Workload {
    private final Random random;
    private final Disk disk;
    private final byte[] oracle;
    private final int largest;

    Workload(long seed, Disk disk, byte[] oracle, int largest) {
        this.random = new Random(seed);
        this.disk = disk;
        this.oracle = oracle;
        this.largest = largest;
    }

    void run(int requests) throws IOException {
        for (int i = 0; i < requests; i++) {
            int length = (1 + random.nextInt(largest / 512)) * 512;
            int offset = random.nextInt((oracle.length - length) / 512 + 1) * 512;
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4 -> write(offset, length);
                case 5 -> zero(offset, length);
                case 6 -> discard(offset, length);
                case 7 -> disk.flush();
                default -> isEqual(offset, length);
            }
        }
        isEqual(0, oracle.length);
    }

    private void write(int offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        System.arraycopy(bytes, 0, oracle, offset, length);
        disk.write(offset, MemorySegment.ofArray(bytes));
    }

    private void zero(int offset, int length) throws IOException {
        Arrays.fill(oracle, offset, offset + length, (byte) 0);
        disk.writeZeroes(offset, length, random.nextBoolean());
    }

    /// Each sector has its old bytes or zeros.
    private void discard(int offset, int length) throws IOException {
        disk.discard(offset, length);
        byte[] there = new byte[length];
        disk.read(offset, MemorySegment.ofArray(there));
        for (int at = 0; at < length; at += 512) {
            byte[] sector = Arrays.copyOfRange(there, at, at + 512);
            if (Arrays.equals(sector, new byte[512])) {
                Arrays.fill(oracle, offset + at, offset + at + 512, (byte) 0);
            }
        }
        isEqual(offset, length);
    }

    private void isEqual(int offset, int length) throws IOException {
        byte[] there = new byte[length];
        disk.read(offset, MemorySegment.ofArray(there));
        int differs = Arrays.mismatch(there, 0, length, oracle, offset, offset + length);
        assertThat(differs).as("first byte that differs, from %d on", offset).isEqualTo(-1);
    }
}
