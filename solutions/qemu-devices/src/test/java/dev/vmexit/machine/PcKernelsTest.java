package dev.vmexit.machine;

import static dev.vmexit.asm.Alu.AND;
import static dev.vmexit.asm.Alu.CMP;
import static dev.vmexit.asm.ControlRegister.CR0;
import static dev.vmexit.asm.ControlRegister.CR4;
import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.EAX;
import static dev.vmexit.asm.Register.EBP;
import static dev.vmexit.asm.Register.EBX;
import static dev.vmexit.asm.Register.ECX;
import static dev.vmexit.asm.Register.EDI;
import static dev.vmexit.asm.Register.ESI;
import static dev.vmexit.asm.Register.ESP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.asm.SegmentRegister;
import dev.vmexit.asm.Simple;
import dev.vmexit.host.LibC;
import dev.vmexit.kernelfile.BootModule;
import dev.vmexit.kernelfile.ElfFile;
import dev.vmexit.kernelfile.KernelFile;
import dev.vmexit.kernelfile.MultibootFile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Multiboot and PVH kernels that look at the state in which they are entered. What they find wrong
/// has a number, and the machine's status is twice that and 1.
class PcKernelsTest {
    private static final int FINE = 0x40;
    private static final List<BootModule> MODULES = List.of(
            new BootModule("first module".getBytes(), "a.mod"),
            new BootModule("second".getBytes(), "b.mod level=3"));

    private final StringBuffer printed = new StringBuffer();

    private PcEnd run(byte[] file, List<BootModule> modules) throws InterruptedException {
        var config = new PcConfig(64L << 20, 1);
        try (Pc pc = Pc.build(LibC.host(), config, value -> {})) {
            pc.attachDebugConsole(value -> printed.append((char) value));
            pc.attachDebugExit();
            pc.load(KernelFile.of(Path.of("guest"), file).loader(modules, "quiet x=1"));
            return pc.run();
        }
    }

    /// A guest in the making: checks, and a routine that prints.
    private static final class Guest {
        private final Assembler a;
        private final Label fail;
        private final Label print;
        private int checks;

        Guest(Assembler assembler) {
            a = assembler;
            fail = a.label("fail");
            print = a.label("print");
        }

        /// EDI is the number of the check that is being made.
        void expect(Register register, long value) {
            a.mov(EDI, ++checks);
            a.cmp(register, value);
            a.j(Condition.NE, fail);
        }

        void expect(Register base, int offset, long value) {
            a.mov(ECX, Memory.at(base, offset));
            expect(ECX, value);
        }

        /// Prints the text that a field points to, with a line's end.
        void printText(Register base, int offset) {
            a.mov(ESI, Memory.at(base, offset));
            a.call(print);
        }

        /// The state of the CPU, which is the same in both protocols. Uses EAX and ECX.
        void cpu() {
            a.mov(ECX, CR0);
            expect(ECX, 0x11);
            a.mov(ECX, CR4);
            expect(ECX, 0);
            a.mov(ESP, 0x7_0000);
            a.bytes((byte) 0x9C); // pushfd
            a.pop(ECX);
            a.alu(AND, ECX, 1 << 17 | 1 << 9 | 1 << 8);
            expect(ECX, 0);
            // The segments have no limit: the far end of the address space can be read through
            // each.
            for (SegmentRegister segment : SegmentRegister.values()) {
                a.bytes(PREFIXES[segment.ordinal()]);
                a.mov(ECX, Memory.at(0xFEE0_0030L));
            }
            a.mov(ECX, Memory.at(0x10_0000));
            a.alu(CMP, ECX, Memory.at(0));
            a.mov(EDI, ++checks);
            a.j(Condition.E, fail); // the address line 20 would be off
        }

        private static final byte[] PREFIXES = {0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65};

        /// The end of the code.
        void finish() {
            a.mov(EDI, FINE);
            a.bind(fail);
            a.mov(EAX, EDI);
            a.out(0xF4, AL);
            a.jmp(a.here("never"));
            a.bind(print);
            a.op(Simple.CLD);
            Label next = a.here("next");
            Label done = a.label("done");
            a.op(Simple.LODSB);
            a.cmp(AL, 0);
            a.j(Condition.E, done);
            a.out(0xE9, AL);
            a.jmp(next);
            a.bind(done);
            a.mov(AL, '\n');
            a.out(0xE9, AL);
            a.ret();
        }
    }

