package dev.vmexit.virtio;

import java.util.function.IntPredicate;

/// The control queue of a network card: how many pairs of queues the driver uses.
///
/// ```
///  readable  0 class │ 1 command │ 2 virtqueue_pairs, u16        writable  0 ack
/// ```
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, sections 5.1.6.5 "Control Virtqueue", 5.1.6.5.6 "Automatic receive steering in multiqueue mode"
final class NetControl {
    private static final int CLASS_MQ = 4;
    private static final int VQ_PAIRS_SET = 0;
    private static final int BYTES = 4;
    private static final byte OK = 0;
    private static final byte ERR = 1;

    private final int most;
    private final IntPredicate use;

    /// @param most pairs that there are
    /// @param use is told how many are in use from now on, before the driver's command comes back;
    /// false if that was not agreed on
    NetControl(int most, IntPredicate use) {
        this.most = most;
        this.use = use;
    }

    /// @throws DriverMistake if a command has no room for its answer
    void serve(VirtQueue queue) {
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            if (chain.writableBytes() == 0) {
                throw new DriverMistake("a command without a byte for the answer");
            }
            chain.write(new byte[]{obey(chain) ? OK : ERR});
            queue.push(chain);
        }
    }

    private boolean obey(Chain chain) {
        if (chain.readableBytes() != BYTES) {
            return false;
        }
        byte[] command = chain.read(BYTES);
        int pairs = command[2] & 0xFF | (command[3] & 0xFF) << 8;
        boolean known = command[0] == CLASS_MQ && command[1] == VQ_PAIRS_SET;
        return known && pairs >= 1 && pairs <= most && use.test(pairs);
    }
}
