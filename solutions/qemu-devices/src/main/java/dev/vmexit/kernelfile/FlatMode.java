package dev.vmexit.kernelfile;

import static dev.vmexit.kvm.SpecialRegisters.CR0_ET;
import static dev.vmexit.kvm.SpecialRegisters.CR0_PE;

import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.mode.ProtectedMode;

/// The state in which both protocols enter a kernel: 32-bit protected mode, segments from 0 to
/// 4 GiB, no paging, no interrupts, and all 32 address lines (there is no A20 gate here).
///
/// @spec https://www.gnu.org/software/grub/manual/multiboot/multiboot.html Multiboot Specification 0.6.96, section 3.2 "Machine state"
/// @spec https://xenbits.xen.org/docs/unstable/misc/pvh.html x86/HVM direct boot ABI
final class FlatMode {
    /// What PVH wants in TR: a 32-bit TSS, busy, at 0, with the limit 0x67.
    private static final Segment TASK = new Segment(0, 0x67, 0, 11, 1, 0, 0, 0, 0, 0, 0);

    private FlatMode() {}

    /// The stack pointer means nothing: both protocols leave the stack to the kernel.
    // tag::doc-enter[]
    static void enter(Vcpu vcpu, GuestMemory memory, long entry, long rax, long rbx) {
        ProtectedMode.enter(vcpu, memory, new GuestAddress(entry));
        SpecialRegisters special = vcpu.specialRegisters()
                .withCr0(CR0_PE | CR0_ET) // PVH: all other bits that can be written are 0
                .withTask(TASK);
        vcpu.setSpecialRegisters(special);
        vcpu.setRegisters(Registers.startingAt(entry).withRax(rax).withRbx(rbx));
    }
    // end::doc-enter[]
}
