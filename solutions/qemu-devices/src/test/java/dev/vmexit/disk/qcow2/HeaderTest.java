package dev.vmexit.disk.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vmexit.disk.Disk;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.disk.MemoryFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Every field of the header, wrong.
class HeaderTest {
    private static byte[] image(Consumer<ByteBuffer> change) throws IOException {
        var file = new MemoryFile(new byte[0]);
        Qcow2Create.create(file, 64 << 20, 16, null);
        byte[] bytes = file.bytes();
        change.accept(ByteBuffer.wrap(bytes));
        return bytes;
    }

    private static void isRefused(String why, Consumer<ByteBuffer> change) throws IOException {
        var file = new MemoryFile(image(change));
        assertThatThrownBy(() -> Qcow2Disk.open(file, null)).as(why)
                .isInstanceOf(DiskFailure.class).hasMessageContaining(why);
        assertThat(file.log).as("writes to a refused image").isEmpty();
    }

    @Test
    void fields_that_cannot_be() throws IOException {
        isRefused("no qcow2 image", b -> b.putInt(0, 0x5146_4900));
        isRefused("version 1", b -> b.putInt(4, 1));
        isRefused("version 4294967295", b -> b.putInt(4, -1));
        isRefused("cluster_bits is 8", b -> b.putInt(20, 8));
        isRefused("cluster_bits is 22", b -> b.putInt(20, 22));
        isRefused("cluster_bits is 2147483648", b -> b.putInt(20, Integer.MIN_VALUE));
        isRefused("no whole sectors", b -> b.putLong(24, 511));
        isRefused("no whole sectors", b -> b.putLong(24, -512));
        isRefused("encrypted", b -> b.putInt(32, 2));
        isRefused("refcount_order is 7", b -> b.putInt(96, 7));
        isRefused("header_length is 103", b -> b.putInt(100, 103));
        isRefused("header_length is 65544", b -> b.putInt(100, 65_544));
        isRefused("header_length is 4294967288", b -> b.putInt(100, -8));
        isRefused("compression_type", b -> b.putLong(72, 8));
    }

    @Test
    void tables_that_cannot_be_there() throws IOException {
        isRefused("too few for a disk", b -> b.putInt(36, 0));
        isRefused("too few for a disk", b -> b.putLong(24, 1L << 50));
        isRefused("l1_size is 4294967295", b -> b.putInt(36, -1));
        isRefused("l1_size is 4194305", b -> b.putInt(36, (4 << 20) + 1));
        isRefused("L1 table at", b -> b.putInt(36, 1 << 20));
        isRefused("L1 table at", b -> b.putLong(40, 0));
        isRefused("L1 table at", b -> b.putLong(40, 65_537));
        isRefused("L1 table at", b -> b.putLong(40, 1L << 62));
        isRefused("L1 table at", b -> b.putLong(40, -65_536));
        isRefused("refcount table at", b -> b.putLong(48, 0));
        isRefused("refcount table at", b -> b.putLong(48, 1L << 40));
        isRefused("refcount_table_clusters is 0", b -> b.putInt(56, 0));
        isRefused("refcount_table_clusters is 129", b -> b.putInt(56, 129));
        isRefused("nb_snapshots is 65537", b -> b.putInt(60, 65_537));
        isRefused("snapshot table at", b -> b.putInt(60, 1));
        isRefused("is impossible",
                b -> b.putInt(60, 1).putLong(64, 65_536));
    }

    @Test
    void features_that_are_not_known_are_refused_by_their_names() throws IOException {
        isRefused("external data file", b -> b.putLong(72, 1 << 2));
        isRefused("extended L2 entries", b -> b.putLong(72, 1 << 4));
        isRefused("zstd", b -> b.putLong(72, 1 << 3).putInt(100, 112).put(104, (byte) 1));
        isRefused("incompatible feature bit 63", b -> b.putLong(72, 1L << 63));
        isRefused("a feature of tomorrow", b -> {
            b.putLong(72, 1L << 17).putInt(104, 0x6803_F857).putInt(108, 48);
            b.put(112, (byte) 0).put(113, (byte) 17);
            b.put(114, "a feature of tomorrow".getBytes(StandardCharsets.US_ASCII));
        });
        isRefused("header extension 0x6803f857",
                b -> b.putInt(104, 0x6803_F857).putInt(108, -1));
        isRefused("refcounts are out of date", b -> b.putLong(72, 1));
        isRefused("marked corrupt", b -> b.putLong(72, 2));
    }

    @Test
    void a_backing_name_outside_the_first_cluster() throws IOException {
        String why = "name of the backing file";
        isRefused(why, b -> b.putLong(8, 65_530).putInt(16, 100));
        isRefused(why, b -> b.putLong(8, 200).putInt(16, 1024));
        isRefused(why, b -> b.putLong(8, 200).putInt(16, -1));
        isRefused(why, b -> b.putLong(8, 200).putInt(16, 0));
        isRefused(why, b -> b.putLong(8, -8).putInt(16, 10));
        isRefused(why, b -> b.putLong(8, Long.MAX_VALUE).putInt(16, 10));
    }

    @Test
    void a_file_that_ends_in_its_header() {
        for (int length : new int[]{0, 3, 4, 71, 72, 103, 104, 512}) {
            assertThatThrownBy(() -> Qcow2Disk.open(new MemoryFile(
                    java.util.Arrays.copyOf(image(_ -> {}), length)), null))
                    .as(length + " bytes").isInstanceOf(DiskFailure.class);
        }
    }

    @Test
    void unknown_autoclear_features_are_cleared_before_anything_else() throws IOException {
        var file = new MemoryFile(image(b -> b.putLong(88, 1L << 40 | 1)));
        Qcow2Disk.open(file, null).close();
        assertThat(ByteBuffer.wrap(file.bytes()).getLong(88)).isZero();
    }

    private static int place(byte[] image, int field) {
        return (int) ByteBuffer.wrap(image).getLong(field);
    }

    private static MemoryFile pointingTo(long target) throws IOException {
        var file = new MemoryFile(image(_ -> {}));
        try (Disk disk = Qcow2Disk.open(file, null)) {
            disk.write(0, MemorySegment.ofArray(new byte[512]));
        }
        byte[] bytes = file.bytes();
        ByteBuffer b = ByteBuffer.wrap(bytes);
        int l2 = (int) (b.getLong(place(bytes, 40)) & L2Entry.OFFSET);
        b.putLong(l2, target == -1 ? l2 | L2Entry.COPIED : target);
        return new MemoryFile(bytes);
    }

    @Test
    void a_write_that_would_destroy_metadata_marks_the_image() throws IOException {
        long[] targets = {65_536 | L2Entry.COPIED, 131_072 | L2Entry.COPIED,
                196_608 | L2Entry.COPIED, -1};
        for (long target : targets) {
            MemoryFile file = pointingTo(target);
            Disk disk = Qcow2Disk.open(file, null);
            MemorySegment sector = MemorySegment.ofArray(new byte[512]);
            assertThatThrownBy(() -> disk.write(0, sector)).isInstanceOf(CorruptImage.class)
                    .hasMessageContaining("would have destroyed");
            assertThatThrownBy(() -> disk.write(1 << 20, sector))
                    .isInstanceOf(CorruptImage.class);
            assertThatThrownBy(disk::flush).isInstanceOf(CorruptImage.class);
            assertThat(Header.read(file).corrupt()).isTrue();
            assertThat(file.log).as("only the mark is written").hasSize(2);
        }
    }
}
