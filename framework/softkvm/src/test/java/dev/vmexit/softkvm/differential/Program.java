package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// A straight line of random instructions in a loop that runs often enough to be translated.
///
/// Memory operands are absolute, since no register keeps its value; after an instruction that
/// leaves flags undefined, a comparison defines them.
///
/// Every other program ends before its last turn: one of its instructions is followed by a read
/// through a pointer that goes down a byte each turn, until it points to a page that is not there.
/// The fault tells what the flags were then.
final class Program {
    static final int BYTES = 1024;
    private static final int LENGTH = 24;
    private static final int TURNS = 4000;
    private static final int TURNS_TO_FAULT = 1500;
    /// Not in a loop, not repeatable, or not to the last bit the same on every CPU.
    private static final Set<String> LEFT_OUT = Set.of("DIV", "IDIV", "FSIN", "FCOS", "FSINCOS",
            "FPTAN", "FPATAN", "F2XM1", "FYL2X", "FYL2XP1", "FPREM", "FPREM1", "XLAT",
            "RDFSBASE", "RDGSBASE", "WRFSBASE", "WRGSBASE", "PAUSE", "CLFLUSH", "LEA",
            "MASKMOVDQU", "MASKMOVQ", "CVTPI2PS", "CVTPI2PD", "FCOMI", "FCOMIP", "FUCOMI",
            "FUCOMIP", "SHLD", "SHRD", "BSF", "BSR", "BT", "BTS", "BTR", "BTC",
            "CLI", "STI");
    private static final String COMPARE_ESI_EDI = "39 FE";
    private static final String MOV_RCX_AT = "48 8B 0C 25";
    private static final String MOV_AL_AT_RCX = "8A 01";
    private static final String DEC_AT = "48 FF 0C 25";

    final Instance frame;
    private final List<String> text = new ArrayList<>();

    /// @param slot of its record; its code is at `slot` KiB of the code pages
    Program(long seed, int slot, List<Form> forms, Machine machine) {
        Form clc = forms.stream().filter(f -> f.name().equals("CLC")).findFirst().orElseThrow();
        frame = new Instance(clc, 8, seed, slot, machine);
        frame.codeAddress = Layout.CODE + slot * BYTES;
        frame.prepare();
        maskExceptions();
        write(forms, machine, new SplittableRandom(seed));
    }

    /// One would end the loop too early.
    private void maskExceptions() {
        frame.set(Layout.FX + 24, 4, 0x1F80);
        frame.set(Layout.FX, 4, 0x37F);
    }

    static boolean suits(Form form) {
        String name = form.name();
        return !form.has("i64") && !form.has("end") && !form.has("p0") && !form.has("xsave")
                && !LEFT_OUT.contains(name) && !name.startsWith("PUSH") && !name.startsWith("POP")
                && !name.startsWith("RCP") && !name.startsWith("RSQRT") && !name.startsWith("DPP")
                && !name.startsWith("F") && !Set.of("ENTER", "LEAVE", "LDMXCSR", "STMXCSR")
                        .contains(name)
                || name.equals("POPCNT");
    }

    private void write(List<Form> forms, Machine machine, SplittableRandom random) {
        MemorySegment ram = machine.ram();
        int start = Layout.CODE + frame.slot * BYTES;
        int counter = Layout.MEMORY + 0x100 + 8 * frame.slot;
        ram.set(ValueLayout.JAVA_LONG, counter, TURNS);
        int pointer = Layout.MEMORY + 0x400 + 8 * frame.slot;
        ram.set(ValueLayout.JAVA_LONG, pointer, Layout.READ_ONLY + TURNS_TO_FAULT);
        int readAfter = random.nextBoolean() ? random.nextInt(LENGTH) : LENGTH;
        var code = new Code(ram, start);
        for (int n = 0; n < LENGTH; n++) {
            Form form = forms.get(random.nextInt(forms.size()));
            var i = new Instance(form, 8, random.nextLong(), frame.slot, machine);
            i.absolute = true;
            i.codeAddress = code.at();
            new Encoder(i).encode();
            code.put(i.bytes());
            text.add(i.toString());
            if (Undefined.flags(i) != 0 || form.operands().contains("CL")) {
                code.put(COMPARE_ESI_EDI);
            }
            if (n == readAfter) {
                code.put(MOV_RCX_AT, pointer).put(MOV_AL_AT_RCX);
            }
        }
        code.put(DEC_AT, pointer).put(DEC_AT, counter);
        code.put("0F 85", start - code.at() - 6).jump(machine.image().next);
        frame.set(Layout.TARGET_IN, 8, start);
    }

    @Override
    public String toString() {
        return "program with seed 0x%xL:\n  %s".formatted(frame.seed, String.join("\n  ", text));
    }
}
