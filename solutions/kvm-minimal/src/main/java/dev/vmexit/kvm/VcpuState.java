package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything that a vCPU is between two of its instructions.
///
/// @param structs what KVM tells, byte for byte
/// @param msrs the model-specific registers that a guest may have changed
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4
public record VcpuState(Map<Part, byte[]> structs, SortedMap<Integer, Long> msrs) {
    // tag::parts[]
    /// The structs, in the order in which they can be given back: XCR0 says what of the XSAVE area
    /// counts, CR4 and EFER what the registers mean, the local APIC's base is in the special
    /// registers, and an event is pending in a state that is complete.
    public enum Part {
        XCRS(392, Requests.KVM_GET_XCRS, Requests.KVM_SET_XCRS), //
        XSAVE(4096, Requests.KVM_GET_XSAVE, Requests.KVM_SET_XSAVE), //
        SREGS(312, Requests.KVM_GET_SREGS, Requests.KVM_SET_SREGS), //
        REGS(144, Requests.KVM_GET_REGS, Requests.KVM_SET_REGS), //
        DEBUGREGS(128, Requests.KVM_GET_DEBUGREGS, Requests.KVM_SET_DEBUGREGS), //
        LAPIC(1024, Requests.KVM_GET_LAPIC, Requests.KVM_SET_LAPIC), //
        MP_STATE(4, Requests.KVM_GET_MP_STATE, Requests.KVM_SET_MP_STATE), //
        VCPU_EVENTS(64, Requests.KVM_GET_VCPU_EVENTS, Requests.KVM_SET_VCPU_EVENTS);
        // end::parts[]

        final int sizeBytes;
        final long get;
        final long set;

        Part(int sizeBytes, long get, long set) {
            this.sizeBytes = sizeBytes;
            this.get = get;
            this.set = set;
        }

        public int sizeBytes() {
            return sizeBytes;
        }
    }

    private static final int TSC_DEADLINE = 0x6E0;

    /// Those that another struct holds (EFER, FS_BASE, GS_BASE, APIC_BASE) are not here. The TSC
    /// comes first and its deadline last, since both the clock's page and the deadline are told in
    /// it.
    private static final int[] MSRS = {
            0x10, // TSC
            0x3B, // TSC_ADJUST
            0x48, // SPEC_CTRL
            0x174, 0x175, 0x176, // SYSENTER_CS, _ESP, _EIP
            0x1A0, // MISC_ENABLE
            0x277, // PAT
            0x2FF, 0x250, 0x258, 0x259, // MTRR: default, fixed
            0x268, 0x269, 0x26A, 0x26B, 0x26C, 0x26D, 0x26E, 0x26F, //
            0x200, 0x201, 0x202, 0x203, 0x204, 0x205, 0x206, 0x207, // MTRR: variable
            0x208, 0x209, 0x20A, 0x20B, 0x20C, 0x20D, 0x20E, 0x20F, //
            0xC000_0081, 0xC000_0082, 0xC000_0083, 0xC000_0084, // STAR, LSTAR, CSTAR, SFMASK
            0xC000_0102, // KERNEL_GS_BASE
            0xC000_0103, // TSC_AUX
            0x4B56_4D01, // KVM_SYSTEM_TIME_NEW
            0x4B56_4D02, 0x4B56_4D03, 0x4B56_4D04, // KVM_ASYNC_PF_EN, STEAL_TIME, PV_EOI_EN
            0x4B56_4D05, // KVM_POLL_CONTROL
            TSC_DEADLINE};

    /// The state of a vCPU that is not running.
    ///
    /// @throws KernelException if KVM does not tell
    static VcpuState read(LibC libc, int vcpuFd) {
        var structs = new EnumMap<Part, byte[]>(Part.class);
        for (Part part : Part.values()) {
            structs.put(part, struct(libc, vcpuFd, part));
        }
        var msrs = new TreeMap<Integer, Long>();
        for (int index : MSRS) {
            Msrs.find(libc, vcpuFd, index).ifPresent(value -> msrs.put(index, value));
        }
        return new VcpuState(structs, msrs);
    }

    private static byte[] struct(LibC libc, int vcpuFd, Part part) {
        try (Arena arena = Arena.ofConfined()) {
            var bytes = arena.allocate(part.sizeBytes, 8);
            KernelException.check("ioctl(KVM_GET_" + part + ")",
                    libc.ioctl(vcpuFd, part.get, bytes.address()));
            return bytes.toArray(JAVA_BYTE);
        }
    }

    // tag::write[]
    /// Puts a vCPU that has its CPUID and has not run into this state.
    ///
    /// @throws KernelException if KVM refuses a struct
    /// @throws IllegalArgumentException if KVM does not know one of the MSRs
    void write(LibC libc, int vcpuFd) {
        for (Part part : Part.values()) {
            try (Arena arena = Arena.ofConfined()) {
                var bytes = arena.allocateFrom(JAVA_BYTE, structs.get(part));
                KernelException.check("ioctl(KVM_SET_" + part + ")",
                        libc.ioctl(vcpuFd, part.set, bytes.address()));
            }
            if (part == Part.REGS) {
                writeMsrs(libc, vcpuFd, false);
            }
        }
        writeMsrs(libc, vcpuFd, true);
        // Tells a guest that looks for stalls that this was none; without kvmclock it is refused.
        libc.ioctl(vcpuFd, Requests.KVM_KVMCLOCK_CTRL, 0);
    }
    // end::write[]

    private void writeMsrs(LibC libc, int vcpuFd, boolean deadline) {
        for (int index : MSRS) {
            if (msrs.containsKey(index) && deadline == (index == TSC_DEADLINE)) {
                Msrs.set(libc, vcpuFd, index, msrs.get(index));
            }
        }
    }
}
