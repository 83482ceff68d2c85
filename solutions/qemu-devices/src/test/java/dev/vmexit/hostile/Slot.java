package dev.vmexit.hostile;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.pci.PciHost;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The driver's side of one virtio device, through the doors that a guest has and no other.
///
/// ```
///  RAM   0x1_0000 · (2 · slot + queue)   +0 descriptors  +0x1000 available  +0x2000 used
///                                        +0x4000 … +0xFFFF buffers
/// ```
final class Slot {
    static final int ENTRIES = 16;
    static final int BUFFERS = 0x4000;
    static final int AREA_BYTES = 0x1_0000;
    static final int F_NEXT = 1;
    static final int F_WRITE = 2;
    static final int F_INDIRECT = 4;
    static final int NEEDS_RESET = 64;

    private static final int AVAILABLE = 0x1000;
    private static final int USED = 0x2000;
    private static final int NOTIFY = 0x3000;
    private static final int MSIX_CONTROL = 0x42;
    private static final long VERSION_1 = 1L << 32;
    private static final int FEATURES_OK = 8 | 3;
    private static final int DRIVER_OK = 4 | FEATURES_OK;

    final int number;
    private final Board board;
    private final int queues;
    private final int[] offered;

    Slot(Board board, int number, int queues) {
        this.board = board;
        this.number = number;
        this.queues = queues;
        this.offered = new int[Math.max(2, queues)];
    }

    int queues() {
        return queues;
    }

    long bar0() {
        return PciHost.MEMORY + 0x1_0000L * number;
    }

    long bar1() {
        return bar0() + 0x8000;
    }

    int area(int queue) {
        return AREA_BYTES * (2 * number + queue);
    }

    /// What firmware does: addresses, and leave to use the bus.
    void place() {
        config(0x10, 4, bar0());
        config(0x14, 4, bar1());
        config(4, 2, 6);
    }

    long configuration() {
        return PciHost.ECAM + ((long) number << 15);
    }

    private void config(int register, int size, long value) {
        board.memory.write(configuration() + register, size, value);
    }

    long read(int offset, int size) {
        return board.memory.read(bar0() + offset, size);
    }

    void write(int offset, int size, long value) {
        board.memory.write(bar0() + offset, size, value);
    }

    int status() {
        return (int) read(20, 1) & 0xFF;
    }

    /// It touches no memory from here on.
    void reset() {
        write(20, 1, 0);
    }

    /// From reset to DRIVER_OK, by the letter.
    ///
    /// @param features the device's own and the rings', below bit 32
    void start(long features) {
        reset();
        for (int vector = 0; vector <= queues; vector++) {
            board.memory.write(bar1() + 16L * vector, 8, Board.MESSAGE_ADDRESS);
            board.memory.write(bar1() + 16L * vector + 8, 4, message(vector));
            board.memory.write(bar1() + 16L * vector + 12, 4, 0);
        }
        config(MSIX_CONTROL, 2, 1 << 15);
        write(20, 1, 3);
        write(8, 4, 0);
        write(12, 4, features & 0xFFFF_FFFFL);
        write(8, 4, 1);
        write(12, 4, VERSION_1 >>> 32);
        write(20, 1, FEATURES_OK);
        write(16, 2, 0);
        for (int queue = 0; queue < queues; queue++) {
            enable(queue);
        }
        write(20, 1, DRIVER_OK);
    }

    int message(int vector) {
        return number * 16 + vector;
    }

    private void enable(int queue) {
        int at = area(queue);
        board.ram.asSlice(at, AREA_BYTES).fill((byte) 0);
        offered[queue] = 0;
        write(22, 2, queue);
        write(24, 2, ENTRIES);
        write(26, 2, queue + 1);
        write(32, 8, at);
        write(40, 8, at + AVAILABLE);
        write(48, 8, at + USED);
        write(28, 2, 1);
    }

    ByteBuffer bytes(int at, int length) {
        return board.ram.asSlice(at, length).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    void put(int at, byte[] bytes) {
        MemorySegment.copy(bytes, 0, board.ram, JAVA_BYTE, at, bytes.length);
    }

    byte[] copy(int at, int length) {
        return board.ram.asSlice(at, length).toArray(JAVA_BYTE);
    }

    /// What a descriptor says; nothing of it need be true.
    record Piece(long address, int length, int flags, int next) {
        void into(ByteBuffer table, int index) {
            table.position(16 * index);
            table.putLong(address).putInt(length).putShort((short) flags).putShort((short) next);
        }
    }

    void descriptor(int queue, int index, Piece piece) {
        piece.into(bytes(area(queue), 16 * ENTRIES), index);
    }

    void offer(int queue, int head) {
        ByteBuffer ring = bytes(area(queue) + AVAILABLE, 6 + 2 * ENTRIES);
        ring.putShort(4 + 2 * (offered[queue] % ENTRIES), (short) head);
        available(queue, ++offered[queue]);
    }

    void available(int queue, int index) {
        bytes(area(queue) + AVAILABLE, 4).putShort(2, (short) index);
    }

    void notifyDevice(int queue) {
        write(NOTIFY + 4 * queue, 2, queue);
    }

    int used(int queue) {
        return bytes(area(queue) + USED, 4).getShort(2) & 0xFFFF;
    }

    /// {@return bytes written, as the used ring says}
    int usedLength(int queue, int n) {
        return bytes(area(queue) + USED, 4 + 8 * ENTRIES).getInt(4 + 8 * (n % ENTRIES) + 4);
    }
}
