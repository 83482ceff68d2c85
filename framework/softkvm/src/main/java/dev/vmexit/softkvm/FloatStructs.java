package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.FloatImage;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;

/// `struct kvm_fpu`, `struct kvm_xsave`, `struct kvm_xcrs`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.22, 4.42, 4.44
final class FloatStructs {
    private static final int FPU_MXCSR = 408;
    private static final int XMM_END = 416;
    private static final int XSAVE_COMPONENTS = 464;
    private static final int POWER_UP_CONTROL_WORD = 0x037F;

    private FloatStructs() {}

    static long answer(Vcpu v, int request, long argument) {
        switch (request) {
            case Request.GET_XCRS -> getXcrs(v.cpu, argument);
            case Request.SET_XCRS -> setXcrs(v, argument);
            case Request.GET_FPU -> getFpu(v.cpu, argument);
            case Request.SET_FPU -> setFpu(v.cpu, argument);
            case Request.GET_XSAVE -> getXsave(v.cpu, argument);
            case Request.SET_XSAVE -> setXsave(v.cpu, argument);
            default -> {
                return KvmDevice.fail(Errno.EINVAL);
            }
        }
        return 0;
    }

    /// The struct has a field for MXCSR, which the Linux kernel neither writes nor reads.
    private static void getFpu(Cpu c, long address) {
        MemorySegment fpu = Wire.at(address, FloatImage.KVM_FPU_BYTES).segment();
        FloatImage.getFpu(c, fpu);
        fpu.set(Host.INT, FPU_MXCSR, 0);
    }

    private static void setFpu(Cpu c, long address) {
        FloatImage.setFpu(c, Wire.at(address, FloatImage.KVM_FPU_BYTES).segment());
    }

    /// Beside the image: what components there are, where FXSAVE leaves room for the monitor; and
    /// which of them are not in their first state.
    private static void getXsave(Cpu c, long address) {
        MemorySegment xsave = Wire.at(address, FloatImage.KVM_XSAVE_BYTES).segment();
        FloatImage.getXsave(c, xsave);
        long used = (isX87Used(xsave) ? FloatImage.X87 : 0)
                | (isZero(xsave, FloatImage.XMM, XMM_END) ? 0 : FloatImage.SSE);
        xsave.set(Host.LONG, FloatImage.XSTATE_BV, used);
        xsave.set(Host.LONG, XSAVE_COMPONENTS, FloatImage.X87 | FloatImage.SSE);
    }

    private static boolean isX87Used(MemorySegment xsave) {
        return xsave.get(Host.SHORT, 0) != POWER_UP_CONTROL_WORD
                || !isZero(xsave, 2, FloatImage.MXCSR)
                || !isZero(xsave, FloatImage.ST, FloatImage.XMM);
    }

    private static boolean isZero(MemorySegment image, int from, int to) {
        for (int at = from; at < to; at++) {
            if (image.get(Host.BYTE, at) != 0) {
                return false;
            }
        }
        return true;
    }

    private static void setXsave(Cpu c, long address) {
        var xsave = Wire.at(address, FloatImage.KVM_XSAVE_BYTES).segment();
        if (!FloatImage.setXsave(c, xsave)) {
            throw new KvmError(Errno.EINVAL);
        }
    }

    /// `struct kvm_xcrs`: count, flags, entries of number, reserved, value.
    private static void getXcrs(Cpu c, long address) {
        Wire.at(address, 392).u32(1).u32(0).u32(0).u32(0).u64(c.xcr0).zero(368);
    }

    private static void setXcrs(Vcpu v, long address) {
        Wire in = Wire.at(address, 392);
        int count = in.i32();
        if (in.i32() != 0 || count < 0 || count > 16) {
            throw new KvmError(Errno.EINVAL);
        }
        for (int n = 0; n < count; n++) {
            int number = in.i32();
            long value = in.skip(4).i64();
            if (number == 0) {
                if ((value & ~v.cpuid.xcr0()) != 0 || (value & 1) == 0) {
                    throw new KvmError(Errno.EINVAL);
                }
                v.cpu.xcr0 = value;
            }
        }
    }
}
