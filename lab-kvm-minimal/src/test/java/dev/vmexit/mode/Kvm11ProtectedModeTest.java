package dev.vmexit.mode;

import static dev.vmexit.mode.ProtectedMode.CODE;
import static dev.vmexit.mode.ProtectedMode.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Seed;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.DescriptorTable;
import dev.vmexit.kvm.Scripts;
import dev.vmexit.kvm.Segment;
import dev.vmexit.kvm.SpecialRegisters;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;

class Kvm11ProtectedModeTest {
    private static String hex(long descriptor) {
        return "%016x".formatted(descriptor).replaceAll("(..)(?=.)", "$1 ");
    }

    @Test
    @Graded(exercise = "kvm-11", id = "kvm-11.descriptor", points = 3)
    void a_descriptor_has_its_fields_where_the_manual_has_them() {
        assertThat(hex(Gdt.descriptor(CODE))).as("flat 32-bit code, bits 63 … 0")
                .isEqualTo("00 cf 9b 00 00 00 ff ff");
        assertThat(hex(Gdt.descriptor(DATA))).as("flat data").isEqualTo("00 cf 93 00 00 00 ff ff");
        var pages = new Segment(0, 0x1234_5FFFL, 8, 11, 1, 0, 1, 1, 0, 1, 0);
        assertThat(hex(Gdt.descriptor(pages))).as("limit 0x12345fff with G: 0x12345 pages")
                .isEqualTo("00 c1 9b 00 00 00 23 45");
        var odd = new Segment(0xDEAD_BEEFL, 0xA_BCDE, 0x28, 9, 1, 3, 0, 0, 0, 0, 1);
        assertThat(hex(Gdt.descriptor(odd)))
                .as("base 0xdeadbeef, limit 0xabcde in bytes, type 9, system, DPL 3, AVL")
                .isEqualTo("de 1a e9 ad be ef bc de");
    }

    @Test
    @Graded(exercise = "kvm-11", id = "kvm-11.state", points = 2)
    void the_CPU_is_in_protected_mode_with_a_GDT_that_agrees() {
        try (Vm vm = Scripts.vm(Scripts.withRegisters(Scripts.kvm()))) {
            vm.addRam(0, new GuestAddress(0), 0x2000);
            Vcpu vcpu = vm.createVcpu(0);
            ProtectedMode.enter(vcpu, vm.memory(), new GuestAddress(0x1000));
            SpecialRegisters special = vcpu.specialRegisters();
            assertThat(special.cs()).as("CS").isEqualTo(CODE);
            assertThat(special.segments().subList(1, 6)).as("DS, ES, FS, GS, SS")
                    .allMatch(DATA::equals);
            assertThat(special.cr0()).as("CR0: PE, ET, NE").isEqualTo(0x31);
            assertThat(special.gdt()).as("GDTR").isEqualTo(new DescriptorTable(0x500, 23));
            assertThat(vm.memory().readLong(Gdt.ADDRESS.plus(8))).as("the descriptor of CS")
                    .isEqualTo(Gdt.descriptor(CODE));
        }
    }

    @Test
    @Graded(exercise = "kvm-11", id = "kvm-11.guest", points = 3, requires = "kvm")
    void a_32_bit_guest_uses_memory_above_1_MiB() {
        GuestProgram guest = Guests.protectedMode(Seed.word("kvm-11") + "\n");
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), guest, console)) {
            machine.run();
            assertThat(console.output()).as("what the guest copied and printed")
                    .isEqualTo(guest.output());
        }
    }
}
