package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;

/// A struct at an address that the caller passed, read or written field by field in its order.
///
/// An address that no process has is `EFAULT`. Any other bad address is not caught: unlike the
/// Linux kernel, Soft KVM shares the caller's address space.
final class Wire {
    /// Linux maps nothing below; above is the kernel's half, or beyond 47 bits.
    private static final long FIRST_ADDRESS = 0x1_0000;
    private static final long END_OF_ADDRESSES = 1L << 47;

    private final MemorySegment segment;
    private long at;

    private Wire(MemorySegment segment) {
        this.segment = segment;
    }

    /// @throws KvmError `EFAULT`
    static Wire at(long address, long sizeBytes) {
        if (!isUsable(address, sizeBytes)) {
            throw new KvmError(Errno.EFAULT);
        }
        return new Wire(Host.ALL.asSlice(address, sizeBytes));
    }

    /// {@return whether a process can have memory there}
    static boolean isUsable(long address, long sizeBytes) {
        return address >= FIRST_ADDRESS && address <= END_OF_ADDRESSES
                && sizeBytes >= 0 && sizeBytes <= END_OF_ADDRESSES - address;
    }

    MemorySegment segment() {
        return segment;
    }

    long offset() {
        return at;
    }

    Wire seek(long offset) {
        at = offset;
        return this;
    }

    Wire skip(long bytes) {
        at += bytes;
        return this;
    }

    int u8() {
        return segment.get(Host.BYTE, at++) & 0xFF;
    }

    int u16() {
        at += 2;
        return segment.get(Host.SHORT, at - 2) & 0xFFFF;
    }

    int i32() {
        at += 4;
        return segment.get(Host.INT, at - 4);
    }

    long u32() {
        return i32() & 0xFFFF_FFFFL;
    }

    long i64() {
        at += 8;
        return segment.get(Host.LONG, at - 8);
    }

    Wire u8(long value) {
        segment.set(Host.BYTE, at++, (byte) value);
        return this;
    }

    Wire u8(boolean value) {
        return u8(value ? 1 : 0);
    }

    Wire u16(long value) {
        segment.set(Host.SHORT, at, (short) value);
        at += 2;
        return this;
    }

    Wire u32(long value) {
        segment.set(Host.INT, at, (int) value);
        at += 4;
        return this;
    }

    Wire u64(long value) {
        segment.set(Host.LONG, at, value);
        at += 8;
        return this;
    }

    Wire zero(long bytes) {
        segment.asSlice(at, bytes).fill((byte) 0);
        at += bytes;
        return this;
    }
}
