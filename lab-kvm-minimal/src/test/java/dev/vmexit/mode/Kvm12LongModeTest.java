package dev.vmexit.mode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Scripts;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class Kvm12LongModeTest {
    private static final long ADDRESS_BITS = 0x000F_FFFF_FFFF_F000L;

    /// Translates as the CPU does, for pages of 2 MiB.
    private static long translate(GuestMemory memory, long cr3, long virtual) {
        long table = cr3;
        for (int shift = 39; shift >= 30; shift -= 9) {
            long entry = memory.readLong(new GuestAddress(table + 8 * (virtual >>> shift & 511)));
            assertThat(entry & 7).as("entry for 0x%x at level %d: present, writable, user",
                    virtual, shift).isEqualTo(7);
            table = entry & ADDRESS_BITS;
        }
        long entry = memory.readLong(new GuestAddress(table + 8 * (virtual >>> 21 & 511)));
        assertThat(entry & 0x87).as("PD entry for 0x%x: present, writable, user, page size",
                virtual).isEqualTo(0x87);
        return (entry & ADDRESS_BITS) + (virtual & 0x1F_FFFF);
    }

    @Test
    @Graded(exercise = "kvm-12", id = "kvm-12.tables", points = 4)
    void every_address_of_the_first_GiBs_is_mapped_to_itself() {
        try (Vm vm = Scripts.vm(Scripts.kvm())) {
            vm.addRam(0, new GuestAddress(0), 0x2_0000);
            long cr3 = PageTables.identity(vm.memory(), 3);
            assertThat(cr3).as("CR3").isEqualTo(0x9000);
            for (long address : new long[]{0, 0x1000, 0x1F_FFFF, 0x20_0000, 0x3FFF_FFFF,
                    0x4000_0000, 0xBFFF_FFFFL}) {
                assertThat(translate(vm.memory(), cr3, address))
                        .as("where 0x%x is mapped to", address).isEqualTo(address);
            }
            assertThat(vm.memory().readLong(new GuestAddress(0xA018)))
                    .as("the PDPT entry after three GiB").isZero();
        }
    }

    @Test
    @Graded(exercise = "kvm-12", id = "kvm-12.state", points = 2)
    void paging_and_long_mode_are_on() {
        try (Vm vm = Scripts.vm(Scripts.withRegisters(Scripts.kvm()))) {
            vm.addRam(0, new GuestAddress(0), 0x2_0000);
            Vcpu vcpu = vm.createVcpu(0);
            LongMode.enter(vcpu, vm.memory(), new GuestAddress(0x1000));
            SpecialRegisters special = vcpu.specialRegisters();
            assertThat("%x".formatted(special.cr0())).as("CR0: PE, ET, NE, PG")
                    .isEqualTo("80000031");
            assertThat("%x".formatted(special.cr4())).as("CR4: PAE").isEqualTo("20");
            assertThat("%x".formatted(special.efer())).as("EFER: LME, LMA").isEqualTo("500");
            assertThat(special.cs()).as("CS").isEqualTo(LongMode.CODE);
            assertThat(vm.memory().readLong(Gdt.ADDRESS.plus(8))).as("the descriptor of CS")
                    .isEqualTo(0x00AF_9B00_0000_FFFFL);
        }
    }

    @Test
    @Graded(exercise = "kvm-12", id = "kvm-12.guest", points = 4, requires = "kvm")
    void a_64_bit_guest_runs() {
        GuestProgram guest = Guests.longMode(Seed.word("kvm-12") + "\n");
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            var end = machine.run();
            assertThat(console.output()).as("the guest's output; it " + end.inWords())
                    .isEqualTo(guest.output());
        }
    }
}
