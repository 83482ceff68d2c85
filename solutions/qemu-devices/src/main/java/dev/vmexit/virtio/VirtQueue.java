package dev.vmexit.virtio;

import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestFault;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A split virtqueue: three areas in the guest's memory through which buffers go to the device and
/// come back.
///
/// ```
///  descriptors, 16 bytes each   0 addr │ 8 len │ 12 flags │ 14 next
///  available, by the driver     0 flags │ 2 idx │ 4 ring: heads of chains │ used_event
///  used, by the device          0 flags │ 2 idx │ 4 ring: head, bytes written │ avail_event
/// ```
///
/// The driver is not trusted: a chain that is longer than the table, a descriptor outside it,
/// memory that is none are [DriverMistake]s. Used by one thread at a time.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 2.7 "Split Virtqueues"
public final class VirtQueue {
    private static final int DESCRIPTOR_BYTES = 16;
    private static final int F_NEXT = 1;
    private static final int F_WRITE = 2;
    private static final int F_INDIRECT = 4;
    private static final int NO_INTERRUPT = 1;
    private static final int NO_NOTIFY = 1;
    /// A turn ends with the buffer that brings it here. A CPU may be waiting for that end.
    private static final long TURN_BYTES = 4 << 20;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    private static final VarHandle INDEX = SHORT.varHandle();

    private final GuestMemory memory;
    private final int size;
    private final int mostEntries;
    private final boolean eventIndex;
    private final MemorySegment descriptors;
    private final MemorySegment available;
    private final MemorySegment used;
    private int lastAvailable;
    private int usedIndex;
    /// The device's index when [#wantsInterrupt] was asked last.
    private int signalled;
    /// What is left of the turn, in buffers and in bytes; whether its end was felt.
    private int turn;
    private long turnBytes;
    private boolean cut;
    /// The driver's index when it was last looked at.
    private int seen;
    private volatile boolean abandoned;

    /// @param eventIndex whether `VIRTIO_F_EVENT_IDX` was negotiated
    /// @throws DriverMistake if the areas are not in the guest's memory, or not aligned
    VirtQueue(GuestMemory memory, QueueLayout layout, boolean eventIndex) {
        this.memory = memory;
        this.size = layout.size();
        this.mostEntries = layout.mostEntries();
        this.eventIndex = eventIndex;
        layout.requireAligned();
        descriptors = piece(layout.descriptors(), (long) DESCRIPTOR_BYTES * size);
        available = piece(layout.available(), 6 + 2L * size);
        used = piece(layout.used(), 6 + 8L * size);
    }

    private MemorySegment piece(long start, long bytes) {
        try {
            return memory.range(new GuestAddress(start), bytes);
        } catch (GuestFault outside) {
            throw new DriverMistake(outside.getMessage());
        }
    }

    // tag::pop[]
    /// {@return the next buffer, or null if the driver has offered no more, or the turn is over: as
    /// many buffers as the queue is long, or as much work as [#spend] allows}
    public Chain pop() {
        boolean over = turn == 0 || turnBytes <= 0;
        cut |= over && seen != lastAvailable; // what was popped before may be put back
        if (over || abandoned) {
            return null;
        }
        turn--;
        return next();
    }

    /// {@return the buffer that the driver offered after the last one, or null if there is none}
    ///
    /// @throws DriverMistake if more are offered than the queue is long, or the chain breaks a rule
    // tag::dev-11[]
    private Chain next() {
        // tag::solution[]
        int index = (short) INDEX.getAcquire(available, 2L) & 0xFFFF;
        seen = index;
        int waiting = index - lastAvailable & 0xFFFF;
        if (waiting == 0) {
            return null;
        }
        if (waiting > size) {
            throw new DriverMistake("%d buffers offered in a queue of %d".formatted(waiting, size));
        }
        int head = available.get(SHORT, 4 + 2L * (lastAvailable & size - 1)) & 0xFFFF;
        var chain = new Chain(head);
        follow(chain, descriptors, size, head);
        lastAvailable = lastAvailable + 1 & 0xFFFF;
        turnBytes -= chain.readableBytes() + chain.writableBytes();
        return chain;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-11", "take the next head from the available ring, and follow it");
        // end::stub[]
    }
    // end::dev-11[]

    /// Adds the pieces of a chain in its order. An indirect descriptor ends it: the rest is in a
    /// table of its own.
    ///
    /// @param table `entries` descriptors
    /// @param first the number of the chain's first descriptor
    /// @throws DriverMistake if a descriptor is not in the table, its memory is none, or there are
    /// more of them than the table has
    // tag::dev-11-follow[]
    private void follow(Chain chain, MemorySegment table, int entries, int first) {
        // tag::solution[]
        int at = first;
        for (int n = 0; n < entries; n++) {
            if (at >= entries) {
                throw new DriverMistake("descriptor %d in a table of %d".formatted(at, entries));
            }
            long descriptor = (long) DESCRIPTOR_BYTES * at;
            long address = table.get(LONG, descriptor);
            long length = table.get(INT, descriptor + 8) & 0xFFFF_FFFFL;
            int flags = table.get(SHORT, descriptor + 12);
            at = table.get(SHORT, descriptor + 14) & 0xFFFF;
            if ((flags & F_INDIRECT) != 0) {
                indirect(chain, table, address, length, flags);
                return;
            }
            chain.add(piece(address, length), (flags & F_WRITE) != 0);
            if ((flags & F_NEXT) == 0) {
                return;
            }
        }
        throw new DriverMistake("a chain of descriptors longer than its table: a loop");
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-11", "add one piece for each descriptor, to the last one");
        // end::stub[]
    }
    // end::dev-11-follow[]
    // end::pop[]

