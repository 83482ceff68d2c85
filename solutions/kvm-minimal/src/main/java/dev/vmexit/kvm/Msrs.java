package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/// One model-specific register at a time, through `struct kvm_msrs` with one entry.
///
/// ```
///  offset  0       4     8       12         16
///          nmsrs   pad   index   reserved   data
/// ```
///
/// The ioctl returns how many registers it got or set; 0 means that KVM does not know this one.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.18 "KVM_GET_MSRS"
final class Msrs {
    private Msrs() {}

    static long get(LibC libc, int vcpuFd, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = entry(arena, index);
            check("KVM_GET_MSRS", index,
                    libc.ioctl(vcpuFd, Requests.KVM_GET_MSRS, struct.address()));
            return struct.get(JAVA_LONG, 16);
        }
    }

    /// {@return the register's value, or nothing if KVM does not know it}
    static OptionalLong find(LibC libc, int vcpuFd, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = entry(arena, index);
            int done = KernelException.check("ioctl(KVM_GET_MSRS)",
                    libc.ioctl(vcpuFd, Requests.KVM_GET_MSRS, struct.address()));
            return done == 1 ? OptionalLong.of(struct.get(JAVA_LONG, 16)) : OptionalLong.empty();
        }
    }

    static void set(LibC libc, int vcpuFd, int index, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = entry(arena, index);
            struct.set(JAVA_LONG, 16, value);
            check("KVM_SET_MSRS", index,
                    libc.ioctl(vcpuFd, Requests.KVM_SET_MSRS, struct.address()));
        }
    }

    private static MemorySegment entry(Arena arena, int index) {
        MemorySegment struct = arena.allocate(24, 8);
        struct.set(JAVA_INT, 0, 1);
        struct.set(JAVA_INT, 8, index);
        return struct;
    }

    private static void check(String name, int index, int done) {
        KernelException.check("ioctl(" + name + ")", done);
        if (done != 1) {
            throw new IllegalArgumentException(
                    "%s: KVM does not know MSR 0x%x, or not this value".formatted(name, index));
        }
    }
}
