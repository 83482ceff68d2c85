package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;

/// `struct kvm_vcpu_events`: what is on its way into the guest.
///
/// ```
///  exception  injected u8 · nr u8 · has_error_code u8 · pending u8 · error_code u32
///  interrupt  injected u8 · nr u8 · soft u8 · shadow u8
///  nmi        injected u8 · pending u8 · masked u8 · pad        sipi_vector u32 · flags u32
///  smi        smm, pending, inside_nmi, latched_init            triple_fault, reserved    64 bytes
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.31 KVM_GET_VCPU_EVENTS
final class EventStructs {
    private static final int VALID_NMI_PENDING = 1;
    private static final int VALID_SIPI_VECTOR = 2;
    private static final int VALID_SHADOW = 4;
    private static final int INT_SHADOW_STI = 2;
    private static final int VALID_SMM = 8;
    /// Two more have to be enabled, and cannot be here.
    private static final int KNOWN_FLAGS = VALID_NMI_PENDING | VALID_SIPI_VECTOR | VALID_SHADOW
            | VALID_SMM;
    private static final int NMI_VECTOR = 2;

    private EventStructs() {}

    static long get(Vcpu v, long address) {
        Wire out = Wire.at(address, 64);
        boolean exception = v.events.exception >= 0;
        out.u8(exception).u8(exception ? v.events.exception : 0)
                .u8(exception && v.events.exceptionHasError).u8(0)
                .u32(exception ? v.events.exceptionError : 0);
        boolean interrupt = v.events.interrupt >= 0;
        out.u8(interrupt).u8(interrupt ? v.events.interrupt : 0).u8(0)
                .u8(v.cpu.shadow ? INT_SHADOW_STI : 0);
        out.u8(v.events.nmi).u8(v.nmiPending).u8(v.cpu.nmiBlocked).u8(0);
        out.u32(0).u32(VALID_NMI_PENDING | VALID_SHADOW | VALID_SMM).zero(36);
        return 0;
    }

    static long set(Vcpu v, long address) {
        Wire in = Wire.at(address, 64);
        boolean exception = in.u8() != 0;
        int vector = in.u8();
        boolean hasError = in.u8() != 0;
        int error = in.skip(1).i32();
        boolean interrupt = in.u8() != 0;
        int interruptVector = in.u8();
        int shadow = in.skip(1).u8();
        boolean nmi = in.u8() != 0;
        boolean nmiPending = in.u8() != 0;
        boolean nmiMasked = in.u8() != 0;
        int sipiVector = in.skip(1).i32();
        int flags = in.i32();
        boolean smm = (flags & VALID_SMM) != 0 && (in.i32() & 0xFF_FFFF) != 0;
        boolean noException = exception && (vector > 31 || vector == NMI_VECTOR);
        if ((flags & ~KNOWN_FLAGS) != 0 || smm || noException) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        v.events.exception = exception ? vector : -1;
        v.events.exceptionHasError = hasError;
        v.events.exceptionError = error;
        v.events.nmi = nmi;
        v.events.interrupt = interrupt ? interruptVector : -1;
        v.cpu.nmiBlocked = nmiMasked;
        if ((flags & VALID_NMI_PENDING) != 0) {
            v.nmiPending = nmiPending;
        }
        if ((flags & VALID_SIPI_VECTOR) != 0) {
            v.events.sipiVector = sipiVector & 0xFF;
        }
        if ((flags & VALID_SHADOW) != 0) {
            v.cpu.shadow = shadow != 0;
        }
        return 0;
    }
}
