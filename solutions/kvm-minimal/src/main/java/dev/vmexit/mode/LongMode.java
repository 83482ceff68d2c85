package dev.vmexit.mode;

import static dev.vmexit.kvm.SpecialRegisters.CR0_ET;
import static dev.vmexit.kvm.SpecialRegisters.CR0_NE;
import static dev.vmexit.kvm.SpecialRegisters.CR0_PE;
import static dev.vmexit.kvm.SpecialRegisters.CR0_PG;
import static dev.vmexit.kvm.SpecialRegisters.CR4_PAE;
import static dev.vmexit.kvm.SpecialRegisters.EFER_LMA;
import static dev.vmexit.kvm.SpecialRegisters.EFER_LME;

import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.util.List;

/// 64 bits: paging is on, segments hardly matter any more.
public final class LongMode {
    // tag::segments[]
    /// 64-bit code for ring 0: `l` is 1 and `db` must be 0.
    public static final Segment CODE = new Segment(0, ProtectedMode.FOUR_GIB, Gdt.CODE, 11, 1, 0,
            0, 1, 1, 1, 0);
    /// Data for ring 0.
    public static final Segment DATA = new Segment(0, ProtectedMode.FOUR_GIB, Gdt.DATA, 3, 1, 0,
            1, 1, 0, 1, 0);
    // end::segments[]

    private LongMode() {}

    /// Lets the next instruction be the one at `entry`, in 64-bit mode with the first GiBs mapped
    /// to themselves.
    ///
    /// ```
    ///  CR3   what PageTables.identity returned
    ///  CR4   PAE
    ///  CR0   PE, ET, NE, PG
    ///  EFER  LME (long mode enabled) and LMA (and active: the CPU sets it itself when paging is
    ///        switched on; we are past that moment)
    ///  CS    CODE, the other five DATA, with a GDT that agrees
    ///  RSP   entry: the stack grows down from there
    /// ```
    ///
    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 9.8.5 "Initializing IA-32e Mode"
    // tag::kvm-12-enter[]
    public static void enter(Vcpu vcpu, GuestMemory memory, GuestAddress entry) {
        // tag::solution[]
        SpecialRegisters special = vcpu.specialRegisters()
                .withSegments(CODE, DATA)
                .withGdt(Gdt.write(memory, List.of(CODE, DATA)))
                .withCr3(PageTables.identity(memory, 1))
                .withCr4(CR4_PAE)
                .withCr0(CR0_PE | CR0_ET | CR0_NE | CR0_PG)
                .withEfer(EFER_LME | EFER_LMA); // <1>
        vcpu.setSpecialRegisters(special);
        vcpu.setRegisters(Registers.startingAt(entry.value()).withRsp(entry.value()));
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("kvm-12", "tables, CR3, CR4.PAE, CR0.PG and EFER, then the registers");
        // end::stub[]
    }
    // end::kvm-12-enter[]
}
