package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// What the guest's `CPUID` instruction answers: `struct kvm_cpuid2`, a count and its entries.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.46 "KVM_GET_SUPPORTED_CPUID"
public record Cpuid(List<Entry> entries) {
    /// One leaf. `index` counts only where bit 0 of `flags` is set.
    public record Entry(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {
        private static final int BYTES = 40;

        static Entry read(MemorySegment struct, long at) {
            int[] f = struct.asSlice(at, 28).toArray(JAVA_INT);
            return new Entry(f[0], f[1], f[2], f[3], f[4], f[5], f[6]);
        }

        void write(MemorySegment struct, long at) {
            int[] fields = {function, index, flags, eax, ebx, ecx, edx};
            MemorySegment.copy(fields, 0, struct, JAVA_INT, at, fields.length);
        }
    }

    private static final int HEADER_BYTES = 8;
    private static final int MOST_ENTRIES = 256;

    public Cpuid {
        entries = List.copyOf(entries);
    }

    static Cpuid supported(LibC libc, int kvmFd) {
        try (Arena arena = Arena.ofConfined()) {
            var struct = arena.allocate(HEADER_BYTES + MOST_ENTRIES * Entry.BYTES, 8);
            struct.set(JAVA_INT, 0, MOST_ENTRIES);
            KernelException.check("ioctl(KVM_GET_SUPPORTED_CPUID)",
                    libc.ioctl(kvmFd, Requests.KVM_GET_SUPPORTED_CPUID, struct.address()));
            int count = struct.get(JAVA_INT, 0);
            if (count < 0 || count > MOST_ENTRIES) {
                throw new KernelException("ioctl(KVM_GET_SUPPORTED_CPUID)", Errno.E2BIG.number());
            }
            return new Cpuid(IntStream.range(0, count)
                    .mapToObj(i -> Entry.read(struct, HEADER_BYTES + (long) i * Entry.BYTES))
                    .toList());
        }
    }

    /// {@return the same leaves, each changed by `change`}
    public Cpuid map(UnaryOperator<Entry> change) {
        return new Cpuid(entries.stream().map(change).toList());
    }

    long structBytes() {
        return HEADER_BYTES + (long) entries.size() * Entry.BYTES;
    }

    void write(MemorySegment struct) {
        struct.set(JAVA_INT, 0, entries.size());
        for (int i = 0; i < entries.size(); i++) {
            entries.get(i).write(struct, HEADER_BYTES + (long) i * Entry.BYTES);
        }
    }
}
