package dev.vmexit.tinycpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Registers;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyDevices;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// The same guest bytes on the tiny CPU, on Soft KVM and on the kernel's KVM: registers, flags,
/// memory and output are equal.
class TinyCpuDifferentialTest {
    private static final int GUESTS = 60;
    private static final int INSTRUCTIONS = 60;
    /// CF, ZF, SF, OF: what the tiny CPU keeps.
    private static final int FLAGS = 0x8C1;

    private record Outcome(String registers, String output, String memory) {}

    private static Outcome tiny(GuestProgram guest, Function<TinyCpu, Engine> kind) {
        var console = new Console("", OutputStream.nullOutputStream());
        var cpu = new TinyCpu((int) guest.loadAddress(), guest.image(), new TinyDevices(console));
        assertThat(kind.apply(cpu).run(100_000)).as(guest.listing())
                .isEqualTo(Engine.Stop.HALTED);
        int[] r = cpu.registers();
        return new Outcome(registers(new long[]{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]},
                cpu.ip(), cpu.flags()), console.output(),
                HexFormat.of().formatHex(cpu.memory(), 0x1000, 0x4000));
    }

    private static Outcome kvm(GuestProgram guest, LibC kernel) {
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(kernel, guest, console)) {
            assertThat(machine.run()).as(guest.listing()).isEqualTo(new VmExit.Hlt());
            Registers r = machine.vcpu().registers();
            byte[] memory = machine.vm().memory().read(new GuestAddress(0x1000), 0x3000);
            return new Outcome(registers(new long[]{r.rax(), r.rcx(), r.rdx(), r.rbx(), r.rsp(),
                    r.rbp(), r.rsi(), r.rdi()}, r.rip(), r.rflags()), console.output(),
                    HexFormat.of().formatHex(memory));
        }
    }

    private static String registers(long[] values, long ip, long flags) {
        var text = new StringBuilder("AX CX DX BX SP BP SI DI =");
        for (long value : values) {
            text.append(" %04x".formatted(value));
        }
        return text + ", IP = %04x, flags = %03x".formatted(ip, flags & FLAGS);
    }

    private static void compare(LibC kernel) {
        for (int seed = 0; seed < GUESTS; seed++) {
            GuestProgram guest = RandomGuest.of(seed, INSTRUCTIONS);
            Outcome expected = kvm(guest, kernel);
            assertThat(tiny(guest, Interpreter::new)).as("interpreted, %s%n%s", guest.name(),
                    guest.listing()).isEqualTo(expected);
            assertThat(tiny(guest, Translator::new)).as("translated, %s%n%s", guest.name(),
                    guest.listing()).isEqualTo(expected);
        }
    }

    @Test
    void random_guests_end_on_the_tiny_CPU_as_on_Soft_KVM() {
        compare(KernelChoice.SOFT.open());
    }

    @Test
    void random_guests_end_on_the_tiny_CPU_as_on_the_kernels_KVM() {
        assumeTrue(KernelChoice.deviceIsThere() && KernelChoice.asked() != KernelChoice.SOFT,
                "not run: needs the kernel's /dev/kvm");
        compare(KernelChoice.KERNEL.open());
    }
}