    private static void multiboot(Assembler a) {
        var guest = new Guest(a);
        guest.expect(EAX, 0x2BAD_B002);
        guest.cpu();
        guest.expect(EBX, 0, 0x24D);
        guest.expect(EBX, 4, 639);
        guest.expect(EBX, 8, 63 << 10);
        guest.expect(EBX, 20, 2);
        guest.expect(EBX, 44, 3 * 24);
        a.mov(EBP, Memory.at(EBX, 48));
        guest.expect(EBP, 0, 20);
        guest.expect(EBP, 12, 0x9_FC00);
        guest.expect(EBP, 2 * 24 + 4, 0x10_0000);
        guest.expect(EBP, 2 * 24 + 12, 63 << 20);
        guest.expect(EBP, 2 * 24 + 20, 1);
        guest.printText(EBX, 16);
        a.mov(EBP, Memory.at(EBX, 24));
        for (int module = 0; module < 2; module++) {
            guest.printText(EBP, 16 * module + 8);
            // The file ends with no 0, but the page after it is all zeros.
            guest.printText(EBP, 16 * module);
        }
        a.mov(ECX, Memory.at(EBP, 16 + 4));
        a.alu(dev.vmexit.asm.Alu.SUB, ECX, Memory.at(EBP, 16));
        guest.expect(ECX, "second".length());
        guest.printText(EBX, 64);
        guest.finish();
    }

    private static final String MULTIBOOT_PRINTS = """
            guest quiet x=1
            a.mod
            first module
            b.mod level=3
            second
            vmexit
            """;

    @Test
    void a_multiboot_ELF_kernel_finds_what_the_specification_promises() throws Exception {
        assertThat(run(MultibootFile.elf(PcKernelsTest::multiboot), MODULES))
                .isEqualTo(new PcEnd.Exited(2 * FINE + 1));
        assertThat(printed).hasToString(MULTIBOOT_PRINTS);
    }

    @Test
    void so_does_one_that_is_loaded_by_its_addresses() throws Exception {
        assertThat(run(MultibootFile.addressed(PcKernelsTest::multiboot), MODULES))
                .isEqualTo(new PcEnd.Exited(2 * FINE + 1));
        assertThat(printed).hasToString(MULTIBOOT_PRINTS);
    }

    private static byte[] pvhCode() {
        var a = new Assembler(0x10_0000, Mode.BITS32);
        var guest = new Guest(a);
        guest.cpu();
        a.bytes((byte) 0x0F, (byte) 0x00, (byte) 0xC8); // str eax
        guest.expect(EAX, 0);
        guest.expect(EBX, 0, 0x336E_C578);
        guest.expect(EBX, 4, 1);
        guest.expect(EBX, 12, 2);
        guest.expect(EBX, 48, 3);
        a.mov(EBP, Memory.at(EBX, 32));
        guest.expect(EBP, 0, 0x2044_5352); // "RSD "
        a.mov(EBP, Memory.at(EBX, 40));
        guest.expect(EBP, 2 * 24, 0x10_0000);
        guest.expect(EBP, 2 * 24 + 8, 63 << 20);
        guest.expect(EBP, 2 * 24 + 16, 1);
        guest.printText(EBX, 24);
        a.mov(EBP, Memory.at(EBX, 16));
        guest.expect(EBP, 32 + 8, "second".length());
        guest.printText(EBP, 32);
        guest.printText(EBP, 32 + 16);
        guest.finish();
        return a.assemble();
    }

    @Test
    void a_PVH_kernel_finds_what_the_ABI_promises() throws Exception {
        for (ElfFile elf : List.of(ElfFile.of32(0), ElfFile.of64(0))) {
            printed.setLength(0);
            byte[] file = elf.load(0x10_0000, pvhCode()).notes(ElfFile.entryNote(0x10_0000))
                    .bytes();
            assertThat(run(file, MODULES)).isEqualTo(new PcEnd.Exited(2 * FINE + 1));
            assertThat(printed).hasToString("quiet x=1\nsecond\nb.mod level=3\n");
        }
    }
}
