package dev.vmexit.virtio;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Into which receive queue a frame goes: that beside the transmit queue in which the driver sent
/// last in the same flow, so that a connection stays with one CPU. What the driver never sent in
/// goes into the first.
///
/// Flows that meet in one of its 256 cells go together. For any thread.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.1.6.5.6 "Automatic receive steering in multiqueue mode"
final class NetSteering {
    private static final int CELLS = 256;
    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86DD;
    private static final int ETHER_TYPE = 12;
    private static final int PACKET = 14;
    private static final int TCP = 6;
    private static final int UDP = 17;

    private final AtomicIntegerArray pairs = new AtomicIntegerArray(CELLS);
    private volatile int inUse = 1;

    /// From now on there are this many pairs; nothing is known of any flow.
    void use(int number) {
        inUse = number;
        for (int cell = 0; cell < CELLS; cell++) {
            pairs.set(cell, 0);
        }
    }

    int inUse() {
        return inUse;
    }

    /// The driver has sent this frame in this pair of queues.
    void sent(byte[] frame, int pair) {
        if (inUse > 1) {
            pairs.set(cell(frame), pair);
        }
    }

    /// {@return into which pair's receive queue a frame goes}
    int pair(byte[] frame) {
        return inUse == 1 ? 0 : Math.min(pairs.get(cell(frame)), inUse - 1);
    }

    /// The same for both directions of a flow.
    private static int cell(byte[] frame) {
        ByteBuffer b = ByteBuffer.wrap(frame);
        int type = frame.length < PACKET ? 0 : b.getShort(ETHER_TYPE) & 0xFFFF;
        int hash = 0;
        if (type == IPV4 && frame.length >= PACKET + 20) {
            boolean whole = (b.getShort(PACKET + 6) & 0x3FFF) == 0;
            hash = b.getInt(PACKET + 12) ^ b.getInt(PACKET + 16)
                    ^ (whole ? ports(b, b.get(PACKET + 9), (b.get(PACKET) & 0xF) * 4) : 0);
        } else if (type == IPV6 && frame.length >= PACKET + 40) {
            for (int word = 8; word < 40; word += 4) {
                hash ^= b.getInt(PACKET + word);
            }
            hash ^= ports(b, b.get(PACKET + 6), 40);
        }
        hash ^= hash >>> 16;
        return (hash ^ hash >>> 8) & CELLS - 1;
    }

    /// Both ports, whichever is the source.
    private static int ports(ByteBuffer frame, int protocol, int headerBytes) {
        int at = PACKET + headerBytes;
        boolean has = (protocol == TCP || protocol == UDP) && at + 4 <= frame.capacity();
        return has ? (frame.getShort(at) ^ frame.getShort(at + 2)) & 0xFFFF : 0;
    }
}
