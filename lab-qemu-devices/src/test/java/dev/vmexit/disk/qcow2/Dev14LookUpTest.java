package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.course.Thrown;
import dev.vmexit.disk.Disk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class Dev14LookUpTest {
    private static final int CLUSTER = PaperImage.CLUSTER;
    private static final long PER_TABLE = PaperImage.PER_TABLE;
    private static final long COPIED = PaperImage.COPIED;

    private final PaperImage image = new PaperImage();

    private static void reads(Disk disk, long offset, String what, String expected)
            throws IOException {
        assertThat(PaperImage.read(disk, offset))
                .as("the guest reads sector %d of the disk: %s", offset / 512, what)
                .isEqualTo(expected);
    }

    @Test
    @Graded(exercise = "dev-14", id = "dev-14.lookup", points = 3)
    void a_cluster_is_found_through_the_L1_table_and_its_L2_table() throws IOException {
        String last = Seed.word("last");
        String first = Seed.word("first");
        String second = Seed.word("second");
        image.table(3);
        image.table(0);
        image.map(3 * 512 + 511, image.text(last) | COPIED);
        image.map(1, image.text(second) | COPIED);
        image.map(0, image.text(first) | COPIED);
        try (Disk disk = Qcow2Disk.open(image.readOnlyFile(), null)) {
            reads(disk, 0, "the first entry of the first L2 table", first + 0);
            reads(disk, CLUSTER, "the second entry of the first L2 table", second + 0);
            reads(disk, CLUSTER - 512, "the last sector of the first cluster", first + 7);
            reads(disk, CLUSTER + 3 * 512, "inside the second cluster", second + 3);
            reads(disk, 4 * PER_TABLE - CLUSTER, "the last entry of the L2 table of L1 entry 3",
                    last + 0);
            reads(disk, PER_TABLE, "L1 entry 1 is 0: no L2 table", "");
            reads(disk, 2L * CLUSTER, "an entry of 0 in the first L2 table", "");
        }
    }

    @Test
    @Graded(exercise = "dev-14", id = "dev-14.zero", points = 1)
    void a_ZERO_cluster_reads_as_zeros_whatever_it_has_a_place_for() throws IOException {
        image.table(0);
        image.map(0, PaperImage.ZERO);
        image.map(1, image.text("old") | COPIED | PaperImage.ZERO);
        var backing = new PaperImage();
        backing.table(0);
        backing.map(0, backing.text("below") | COPIED);
        try (Disk disk = Qcow2Disk.open(image.readOnlyFile(),
                Qcow2Disk.open(backing.readOnlyFile(), null))) {
            reads(disk, 0, "the flag ZERO and no host offset, over a backing file", "");
            reads(disk, CLUSTER, "the flag ZERO and a host offset with old data", "");
        }
    }

    @Test
    @Graded(exercise = "dev-14", id = "dev-14.backing", points = 2)
    void what_is_not_allocated_is_in_the_backing_file_and_behind_its_end_zeros()
            throws IOException {
        var backing = new ShortDisk(2 * CLUSTER + 512, Seed.word("backing"));
        image.table(0);
        image.map(1, image.text("above") | COPIED);
        try (Disk disk = Qcow2Disk.open(image.readOnlyFile(), backing)) {
            reads(disk, 3 * 512, "no entry; the backing file has it", backing.text(3 * 512));
            reads(disk, CLUSTER, "the image itself has it", "above0");
            reads(disk, 2 * CLUSTER, "the last sector of the backing file",
                    backing.text(2 * CLUSTER));
            reads(disk, 2 * CLUSTER + 512, "behind the end of the backing file", "");
            reads(disk, 2 * PER_TABLE, "far behind the end of the backing file", "");
            byte[] both = new byte[1024];
            both[1023] = 'x';
            disk.read(2 * CLUSTER, MemorySegment.ofArray(both));
            assertThat(new String(both, java.nio.charset.StandardCharsets.US_ASCII))
                    .as("one request over the end of the backing file")
                    .isEqualTo(backing.text(2 * CLUSTER) + "\0".repeat(1024
                            - backing.text(2 * CLUSTER).length()));
        }
    }

    @Test
    @Graded(exercise = "dev-14", id = "dev-14.compressed", points = 1)
    void a_compressed_cluster_is_inflated_and_cut_at_the_right_sector() throws IOException {
        byte[] plain = new byte[CLUSTER];
        System.arraycopy(PaperImage.sector(Seed.word("packed")), 0, plain, 5 * 512, 512);
        var packed = new ByteArrayOutputStream();
        try (var out = new DeflaterOutputStream(packed, new Deflater(9, true))) {
            out.write(plain);
        }
        long host = image.text("");
        image.table(0);
        image.map(0, 1L << 62 | host + 512);
        PaperFile file = image.readOnlyFile();
        file.write(host + 512, ByteBuffer.allocate(512).put(packed.toByteArray()).array());
        try (Disk disk = Qcow2Disk.open(file, null)) {
            reads(disk, 5 * 512, "inside a compressed cluster", Seed.word("packed"));
            reads(disk, 0, "its first sector", "");
        }
    }

    @Test
    @Graded(exercise = "dev-14", id = "dev-14.corrupt", points = 1)
    void an_entry_that_cannot_be_is_refused_with_the_name_of_the_image() throws IOException {
        image.table(0);
        image.map(0, 0x4200 | COPIED);
        image.map(1, image.text("reserved") | COPIED | 1L << 57);
        image.rawL1(1, 0x10_0000 | COPIED);
        try (Disk disk = Qcow2Disk.open(image.readOnlyFile(), null)) {
            isCorrupt(disk, 0, "a host cluster at 0x4200, not a multiple of 0x1000");
            isCorrupt(disk, CLUSTER, "an entry with the reserved bit 57");
            isCorrupt(disk, PER_TABLE, "an L2 table behind the end of the file");
        }
    }

    private static void isCorrupt(Disk disk, long offset, String what) {
        assertThat(Thrown.by(() -> PaperImage.read(disk, offset)))
                .as("sector %d is mapped by %s", offset / 512, what)
                .isInstanceOf(CorruptImage.class).hasMessageContaining("paper.qcow2");
    }
}
