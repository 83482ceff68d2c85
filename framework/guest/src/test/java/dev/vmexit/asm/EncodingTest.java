package dev.vmexit.asm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every operand form in every mode, read back by an independent disassembler.
class EncodingTest {
    private static final long ORIGIN = 0x1000;
    private static final long[] VALUES = {0, 1, 9, 0x41, 0x7F, -1, -128, 0x1234, 0x7FFF_FFFF,
            0x1234_5678_9ABCL};
    private static final int[] DISPLACEMENTS = {0, 8, -8, 0x1234};

    /// @param bits how many bits of its numbers count; the disassembler may show the others
    ///     sign-extended or not
    private record Form(String text, int bits, Consumer<Assembler> write) {
        Form(String text, Consumer<Assembler> write) {
            this(text, 64, write);
        }
    }

    @TestFactory
    Stream<DynamicTest> every_form_disassembles_to_itself() {
        assumeTrue(Capstone.isInstalled(), Capstone.HOW_TO_GET_IT);
        return Stream.of(Mode.values()).map(
                mode -> DynamicTest.dynamicTest(mode.name(), () -> check(mode)));
    }

    private static void check(Mode mode) {
        List<Form> forms = forms();
        int accepted = 0;
        var capstone = new Capstone(mode);
        for (Form form : forms) {
            accepted += agrees(capstone, mode, form) ? 1 : 0;
        }
        assertThat(accepted).as("forms that exist in " + mode).isGreaterThan(500);
    }

    /// {@return whether the form exists in this mode} If it does, both must read it alike.
    private static boolean agrees(Capstone capstone, Mode mode, Form form) {
        var a = new Assembler(ORIGIN, mode);
        try {
            form.write.accept(a);
        } catch (AssemblyException refused) {
            return false;
        }
        byte[] bytes = a.assemble();
        String found = capstone.disassemble(bytes, ORIGIN);
        assertThat(normal(found, form.bits)).as(mode + " " + a.listing())
                .isEqualTo(normal(form.text, form.bits));
        return true;
    }

    /// A move to a segment register takes 16 bits however it is printed. Numbers by value, no size
    /// words: what is left must be equal to the letter.
    private static String normal(String text, int bits) {
        String plain = text.strip().replaceAll("(byte|word|dword|qword) ptr ", "")
                .replace("movabs", "mov").replace("- ", "+ -")
                .replaceAll("mov ([c-gs]s), eax", "mov $1, ax");
        return Pattern.compile("-?\\b(0x[0-9a-f]+|\\d+)\\b").matcher(plain)
                .replaceAll(number -> Long.toString(value(number.group()) << 64 - bits));
    }

    private static long value(String number) {
        boolean negative = number.startsWith("-");
        String digits = negative ? number.substring(1) : number;
        long value = digits.startsWith("0x")
                ? Long.parseUnsignedLong(digits.substring(2), 16)
                : Long.parseLong(digits);
        return negative ? -value : value;
    }

    private static List<Form> forms() {
        var forms = new ArrayList<Form>();
        for (Register r : Register.values()) {
            withRegister(forms, r);
            for (Register s : Register.values()) {
                forms.add(new Form("mov " + r + ", " + s, a -> a.mov(r, s)));
                forms.add(new Form("xor " + r + ", " + s, a -> a.xor(r, s)));
                withMemory(forms, r, s);
            }
        }
        for (Simple op : Simple.values()) {
            forms.add(new Form(op.toString(), a -> a.op(op)));
        }
        system(forms);
        return forms.stream().filter(form -> !form.text.matches("(lodsb|stosb) *")).toList();
    }

    private static void withRegister(List<Form> forms, Register r) {
        for (long value : VALUES) {
            if (value >= 0 || r.bits() == 64) {
                String number = Memory.Number.text(value);
                forms.add(new Form("mov " + r + ", " + number, a -> a.mov(r, value)));
            }
            for (Alu alu : Alu.values()) {
                forms.add(new Form(alu + " " + r + ", " + value, r.bits(),
                        a -> a.alu(alu, r, value)));
            }
        }
        forms.add(new Form("inc " + r, a -> a.inc(r)));
        forms.add(new Form("dec " + r, a -> a.dec(r)));
        forms.add(new Form("shr " + r + ", 4", a -> a.shr(r, 4)));
        forms.add(new Form("shl " + r + ", 9", a -> a.shl(r, 9)));
        forms.add(new Form("push " + r, a -> a.push(r)));
        forms.add(new Form("pop " + r, a -> a.pop(r)));
        forms.add(new Form("out dx, " + r, a -> a.out(Register.DX, r)));
        forms.add(new Form("in " + r + ", 0x60", a -> a.in(r, 0x60)));
    }

    private static void withMemory(List<Form> forms, Register r, Register base) {
        for (int displacement : DISPLACEMENTS) {
            Memory m = Memory.at(base, displacement);
            forms.add(new Form("mov " + r + ", " + m, a -> a.mov(r, m)));
            forms.add(new Form("mov " + m + ", " + r, a -> a.mov(m, r)));
            forms.add(new Form("add " + r + ", " + m, a -> a.alu(Alu.ADD, r, m)));
        }
        forms.add(new Form("mov " + r + ", [0x1234]", a -> a.mov(r, Memory.at(0x1234))));
    }

    private static void system(List<Form> forms) {
        for (ControlRegister c : ControlRegister.values()) {
            forms.add(new Form("mov " + c + ", eax", a -> a.mov(c, Register.EAX)));
            forms.add(new Form("mov rbx, " + c, a -> a.mov(Register.RBX, c)));
        }
        for (SegmentRegister s : SegmentRegister.values()) {
            forms.add(new Form("mov " + s + ", ax", a -> a.mov(s, Register.AX)));
        }
        forms.add(new Form("int 0x80", a -> a.interrupt(0x80)));
        forms.add(new Form("lgdt [0x1234]", a -> a.lgdt(Memory.at(0x1234))));
        forms.add(new Form("lidt [ebx]", a -> a.lidt(Memory.at(Register.EBX))));
        forms.add(new Form("ltr ax", a -> a.ltr(Register.AX)));
    }
}
