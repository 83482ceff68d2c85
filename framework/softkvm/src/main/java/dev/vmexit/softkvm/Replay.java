package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Unsupported;

/// What the instruction at hand has already read outside.
///
/// An instruction that reads from a device leaves `KVM_RUN` in its middle, and is executed again
/// from its start when the answer is there. What it has read before comes from here then; so each
/// device register is read once, however often the instruction starts over.
final class Replay {
    private static final int MOST = 64;

    private final long[] values = new long[MOST];
    private int recorded;
    private int next;
    private byte[] block;

    /// {@return whether the read at hand was made before}
    boolean has() {
        return next < recorded;
    }

    long take() {
        return values[next++];
    }

    void record(long value) {
        if (recorded == MOST) {
            throw new Unsupported("an instruction with more than 64 device reads");
        }
        values[recorded++] = value;

    }

    void recordBlock(byte[] bytes) {
        block = bytes;
    }

    byte[] takeBlock() {
        byte[] taken = block;
        block = null;
        return taken;
    }

    boolean hasBlock() {
        return block != null;
    }

    boolean isEmpty() {
        return recorded == 0 && block == null;
    }

    /// The instruction starts over.
    void rewind() {
        next = 0;
    }

    /// The instruction, or one iteration of it, is complete.
    void done() {
        recorded = 0;
        next = 0;
        block = null;
    }
}
