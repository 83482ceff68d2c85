package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.course.Thrown;
import dev.vmexit.disk.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class Dev15WriteTest {
    private static final int CLUSTER = PaperImage.CLUSTER;
    private static final long PER_TABLE = PaperImage.PER_TABLE;
    private static final long OFFSET = 0x00FF_FFFF_FFFF_FE00L;

    private final PaperImage image = new PaperImage();

    private static void write(Disk disk, long offset, String text) throws IOException {
        disk.write(offset, MemorySegment.ofArray(PaperImage.sector(text)));
    }

    private static String read(PaperFile file, long offset) throws IOException {
        return PaperImage.read(new ReadOnly(file).disk(), offset);
    }

    /// A second look at a file, as another program would have it.
    private record ReadOnly(PaperFile file) {
        Disk disk() {
            var copy = new PaperFile(file.bytes());
            copy.readOnly = true;
            return Qcow2Disk.open(copy, null);
        }
    }

    private static long refcount(PaperFile file, long offset) {
        return file.number(PaperImage.BLOCK + 2 * offset / CLUSTER, 2);
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.allocate", points = 2)
    void a_first_write_takes_the_lowest_free_cluster_counts_it_and_maps_it() throws IOException {
        PaperFile file = image.file();
        String text = Seed.word("allocate");
        try (Disk disk = Qcow2Disk.open(file, null)) {
            write(disk, PER_TABLE + 5 * CLUSTER + 3 * 512, text);
            write(disk, PER_TABLE + 5 * CLUSTER, "again");
        }
        long l1 = file.number(PaperImage.L1 + 8, 8);
        assertThat(l1 >>> 63).as("L1 entry 1: bit 63, COPIED").isEqualTo(1);
        long entry = file.number((l1 & OFFSET) + 5 * 8, 8);
        assertThat(entry >>> 63).as("the L2 entry of the cluster: bit 63, COPIED").isEqualTo(1);
        long data = entry & OFFSET;
        assertThat(file.sizeBytes()).as("the file, with one L2 table and one cluster more")
                .isEqualTo(6 * CLUSTER);
        assertThat(refcount(file, data)).as("refcount of the new cluster").isEqualTo(1);
        assertThat(refcount(file, l1 & OFFSET)).as("refcount of the new L2 table").isEqualTo(1);
        assertThat(read(file, PER_TABLE + 5 * CLUSTER + 3 * 512)).as("what was written")
                .isEqualTo(text);
        assertThat(read(file, PER_TABLE + 5 * CLUSTER + 4 * 512)).as("the sector behind it")
                .isEmpty();
        Judge.isSound(file, "after two writes to one new cluster");
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.blocks", points = 1)
    void behind_the_last_refcount_block_a_new_one_is_made_first() throws IOException {
        var file = new PaperFile(new byte[0]);
        Qcow2Create.create(file, 600 * 512, 9, null); // a block counts 256 clusters
        try (Disk disk = Qcow2Disk.open(file, null)) {
            for (int sector = 0; sector < 600; sector++) {
                write(disk, sector * 512L, "sector " + sector);
            }
        }
        for (int sector = 0; sector < 600; sector += 99) {
            assertThat(read(file, sector * 512L)).as("sector %d of a disk that is full", sector)
                    .isEqualTo("sector " + sector);
        }
        Judge.isSound(file, "when 600 clusters of 512 bytes are written");
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.backing", points = 2)
    void the_rest_of_the_cluster_is_copied_from_the_backing_file() throws IOException {
        var backing = new ShortDisk(2 * CLUSTER, Seed.word("base"));
        PaperFile file = image.file();
        try (Disk disk = Qcow2Disk.open(file, backing)) {
            write(disk, CLUSTER + 2 * 512, "new");
            for (int sector = 0; sector < 8; sector++) {
                long at = CLUSTER + sector * 512L;
                assertThat(PaperImage.read(disk, at))
                        .as("sector %d, after the guest wrote sector 10", at / 512)
                        .isEqualTo(sector == 2 ? "new" : backing.text(at));
            }
            assertThat(PaperImage.read(disk, 0)).as("the cluster before it")
                    .isEqualTo(backing.text(0));
        }
        long table = file.number(PaperImage.L1, 8) & OFFSET;
        assertThat(file.number(table, 8)).as("L2 entry 0: nobody wrote there").isZero();
        Judge.isSound(file, "after a write over a backing file");
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.snapshot", points = 1)
    void a_cluster_that_a_snapshot_has_too_is_copied_and_not_overwritten() throws IOException {
        image.table(0);
        image.map(1, image.text("before") | PaperImage.COPIED);
        PaperFile file = image.file();
        new Snapshots(file).create("s", Instant.EPOCH);
        try (Disk disk = Qcow2Disk.open(file, null)) {
            write(disk, CLUSTER, "after");
        }
        assertThat(read(file, CLUSTER)).as("the sector that was written").isEqualTo("after");
        assertThat(read(file, CLUSTER + 512)).as("the one behind it").isEqualTo("before1");
        Judge.isSound(file, "after a write to a cluster of a snapshot");
        new Snapshots(file).apply("s");
        assertThat(read(file, CLUSTER)).as("the sector, back at the snapshot")
                .isEqualTo("before0");
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.order", points = 2)
    void at_every_moment_a_power_failure_leaves_an_image_without_contradictions()
            throws IOException {
        PaperFile file = image.file();
        byte[] start = file.bytes();
        try (Disk disk = Qcow2Disk.open(file, null)) {
            write(disk, 0, "one");
            write(disk, PER_TABLE, "two");
            disk.flush();
            write(disk, 3 * PER_TABLE + CLUSTER, "three");
            disk.discard(0, CLUSTER);
            disk.flush();
            write(disk, 2 * CLUSTER, "four");
            write(disk, 3 * CLUSTER, "five");
        }
        PowerFailures.assertSurvived(start, file.steps);
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.reuse", points = 1)
    void a_cluster_is_used_again_once_the_file_does_not_refer_to_it() throws IOException {
        image.table(0);
        long freed = image.text("old");
        image.map(0, freed | PaperImage.COPIED);
        PaperFile file = image.file();
        try (Disk disk = Qcow2Disk.open(file, null)) {
            disk.discard(0, CLUSTER);
            write(disk, CLUSTER, "early");
            assertThat(file.number(freed, 3)).as("the freed cluster at 0x%x before a flush: the "
                    + "L2 table in the file still refers to it", freed).isEqualTo(0x6F6C64);
            disk.flush();
            write(disk, 2 * CLUSTER, "late");
            assertThat(file.number(freed, 4)).as("the freed cluster at 0x%x after a flush and "
                    + "another write", freed).isEqualTo(0x6C617465);
        }
        Judge.isSound(file, "after a discard and two writes");
    }

    @Test
    @Graded(exercise = "dev-15", id = "dev-15.full", points = 1)
    void a_write_that_finds_no_room_leaves_the_cluster_as_it_was_and_no_count_behind()
            throws IOException {
        image.table(0);
        image.map(0, 1);
        PaperFile file = image.file();
        file.mostBytes = file.sizeBytes();
        try (Disk disk = Qcow2Disk.open(file, null)) {
            assertThat(Thrown.by(() -> write(disk, 0, "more"))).as("no room on the host's disk")
                    .isInstanceOf(IOException.class).hasMessageContaining("no space left");
            assertThat(PaperImage.read(disk, 0)).as("the guest's sector").isEmpty();
            file.mostBytes = 2 * file.sizeBytes();
            write(disk, CLUSTER, "later");
        }
        Judge.isSound(file, "after a write that found no room, and another that did");
    }
}
