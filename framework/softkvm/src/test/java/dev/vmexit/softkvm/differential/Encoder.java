package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.util.ArrayList;
import java.util.List;

/// Chooses prefixes, registers, addressing form and immediates of an instance, and makes the
/// registers such that its memory operand is where it should be.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, 2.1 Instruction Format; 2.2.1 REX Prefixes
final class Encoder {
    static final int NO_REGISTER = -1;

    final Instance i;
    final Values values;
    final Form form;
    final boolean is64;
    int segmentPrefix;
    boolean operandPrefix;
    boolean addressPrefix;
    boolean wide;
    int reg;
    int rm;
    /// ModRM, SIB, displacement.
    final List<Integer> modRm = new ArrayList<>();
    int index = NO_REGISTER;
    boolean ripRelative;
    long ripOffset;

    Encoder(Instance instance) {
        this.i = instance;
        this.values = instance.values;
        this.form = instance.form;
        this.is64 = instance.codeSize == 8;
    }

    void encode() {
        choosePrefixes();
        if (i.absolute) {
            segmentPrefix = 0;
            addressPrefix = false;
        }
        chooseSizes();
        if (form.hasModRm()) {
            chooseOperands();
        }
        putPrefixes();
        putOpcode();
        int at = i.length;
        modRm.forEach(this::put);
        new Immediates(this).put();
        if (ripRelative) {
            long displacement = ripOffset - (i.address() + i.length);
            for (int n = 0; n < 4; n++) {
                i.code[at + 1 + n] = (byte) (displacement >> 8 * n);
            }
        }
        if (!i.absolute) {
            new Circumstances(i, this).arrange();
        }
    }

    private boolean hasSized(String sizes) {
        return form.operands().stream()
                .anyMatch(o -> o.length() > 1 && sizes.indexOf(o.charAt(1)) >= 0);
    }

    private void choosePrefixes() {
        boolean sized = hasSized("vz") || form.has("d64") || form.operands().contains("rAX")
                || form.operands().isEmpty() || form.operands().contains("M");
        boolean free = form.prefix().isEmpty() || i.named("CRC32", "POPCNT");
        operandPrefix = sized && free && values.oneIn(4) && !(is64 && form.has("f64"))
                && !(form.has("mmx") || i.named("FWAIT", "CMPXCHG8B", "UD2")
                        || form.name().endsWith("FENCE"))
                && !form.has("sse") && !form.has("xsave");
        wide = is64 && (hasSized("vyz") || form.operands().contains("rAX")
                || form.operands().isEmpty() ? values.oneIn(3) : values.oneIn(20));
        // AMD's CPUs have no far pointers of 64 bits.
        wide &= !i.named("JMPF_M", "CALLF_M");
        addressPrefix = values.oneIn(12) && !(i.codeSize == 4 && values.oneIn(2));
        if (values.oneIn(14)) {
            segmentPrefix = values.oneIn(2) ? 0x64 : 0x65;
        } else if (values.oneIn(60)) {
            segmentPrefix = 0x26 | values.below(4) << 3;
            // A CS override makes the data read-only, and in 16-bit code elsewhere.
            if (segmentPrefix == 0x2E && !is64) {
                segmentPrefix = 0;
            }
        }
    }

    private void chooseSizes() {
        if (is64) {
            i.operandSize = wide || form.has("f64")
                    ? 8
                    : operandPrefix
                            ? 2
                            : form.has("d64") ? 8 : 4;
            i.addressSize = addressPrefix ? 4 : 8;
        } else {
            i.operandSize = operandPrefix ? 6 - i.codeSize : i.codeSize;
            i.addressSize = addressPrefix ? 6 - i.codeSize : i.codeSize;
        }
    }

    private void chooseOperands() {
        int registers = is64 ? 16 : 8;
        reg = form.extension() >= 0 ? form.extension() : values.below(registers);
        if (form.operands().contains("Cd") || form.operands().contains("Dd")) {
            // Which comes first for one that there is not, #UD or #GP, differs.
            reg = values.below(2) * 2;
        }
        if (form.wholeModRm() >= 0) {
            reg = form.wholeModRm() >> 3 & 7;
            rm = form.wholeModRm() & 7;
            modRm.add(form.wholeModRm());
            return;
        }
        // PREFETCHW of a register is a NOP or undefined.
        boolean prefetch = i.named("NOPE") && form.opcode() == 0x0D;
        i.memory = form.where() == 'm' || form.where() == ' ' && (prefetch || values.oneIn(2));
        if (i.memory) {
            new Addressing(this).choose();
        } else {
            rm = values.below(registers);
            // Which is looked at first, target or stack, differs.
            rm = i.named("CALL_E") && rm == 4 ? 3 : rm;
            modRm.add(0xC0 | (reg & 7) << 3 | rm & 7);
        }
    }

    private void putPrefixes() {
        if (segmentPrefix != 0) {
            put(segmentPrefix);
        }
        if (addressPrefix) {
            put(0x67);
        }
        // Which comes first, #UD for LOCK or #GP for the ring, differs; LOCK NOP is one, or not.
        boolean misplaced = !form.has("p0") && !i.named("NOPE")
                && !(form.map() == 1 && (form.opcode() == 0xAE || form.opcode() == 0))
                && values.oneIn(150);
        if (form.has("lock") && i.memory ? values.oneIn(6) : misplaced && !i.absolute) {
            put(0xF0);
        }
        if (operandPrefix || form.prefix().equals("66")) {
            put(0x66);
        }
        if (form.prefix().startsWith("F")) {
            put(form.prefix().equals("F3") ? 0xF3 : 0xF2);
        } else if (form.has("rep") && values.oneIn(2)) {
            i.repeated = true;
            put(values.oneIn(2) ? 0xF3 : 0xF2);
        }
    }

    private void putOpcode() {
        if (is64) {
            int b = rm;
            if (form.operands().stream().anyMatch(o -> o.charAt(0) == 'Z') && values.oneIn(2)) {
                b |= 8;
            }
            int rex = (wide ? 8 : 0) | reg >> 3 << 2 | (index > 7 ? 2 : 0) | b >> 3;
            if (rex != 0 || values.oneIn(6)) {
                put(0x40 | rex);
            }
        }
        if (form.map() > 0) {
            put(0x0F);
        }
        if (form.map() > 1) {
            put(form.map() == 2 ? 0x38 : 0x3A);
        }
        put(form.opcode());
    }

    void put(int b) {
        i.code[i.length++] = (byte) b;
    }

    void put(long value, int size) {
        for (int n = 0; n < size; n++) {
            put((int) (value >> 8 * n) & 0xFF);
        }
    }
}
