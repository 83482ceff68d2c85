package dev.vmexit.virtio;

import java.util.random.RandomGenerator;

/// The entropy device: whatever the driver offers is filled with random bytes.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.4
///       "Entropy Device"
public final class VirtioRng implements VirtioDevice {
    /// More than this at once is not given: a driver that wants more asks again.
    private static final int MOST_BYTES = 4096;

    private final RandomGenerator random;

    public VirtioRng(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public int type() {
        return 4;
    }

    @Override
    public int classCode() {
        return 0xFF_0000;
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public int[] queueSizes() {
        return new int[]{64};
    }

    @Override
    public byte[] configuration() {
        return new byte[0];
    }

    @Override
    public void serve(int index, VirtQueue queue) {
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            byte[] bytes = new byte[(int) Math.min(MOST_BYTES, chain.writableBytes())];
            random.nextBytes(bytes);
            chain.write(bytes);
            queue.push(chain);
        }
    }
}
