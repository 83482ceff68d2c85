package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.PageWalk;
import dev.vmexit.softkvm.cpu.Reset;

/// The vCPU's ioctls other than `KVM_RUN`: state out and state in.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4, "vcpu ioctl"
final class VcpuState {
    private static final int MP_RUNNABLE = 0;
    private static final int MP_UNINITIALIZED = 1;
    private static final int MP_INIT_RECEIVED = 2;
    private static final int MP_HALTED = 3;
    private static final int MP_SIPI_RECEIVED = 4;

    private VcpuState() {}

    static long answer(Vcpu v, int request, long argument) {
        return switch (request) {
            case Request.GET_REGS -> RegisterStructs.getRegs(v.cpu, argument);
            case Request.SET_REGS -> RegisterStructs.setRegs(v.cpu, argument);
            case Request.GET_SREGS -> RegisterStructs.getSregs(v, argument);
            case Request.SET_SREGS -> RegisterStructs.setSregs(v, argument);
            case Request.GET_MSRS -> MsrLists.read(v.msrs, argument);
            case Request.SET_MSRS -> MsrLists.write(v.msrs, argument);
            case Request.SET_CPUID2 -> v.cpuid.set(argument, v.hasRun);
            case Request.GET_CPUID2 -> v.cpuid.get(argument);
            case Request.TRANSLATE -> translate(v.cpu, argument);
            case Request.SET_SIGNAL_MASK -> setSignalMask(argument);
            case Request.KVMCLOCK_CTRL -> v.msrs.hasKvmClock() ? 0 : KvmDevice.fail(Errno.EINVAL);
            case Request.GET_MP_STATE -> getMpState(v, argument);
            case Request.SET_MP_STATE -> setMpState(v, argument);
            case Request.GET_TSC_KHZ -> v.vm.clock.tscKhz();
            case Request.SET_TSC_KHZ -> (int) argument == 0 || (int) argument == v.vm.clock.tscKhz()
                    ? 0
                    : KvmDevice.fail(Errno.EINVAL);
            default -> more(v, request, argument);
        };
    }

    private static long more(Vcpu v, int request, long argument) {
        return switch (request) {
            case Request.INTERRUPT -> interrupt(v, argument);
            case Request.NMI -> nmi(v);
            case Request.SET_GUEST_DEBUG -> setDebug(v, argument);
            case Request.GET_VCPU_EVENTS -> EventStructs.get(v, argument);
            case Request.SET_VCPU_EVENTS -> EventStructs.set(v, argument);
            case Request.GET_DEBUGREGS -> RegisterStructs.getDebugRegs(v.cpu, argument);
            case Request.SET_DEBUGREGS -> RegisterStructs.setDebugRegs(v.cpu, argument);
            case Request.GET_LAPIC, Request.SET_LAPIC -> lapic(v, request, argument);
            default -> FloatStructs.answer(v, request, argument);
        };
    }

    /// `struct kvm_signal_mask`: length, and the set. There are no signals here, only
    /// [SoftKernel#interrupt], which no mask keeps away.
    private static long setSignalMask(long address) {
        return address == 0 || Wire.at(address, 4).i32() == Long.BYTES
                ? 0
                : KvmDevice.fail(Errno.EINVAL);
    }

    private static long setDebug(Vcpu v, long address) {
        boolean injects = (Wire.at(address, 4).i32() & GuestDebug.INJECTS) != 0;
        if (injects && v.events.exception >= 0) {
            return KvmDevice.fail(Errno.EBUSY);
        }
        v.debug.set(address);
        if (injects) {
            v.events.exception = v.debug.injected();
            v.events.exceptionHasError = false;
        }
        v.cpu.breakpointsExit = v.debug.takesBreakpoints();
        return 0;
    }

    /// `struct kvm_translation`: linear, physical, valid, writeable, usermode.
    private static long translate(Cpu c, long address) {
        Wire wire = Wire.at(address, 24);
        long linear = wire.i64();
        PageWalk walk = new PageWalk();
        boolean paging = (c.cr0 & ControlRegisters.CR0_PG) != 0;
        boolean valid = !paging || walk.probe(c, linear);
        wire.u64(!paging ? linear : valid ? walk.physical : -1).u8(valid).u8(1).u8(0);
        return 0;
    }

    private static long getMpState(Vcpu v, long address) {
        int waiting = v.initReceived ? MP_INIT_RECEIVED : MP_UNINITIALIZED;
        int state = v.waitsForStartup ? waiting : v.halted ? MP_HALTED : MP_RUNNABLE;
        Wire.at(address, 4).u32(state);
        return 0;
    }

    private static long setMpState(Vcpu v, long address) {
        int state = Wire.at(address, 4).i32();
        boolean needsChip = state != MP_RUNNABLE;
        if (state < 0 || state > MP_SIPI_RECEIVED || needsChip && v.apic == null) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        v.waitsForStartup = state == MP_UNINITIALIZED || state == MP_INIT_RECEIVED;
        v.initReceived = state == MP_INIT_RECEIVED;
        v.halted = state == MP_HALTED;
        if (state == MP_SIPI_RECEIVED) {
            Reset.startup(v.cpu, v.events.sipiVector);
        }
        return 0;
    }

    /// Only without in-kernel interrupt controllers: those raise interrupts themselves.
    private static long interrupt(Vcpu v, long address) {
        int vector = Wire.at(address, 4).i32();
        if (vector < 0 || vector > 255) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        if (v.apic != null) {
            return KvmDevice.fail(Errno.ENXIO);
        }
        v.events.interrupt = vector;
        return 0;
    }

    private static long nmi(Vcpu v) {
        v.nmi();
        return 0;
    }

    private static long lapic(Vcpu v, int request, long address) {
        if (v.apic == null) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        var state = Wire.at(address, 1024).segment();
        if (request == Request.GET_LAPIC) {
            v.apic.getState(state);
        } else {
            v.apic.setState(state);
        }
        return 0;
    }
}
