package dev.vmexit.virtio;

import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.function.BooleanSupplier;

/// The way out of a port: from the guest's buffers to the link, as fast as that takes the bytes.
///
/// A buffer for which the link has no room stays first in its queue; how much of it went out is
/// remembered. Belongs to the device's lock, but for [#resume] and [#isStalled].
final class PortOutput {
    private static final int PIECE_BYTES = 1 << 16;
    /// Of one buffer in one turn; a queue's turn is over when a buffer has more.
    private static final long TURN_BYTES = 4 << 20;

    private final PortLink link;
    private final BooleanSupplier open;
    /// The link takes nothing at the moment.
    private volatile boolean stalled;
    /// Bytes of the first buffer in the queue that went out already.
    private long sent;

    /// @param open whether somebody is outside
    PortOutput(PortLink link, BooleanSupplier open) {
        this.link = link;
        this.open = open;
    }

    /// From any thread: the link may take something again.
    void resume() {
        stalled = false;
    }

    boolean isStalled() {
        return stalled;
    }

    /// Hands on what the guest sends. Where nobody is outside it is thrown away, as QEMU does.
    ///
    /// @throws DriverMistake if a buffer has become shorter than what was sent of it
    void send(VirtQueue queue) {
        stalled = false;
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            if (!isSent(chain)) {
                queue.unpop(1);
                return;
            }
            sent = 0;
            queue.push(chain);
        }
    }

    private boolean isSent(Chain chain) {
        chain.take(sent);
        long end = sent + TURN_BYTES;
        while (chain.readableBytes() > 0 && open.getAsBoolean()) {
            if (sent >= end) {
                return false;
            }
            byte[] bytes = chain.read((int) Math.min(PIECE_BYTES, chain.readableBytes()));
            int taken = link.send(bytes);
            sent += taken;
            if (taken < bytes.length) {
                stalled = true;
                return false;
            }
        }
        return true;
    }

    void reset() {
        sent = 0;
    }

    void save(StateOut out) {
        out.i64(sent);
    }

    void restore(StateIn in) {
        sent = in.i64();
        if (sent < 0) {
            throw in.wrong("it has sent %d bytes of a buffer".formatted(sent));
        }
    }
}
