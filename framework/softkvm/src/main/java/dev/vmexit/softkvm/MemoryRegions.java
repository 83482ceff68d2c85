package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.ram.Slot;
import java.util.concurrent.atomic.AtomicLongArray;

/// `KVM_SET_USER_MEMORY_REGION` and `KVM_GET_DIRTY_LOG`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.8 and 4.35
final class MemoryRegions {
    private static final int LOG_DIRTY_PAGES = 1;
    private static final int READONLY = 2;
    private static final int MOST_SLOTS = 32_764;
    private static final long MOST_PAGES = (1L << 31) - 1;
    private static final long END_OF_PHYSICAL = 1L << 52;

    private final Vm vm;

    MemoryRegions(Vm vm) {
        this.vm = vm;
    }

    /// `struct kvm_userspace_memory_region`: slot, flags, guest address, size, host address.
    synchronized long set(long address) {
        Wire in = Wire.at(address, 32);
        int number = in.i32();
        int flags = in.i32();
        long guest = in.i64();
        long size = in.i64();
        long host = in.i64();
        if (!isSlot(number) || (flags & ~(LOG_DIRTY_PAGES | READONLY)) != 0
                || ((guest | size | host) & 0xFFF) != 0 || size >>> 12 > MOST_PAGES
                || guest < 0 || guest + size < guest || guest + size > END_OF_PHYSICAL
                || size != 0 && !Wire.isUsable(host, size)) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        Slot old = vm.memory.numbered(number);
        return size == 0
                ? remove(old)
                : put(old, new Slot(number, guest, size, host,
                        (flags & READONLY) != 0, log(old, flags, size)));
    }

    /// The upper half would be another address space: system management mode's, which is not here.
    private static boolean isSlot(int number) {
        return number >= 0 && number < MOST_SLOTS;
    }

    private long remove(Slot old) {
        if (old == null) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        vm.memory.remove(old.number());
        vm.flushAllTlbs();
        // What the process does there from now on it need not report.
        vm.memory.code.drop(old.host(), old.sizeBytes());
        return 0;
    }

    private static AtomicLongArray log(Slot old, int flags, long size) {
        if ((flags & LOG_DIRTY_PAGES) == 0) {
            return null;
        }
        return old != null && old.dirty() != null
                ? old.dirty()
                : new AtomicLongArray((int) ((size >>> 12) + 63 >>> 6));
    }

    /// A slot may be moved and may change its flags; neither its size nor what is behind it.
    private long put(Slot old, Slot slot) {
        if (old != null && (old.sizeBytes() != slot.sizeBytes() || old.host() != slot.host()
                || old.readOnly() != slot.readOnly())) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        if (vm.memory.overlaps(slot)) {
            return KvmDevice.fail(Errno.EEXIST);
        }
        vm.memory.put(slot);
        vm.flushAllTlbs();
        return 0;
    }

    /// `struct kvm_dirty_log`: slot, padding, address of the bitmap. Reading starts a new log.
    synchronized long dirtyLog(long address) {
        Wire in = Wire.at(address, 16);
        int number = in.i32();
        if (!isSlot(number)) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        Slot slot = vm.memory.numbered(number);
        if (slot == null || slot.dirty() == null) {
            return KvmDevice.fail(Errno.ENOENT);
        }
        long bitmap = in.skip(4).i64();
        AtomicLongArray dirty = slot.dirty();
        long[] taken = new long[dirty.length()];
        boolean any = false;
        for (int n = 0; n < taken.length; n++) {
            taken[n] = dirty.getAndSet(n, 0);
            any |= taken[n] != 0;
        }
        if (any) {
            // Until here a vCPU could write to a page taken as dirty without setting its bit anew.
            vm.flushAllTlbs();
        }
        Wire out = Wire.at(bitmap, 8L * taken.length);
        for (long word : taken) {
            out.u64(word);
        }
        return 0;
    }
}