    /// Follows the chain in the table that an indirect descriptor names; it begins with entry 0.
    ///
    /// @param table where the indirect descriptor is; it may not be in an indirect table itself
    /// @param length of the new table in bytes: 16 for each entry, at least one entry and at most
    /// as many as the device offered for a queue
    /// @param flags of the indirect descriptor; it has no next one
    /// @throws DriverMistake if that is not so, or as [#follow] does
    // tag::dev-12[]
    private void indirect(Chain chain, MemorySegment table, long address, long length, int flags) {
        // tag::solution[]
        long entries = length / DESCRIPTOR_BYTES;
        if (table != descriptors || (flags & F_NEXT) != 0 || length % DESCRIPTOR_BYTES != 0
                || entries == 0 || entries > mostEntries) {
            throw new DriverMistake("an indirect table of %d bytes with flags 0x%x"
                    .formatted(length, flags));
        }
        // Its alignment is not prescribed, so it is copied.
        MemorySegment copy = MemorySegment.ofArray(new long[(int) length / 8]);
        follow(chain, copy.copyFrom(piece(address, length)), (int) entries, 0);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-12", "check the table, copy it, and follow the copy");
        // end::stub[]
    }
    // end::dev-12[]

    /// Puts back what was popped last: it was not enough.
    void unpop(int chains) {
        lastAvailable = lastAvailable - chains & 0xFFFF;
        turn += chains;
    }

    /// Takes from this turn what a buffer's own bytes do not show: sixteen of them may ask for 16
    /// MiB of zeros.
    public void spend(long bytes) {
        turnBytes -= bytes;
    }

    /// From any thread: no more buffers are taken.
    void abandon() {
        abandoned = true;
    }

    // tag::push[]
    /// Gives a buffer back.
    public void push(Chain chain) {
        push(java.util.List.of(chain));
    }

    /// Gives buffers back that belong together: the driver sees all of them at once.
    void push(java.util.List<Chain> chains) {
        chains.forEach(chain -> chain.filled().forEach(memory::written));
        publish(chains);
    }

    // tag::dev-11-push[]
    private void publish(java.util.List<Chain> chains) {
        // tag::solution[]
        for (Chain chain : chains) {
            long entry = 4 + 8L * (usedIndex & size - 1);
            used.set(INT, entry, chain.head);
            used.set(INT, entry + 4, (int) chain.written());
            usedIndex = usedIndex + 1 & 0xFFFF;
        }
        INDEX.setRelease(used, 2L, (short) usedIndex);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-11", "write an entry of the used ring for each, then the index");
        // end::stub[]
    }
    // end::dev-11-push[]
    // end::push[]

    // tag::interrupt[]
    /// {@return whether the driver wants to hear of what was pushed since the last time}
    ///
    /// Without `VIRTIO_F_EVENT_IDX` it says so in the flags of the available ring; with it, behind
    /// that ring, it names the entry of the used ring that it waits for. Indices go from 65,535 on
    /// to 0.
    // tag::dev-12-interrupt[]
    boolean wantsInterrupt() {
        // tag::solution[]
        // What was pushed has to be visible before the wish is read.
        VarHandle.fullFence();
        int before = signalled;
        signalled = usedIndex;
        if (before == usedIndex) {
            return false;
        }
        if (!eventIndex) {
            return (available.get(SHORT, 0) & NO_INTERRUPT) == 0;
        }
        int event = available.get(SHORT, 4 + 2L * size);
        return (usedIndex - event - 1 & 0xFFFF) < (usedIndex - before & 0xFFFF);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-12", "find out whether the entry it waits for was pushed now");
        // end::stub[]
    }
    // end::dev-12-interrupt[]
    // end::interrupt[]

    /// Asks the driver to notify of the next buffer behind those that were seen.
    ///
    /// @return whether one has come already, for which it may not
    // tag::await[]
    boolean awaitNotification() {
        boolean turnIsOver = cut || (turn == 0 || turnBytes <= 0) && seen != lastAvailable;
        if (eventIndex) {
            used.set(SHORT, 4 + 8L * size, (short) seen);
        } else {
            used.set(SHORT, 0, (short) 0);
        }
        memory.written(used);
        VarHandle.fullFence();
        return turnIsOver || ((short) INDEX.getAcquire(available, 2L) & 0xFFFF) != seen;
    }
    // end::await[]

    void save(StateOut out) {
        out.u16(lastAvailable).u16(usedIndex).u16(signalled).u16(seen);
    }

    void restore(StateIn in) {
        lastAvailable = in.u16();
        usedIndex = in.u16();
        signalled = in.u16();
        seen = in.u16();
    }

    /// A turn begins; a notification would be for nothing now, and the driver is told so.
    void busy() {
        turn = size;
        turnBytes = TURN_BYTES;
        cut = false;
        if (!eventIndex) {
            used.set(SHORT, 0, (short) NO_NOTIFY);
        }
    }
}
