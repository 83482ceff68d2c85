package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.GuestFault;

/// The ioctls about model-specific registers: which there are, and many of them at once.
///
/// ```
///  kvm_msr_list  count u32 · index u32 …
///  kvm_msrs      count u32 · padding u32 · entries of index u32, reserved u32, data u64
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.3, 4.18, 4.19
final class MsrLists {
    private static final int TOO_MANY = 256;
    private static final int MISC_ENABLE = 0x1A0;
    private static final int SPEC_CTRL = 0x48;

    private static final int[] SAVED = {VcpuMsrs.TSC, VcpuMsrs.APIC_BASE, VcpuMsrs.TSC_ADJUST,
            VcpuMsrs.SYSENTER_CS, VcpuMsrs.SYSENTER_ESP, VcpuMsrs.SYSENTER_EIP, VcpuMsrs.PAT,
            VcpuMsrs.TSC_DEADLINE, VcpuMsrs.EFER, VcpuMsrs.STAR, VcpuMsrs.LSTAR, VcpuMsrs.CSTAR,
            VcpuMsrs.FMASK, VcpuMsrs.FS_BASE, VcpuMsrs.GS_BASE, VcpuMsrs.KERNEL_GS_BASE,
            VcpuMsrs.TSC_AUX, VcpuMsrs.KVM_SYSTEM_TIME, MISC_ENABLE, SPEC_CTRL};
    private static final int[] FEATURES = {VcpuMsrs.ARCH_CAPABILITIES};

    private MsrLists() {}

    static long writeIndexList(long address) {
        return writeList(address, SAVED);
    }

    static long writeFeatureList(long address) {
        return writeList(address, FEATURES);
    }

    private static long writeList(long address, int[] list) {
        Wire head = Wire.at(address, 4);
        long room = head.u32();
        head.seek(0).u32(list.length);
        if (room < list.length) {
            return KvmDevice.fail(Errno.E2BIG);
        }
        Wire out = Wire.at(address + 4, 4L * list.length);
        for (int index : list) {
            out.u32(index);
        }
        return 0;
    }

    /// @throws KvmError `E2BIG`
    private static int count(long address) {
        long count = Wire.at(address, 8).u32();
        if (count >= TOO_MANY) {
            throw new KvmError(Errno.E2BIG);
        }
        return (int) count;
    }

    private static Wire entry(long address, int n) {
        return Wire.at(address + 8 + 16L * n, 16);
    }

    /// {@return how many were read before the first that does not exist}
    static long read(VcpuMsrs msrs, long address) {
        int count = count(address);
        for (int n = 0; n < count; n++) {
            Wire entry = entry(address, n);
            try {
                long value = msrs.read(entry.i32());
                entry.seek(8).u64(value);
            } catch (GuestFault unknown) {
                entry.seek(8).u64(0);
                return n;
            }
        }
        return count;
    }

    /// {@return how many were written before the first that does not exist, or not with that value}
    static long write(VcpuMsrs msrs, long address) {
        int count = count(address);
        for (int n = 0; n < count; n++) {
            Wire entry = entry(address, n);
            int index = entry.i32();
            long value = entry.skip(4).i64();
            try {
                msrs.writeFromHost(index, value);
            } catch (GuestFault refused) {
                return n;
            }
        }
        return count;
    }

    static long readFeatures(long address) {
        int count = count(address);
        for (int n = 0; n < count; n++) {
            Wire entry = entry(address, n);
            if (entry.i32() != VcpuMsrs.ARCH_CAPABILITIES) {
                return n;
            }
            entry.seek(8).u64(VcpuMsrs.NO_FLAWS);
        }
        return count;
    }
}
