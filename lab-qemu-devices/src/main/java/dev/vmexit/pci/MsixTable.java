package dev.vmexit.pci;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.course.Todo;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.BitSet;

/// Message-signalled interrupts: a table in which the driver writes, for each vector, an address
/// and a number; the interrupt is a write of that number there.
///
/// ```
///  table, 16 bytes a vector   0 address, low │ 4 address, high │ 8 data │ 12 bit 0: masked
///  pending bits, behind it    what was raised while it was masked
/// ```
///
/// @spec https://pcisig.com/specifications PCI Local Bus Specification 3.0, section 6.8.2 "MSI-X
///       Capability and Table Structures"
public final class MsixTable implements BusDevice, Saved {
    /// No vector at all.
    public static final int NONE = 0xFFFF;
    public static final int SIZE_BYTES = 4096;

    private static final int CAPABILITY = 0x11;
    private static final int PENDING = 2048;
    private static final int ENTRY_BYTES = 16;
    private static final int CONTROL = 12;
    private static final int ENABLE = 1 << 15;
    private static final int FUNCTION_MASK = 1 << 14;

    /// Where an interrupt goes.
    @FunctionalInterface
    public interface Sink {
        void signal(long address, int data);
    }

    private final int vectors;
    private final Sink sink;
    private final byte[] table;
    private final BitSet pending = new BitSet();
    private final PciFunction function;
    private final int control;

    /// Adds the capability, and the table behind a BAR.
    ///
    /// @param vectors 1 … 128
    public MsixTable(PciFunction function, int bar, int vectors, Sink sink) {
        if (vectors < 1 || vectors > PENDING / ENTRY_BYTES) {
            throw new IllegalArgumentException(vectors + " vectors");
        }
        this.function = function;
        this.vectors = vectors;
        this.sink = sink;
        this.table = new byte[vectors * ENTRY_BYTES];
        for (int n = 0; n < vectors; n++) {
            table[n * ENTRY_BYTES + CONTROL] = 1;
        }
        int capability = function.addCapability(CAPABILITY, new byte[]{
                (byte) (vectors - 1), 0, (byte) bar, 0, 0, 0, (byte) bar, PENDING >> 8, 0, 0});
        this.control = capability + 2;
        function.allow(control, 2, ENABLE | FUNCTION_MASK);
        function.addRegion(bar, SIZE_BYTES, this);
        function.onWrite(this::deliverPending);
    }

    public int vectors() {
        return vectors;
    }

    /// {@return whether the driver uses these interrupts}
    public boolean enabled() {
        return (function.read(control, 2) & ENABLE) != 0;
    }

    /// Raises an interrupt: sends the message of a vector. A masked one is pending instead, and so
    /// is one of a function that is no bus master, since the message is a write to memory; while
    /// the driver does not use these interrupts, and for a vector that is none, nothing happens.
    ///
    /// The sink is called without our lock: it may do anything.
    public void raise(int vector) {
        throw Todo.of("dev-10", "send the vector's message, or note that it is pending");
    }

    /// {@return whether the vector may not be sent now: for its own mask bit, for the function's,
    /// because the driver does not use these interrupts, or because the function is no bus master}
    private boolean masked(int vector) {
        throw Todo.of("dev-10", "look at the four things that can keep a vector back");
    }

    /// After every write that may have changed a mask: what is pending and not masked any more is
    /// sent, once.
    private void deliverPending() {
        throw Todo.of("dev-10", "send what is pending and not masked any more");
    }

    @Override
    public synchronized long read(long offset, int size) {
        if (offset + size <= table.length) {
            return number((int) offset, size);
        }
        long[] words = pending.toLongArray();
        long word = (offset - PENDING) / 8;
        boolean there = offset >= PENDING && word < words.length;
        return there ? words[(int) word] >>> 8 * (offset & 7) : 0;
    }

    private long number(int offset, int size) {
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (table[offset + n] & 0xFFL) << 8 * n;
        }
        return value;
    }

    @Override
    public void write(long offset, int size, long value) {
        synchronized (this) {
            if (offset + size > table.length) {
                return;
            }
            for (int n = 0; n < size; n++) {
                table[(int) offset + n] = (byte) (value >>> 8 * n);
            }
        }
        deliverPending();
    }

    @Override
    public synchronized void save(StateOut out) {
        out.bytes(table).bytes(pending.toByteArray());
    }

    @Override
    public synchronized void restore(StateIn in) {
        System.arraycopy(in.bytes("the table", table.length), 0, table, 0, table.length);
        pending.clear();
        pending.or(BitSet.valueOf(in.bytesUpTo("the pending bits", (vectors + 7) / 8)));
        pending.clear(vectors, Math.max(vectors, pending.length()));
    }

    /// Nothing is pending any more.
    public synchronized void reset() {
        pending.clear();
    }
}
