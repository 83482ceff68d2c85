package dev.vmexit.mode;

import static dev.vmexit.kvm.SpecialRegisters.CR0_ET;
import static dev.vmexit.kvm.SpecialRegisters.CR0_NE;
import static dev.vmexit.kvm.SpecialRegisters.CR0_PE;

import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.util.List;

/// 32 bits: segments come from a table, addresses have 32 bits, and memory is flat.
public final class ProtectedMode {
    static final long FOUR_GIB = 0xFFFF_FFFFL;

    // tag::segments[]
    /// Code, readable; from 0 to 4 GiB; for ring 0.
    public static final Segment CODE = new Segment(0, FOUR_GIB, Gdt.CODE, 11, 1, 0, 1, 1, 0, 1, 0);
    /// Data, writable; from 0 to 4 GiB; for ring 0.
    public static final Segment DATA = new Segment(0, FOUR_GIB, Gdt.DATA, 3, 1, 0, 1, 1, 0, 1, 0);
    // end::segments[]

    private ProtectedMode() {}

    /// Lets the next instruction be the one at `entry`, in 32-bit protected mode without paging.
    ///
    /// - A GDT with [#CODE] and [#DATA] is written with [Gdt#write], and GDTR points to it.
    /// - CS is [#CODE], the other five are [#DATA]: the hidden parts at once, as if they had been
    ///   loaded from the table.
    /// - CR0 has PE, ET and NE set, and nothing else; the stack begins at `entry` and grows down.
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 9.9.1 "Switching to Protected Mode"
    // tag::kvm-11-enter[]
    public static void enter(Vcpu vcpu, GuestMemory memory, GuestAddress entry) {
        // tag::solution[]
        SpecialRegisters special = vcpu.specialRegisters()
                .withSegments(CODE, DATA)
                .withGdt(Gdt.write(memory, List.of(CODE, DATA))) // <1>
                .withCr0(CR0_PE | CR0_ET | CR0_NE);
        vcpu.setSpecialRegisters(special);
        vcpu.setRegisters(Registers.startingAt(entry.value()).withRsp(entry.value()));
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-11", "write the GDT, load the segments, switch CR0.PE on");
        // end::stub[]
    }
    // end::kvm-11-enter[]
}
