package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// `struct virtio_net_hdr`, which stands before each frame.
///
/// ```
///  0 flags │ 1 gso_type │ 2 hdr_len │ 4 gso_size │ 6 csum_start │ 8 csum_offset │ 10 num_buffers
/// ```
///
/// `hdr_len` is a hint: the driver's is not looked at.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, sections 5.1.6 "Device Operation", 5.1.6.2 "Packet Transmission"
final class NetHeader {
    static final int BYTES = 12;

    /// The feature bits with which a header may say something.
    static final long CSUM = 1 << 0;
    static final long GUEST_CSUM = 1 << 1;
    static final long GUEST_TSO4 = 1 << 7;
    static final long HOST_TSO4 = 1 << 11;
    static final long ALL = CSUM | GUEST_CSUM | GUEST_TSO4 | HOST_TSO4;

    private static final int NEEDS_CSUM = 1 << 0;
    private static final int DATA_VALID = 1 << 1;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int GSO_NONE = 0;
    private static final int GSO_TCPV4 = 1;

    private NetHeader() {}

    /// {@return the frame behind a header of the driver's}
    ///
    /// @param features what driver and device have agreed on; without one of these bits what it
    /// allows the header to say is not looked at
    /// @throws DriverMistake if the header leaves work that was not agreed on or cannot be done
    static Frame describe(byte[] header, byte[] frame, long features) {
        ByteBuffer h = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        boolean unfinished = (features & CSUM) != 0 && (h.get(0) & NEEDS_CSUM) != 0;
        int start = unfinished ? h.getShort(6) & 0xFFFF : 0;
        int offset = unfinished ? h.getShort(8) & 0xFFFF : 0;
        int segment = (features & HOST_TSO4) == 0 ? 0 : segmentBytes(h, unfinished);
        try {
            return new Frame(frame, start, offset, segment);
        } catch (IllegalArgumentException outside) {
            throw new DriverMistake(outside.getMessage());
        }
    }

    private static int segmentBytes(ByteBuffer h, boolean unfinished) {
        int type = h.get(1);
        int size = h.getShort(4) & 0xFFFF;
        if (type == GSO_NONE) {
            return 0;
        }
        if (type != GSO_TCPV4 || size == 0 || !unfinished) {
            throw new DriverMistake("gso_type %d with gso_size %d, and the checksum %s".formatted(
                    type & 0xFF, size, unfinished ? "to be finished" : "said to be finished"));
        }
        return size;
    }

    /// Writes header and frame over buffers that have room for both.
    ///
    /// @param checked whether the frame's checksums are known to be right
    static void fill(List<Chain> chains, Frame frame, boolean checked) {
        byte[] bytes = precede(frame, chains.size(), checked);
        int at = 0;
        for (Chain chain : chains) {
            int part = (int) Math.min(chain.writableBytes(), bytes.length - at);
            chain.write(Arrays.copyOfRange(bytes, at, at + part));
            at += part;
        }
    }

    private static byte[] precede(Frame frame, int buffers, boolean checked) {
        ByteBuffer b = ByteBuffer.allocate(BYTES + frame.bytes().length)
                .order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) (frame.isUnfinished() ? NEEDS_CSUM : checked ? DATA_VALID : 0));
        b.put((byte) (frame.isLarge() ? GSO_TCPV4 : GSO_NONE));
        b.putShort((short) (frame.isLarge() ? frame.checksumStart() + TCP_HEADER_BYTES : 0));
        b.putShort((short) frame.segmentBytes());
        b.putShort((short) frame.checksumStart()).putShort((short) frame.checksumOffset());
        return b.putShort((short) buffers).put(frame.bytes()).array();
    }
}
