package dev.vmexit.virtio;

import dev.vmexit.memory.GuestMemory;
import dev.vmexit.pci.MsixTable;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;

/// What the driver has said about one queue, and the queue once it is enabled.
final class QueueSetup {
    private final int mostEntries;
    /// Descriptors, available, used.
    private final long[] addresses = new long[3];
    int size;
    int vector;
    boolean enabled;
    volatile VirtQueue queue;

    QueueSetup(int mostEntries) {
        this.mostEntries = mostEntries;
        reset();
    }

    void reset() {
        size = mostEntries;
        vector = MsixTable.NONE;
        enabled = false;
        queue = null;
        java.util.Arrays.fill(addresses, 0);
    }

    /// Other sizes than powers of two up to the device's own are not taken.
    void resize(int entries) {
        if (!enabled && Integer.bitCount(entries) == 1 && entries <= mostEntries) {
            size = entries;
        }
    }

    long address(int area) {
        return addresses[area];
    }

    /// Writes part of an address: a driver may do it in two halves.
    ///
    /// @param at the first byte within the address
    void address(int area, int at, int bytes, long value) {
        for (int n = 0; n < bytes && at + n < 8; n++) {
            int shift = 8 * (at + n);
            addresses[area] = addresses[area] & ~(0xFFL << shift)
                    | (value >>> 8 * n & 0xFF) << shift;
        }
    }

    void save(StateOut out) {
        out.u16(size).u16(vector).flag(enabled);
        for (long address : addresses) {
            out.i64(address);
        }
        out.flag(queue != null);
        if (queue != null) {
            queue.save(out);
        }
    }

    /// @param vectors how many the device has
    void restore(StateIn in, GuestMemory memory, boolean eventIndex, int vectors) {
        reset();
        resize(in.u16());
        int saved = in.u16();
        vector = saved < vectors ? saved : MsixTable.NONE;
        enabled = in.flag();
        for (int n = 0; n < addresses.length; n++) {
            addresses[n] = in.i64();
        }
        if (in.flag()) {
            try {
                queue = new VirtQueue(memory, layout(), eventIndex);
            } catch (DriverMistake mistake) {
                throw in.wrong(mistake.getMessage());
            }
            queue.restore(in);
        }
    }

    QueueLayout layout() {
        return new QueueLayout(size, mostEntries, addresses[0], addresses[1], addresses[2]);
    }
}
