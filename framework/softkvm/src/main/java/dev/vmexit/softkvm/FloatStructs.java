package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.Cpu;

/// `struct kvm_fpu`, `struct kvm_xsave`, `struct kvm_xcrs`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.22, 4.42, 4.44
final class FloatStructs {
    private FloatStructs() {}

    static long answer(Vcpu v, int request, long argument) {
        switch (request) {
            case Request.GET_XCRS -> getXcrs(v.cpu, argument);
            case Request.SET_XCRS -> setXcrs(v.cpu, argument);
            default -> {
                return KvmDevice.fail(Errno.EINVAL);
            }
        }
        return 0;
    }

    /// `struct kvm_xcrs`: count, flags, entries of number, reserved, value.
    private static void getXcrs(Cpu c, long address) {
        Wire.at(address, 392).u32(1).u32(0).u32(0).u32(0).u64(c.xcr0).zero(368);
    }

    private static void setXcrs(Cpu c, long address) {
        Wire in = Wire.at(address, 392);
        int count = in.i32();
        if (in.i32() != 0 || count > 16) {
            throw new KvmError(Errno.EINVAL);
        }
        for (int n = 0; n < count; n++) {
            int number = in.i32();
            long value = in.skip(4).i64();
            if (number == 0) {
                if ((value & ~3) != 0 || (value & 1) == 0) {
                    throw new KvmError(Errno.EINVAL);
                }
                c.xcr0 = value;
            }
        }
    }
}
