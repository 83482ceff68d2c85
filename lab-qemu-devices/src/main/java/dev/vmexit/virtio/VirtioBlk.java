package dev.vmexit.virtio;

import dev.vmexit.course.Todo;
import dev.vmexit.disk.Disk;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// A disk: requests come in, each answered with a status.
///
/// ```
///  read by the device    0 type │ 4 – │ 8 sector │ 16 data to be written
///  filled by the device  data that was read │ status: 0 done, 1 failed, 2 no such request
/// ```
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.2
///       "Block Device"
public final class VirtioBlk implements VirtioDevice {
    private static final int QUEUE_SIZE = 256;
    private static final int CONFIGURATION_BYTES = 60;
    private static final int SERIAL_BYTES = 20;

    // Feature bits.
    private static final long SEG_MAX = 1 << 2;
    private static final long RO = 1 << 5;
    private static final long BLK_SIZE = 1 << 6;
    private static final long FLUSH = 1 << 9;
    private static final long MQ = 1 << 12;
    private static final long DISCARD = 1 << 13;
    private static final long WRITE_ZEROES = 1 << 14;

    // Request types.
    private static final int IN = 0;
    private static final int OUT = 1;
    private static final int FLUSH_REQUEST = 4;
    private static final int GET_ID = 8;
    private static final int DISCARD_REQUEST = 11;
    private static final int WRITE_ZEROES_REQUEST = 13;

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int UNSUPPORTED = 2;

    /// One discard or write-zeroes covers at most this.
    private static final int MOST_SECTORS = 1 << 15;
    /// No driver asks for so much at once; a request of overlapping pieces could, and another CPU
    /// would have to wait for it.
    private static final long MOST_BYTES = 64 << 20;
    private static final int UNMAP = 1;

    private final Disk disk;
    private final byte[] serial;
    private final int queues;
    private final Consumer<IOException> hostFailed;
    /// The driver does not know how to flush: what is answered has to be safe.
    private boolean writeThrough;

    /// @param serial up to 20 ASCII characters, `/sys/block/vda/serial` in the guest
    /// @param queues one for each CPU that is to be served at the same time
    /// @param hostFailed told of each request that the host could not fulfil; the guest gets an
    /// error
    public VirtioBlk(Disk disk, String serial, int queues, Consumer<IOException> hostFailed) {
        this.hostFailed = hostFailed;
        this.disk = disk;
        this.serial = Arrays.copyOf(serial.getBytes(StandardCharsets.US_ASCII), SERIAL_BYTES);
        this.queues = queues;
    }

    @Override
    public int type() {
        return 2;
    }

    @Override
    public int classCode() {
        return 0x01_0000;
    }

    @Override
    public long features() {
        long both = SEG_MAX | BLK_SIZE | MQ;
        long writing = FLUSH | WRITE_ZEROES | (disk.discards() ? DISCARD : 0);
        return both | (disk.readOnly() ? RO : writing);
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[queues];
        Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    @Override
    public byte[] configuration() {
        ByteBuffer b = ByteBuffer.allocate(CONFIGURATION_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        b.putLong(0, disk.sizeBytes() / Disk.SECTOR_BYTES);
        b.putInt(12, QUEUE_SIZE - 2);
        b.putInt(20, Disk.SECTOR_BYTES);
        b.putShort(34, (short) queues);
        b.putInt(36, MOST_SECTORS);
        b.putInt(40, 1);
        b.putInt(44, 1);
        b.putInt(48, MOST_SECTORS);
        b.putInt(52, 1);
        b.put(56, (byte) 1);
        return b.array();
    }

    @Override
    public void start(long features) {
        writeThrough = (features & FLUSH) == 0;
    }

    @Override
    public void serve(int index, VirtQueue queue) {
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            serve(chain, queue);
            queue.push(chain);
        }
    }

    @Override
    public void save(StateOut out) {
        out.flag(writeThrough);
    }

    @Override
    public void restore(StateIn in) {
        writeThrough = in.flag();
    }

    /// One request: reads its header, executes it, and puts the status into its last byte. All that
    /// lies before the status counts as filled. What the host could not do is told to
    /// `hostFailed` and is status 1.
    ///
    /// @throws DriverMistake if the header is too short, or there is no room for the status
    private void serve(Chain chain, VirtQueue queue) {
        throw Todo.of("dev-13", "read the header, execute the request, write the status");
    }

    private int execute(int type, long sector, Chain chain, long room, VirtQueue queue)
            throws IOException {
        return switch (type) {
            case IN -> read(sector, chain.fill(room), room);
            case OUT -> write(sector, chain.readableBytes(), chain);
            case FLUSH_REQUEST -> {
                disk.flush();
                yield DONE;
            }
            case GET_ID -> {
                chain.write(Arrays.copyOf(serial, (int) Math.min(SERIAL_BYTES, room)));
                yield DONE;
            }
            case DISCARD_REQUEST, WRITE_ZEROES_REQUEST -> range(type, chain, queue);
            default -> UNSUPPORTED;
        };
    }

    /// {@return whether the range is on the disk, in whole sectors, and no more than [#MOST_BYTES]}
    ///
    /// @param sector the guest's, 64 bits
    private boolean fits(long sector, long bytes) {
        throw Todo.of("dev-13", "compare the range with the disk; no sum may overflow");
    }

    /// Fills the pieces from the disk; a range that does not fit fails.
    ///
    /// @return the status
    private int read(long sector, List<MemorySegment> pieces, long bytes) throws IOException {
        throw Todo.of("dev-13", "let the disk fill the pieces, if the range fits");
    }

    /// Takes the data off the chain and puts it on the disk; a range that does not fit, or a disk
    /// that may not be written, fails.
    ///
    /// @return the status
    private int write(long sector, long bytes, Chain chain) throws IOException {
        throw Todo.of("dev-13", "put the data on the disk, if the range fits");
    }

    /// After a change: on the host's disk, too, if the driver cannot ask for that.
    private int done() throws IOException {
        if (writeThrough) {
            disk.flush();
        }
        return DONE;
    }

    /// Discard and write-zeroes name one range: sector, number of sectors, flags.
    private int range(int type, Chain chain, VirtQueue queue) throws IOException {
        long sector = chain.readLong();
        long sectors = chain.readInt() & 0xFFFF_FFFFL;
        int flags = chain.readInt();
        boolean zeroes = type == WRITE_ZEROES_REQUEST;
        boolean known = zeroes ? (flags & ~UNMAP) == 0 : flags == 0 && disk.discards();
        if (!known || chain.readableBytes() != 0) {
            return UNSUPPORTED;
        }
        long bytes = sectors * Disk.SECTOR_BYTES;
        if (sectors > MOST_SECTORS || !fits(sector, bytes) || disk.readOnly()) {
            return FAILED;
        }
        queue.spend(bytes);
        if (zeroes) {
            disk.writeZeroes(sector * Disk.SECTOR_BYTES, bytes, flags == UNMAP);
        } else {
            disk.discard(sector * Disk.SECTOR_BYTES, bytes);
        }
        return done();
    }
}
