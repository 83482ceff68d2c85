package dev.vmexit.softkvm.insn;

import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.SegmentRegister;

/// From bytes to an [Insn].
///
/// ```
///  prefixes │ REX │ 0F 38/3A │ opcode │ ModRM │ SIB │ displacement │ immediate     15 bytes at
///  most
/// ```
///
/// One decoder a thread: it keeps the state of the instruction at hand in fields.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, 2.1 Instruction Format; 2.2.1 REX Prefixes
public final class Decoder {
    private static final int LONGEST = 15;

    private final FormTable table;
    private CodeBytes code;
    private int at;
    private int codeSize;
    private boolean operandOverride;
    private boolean addressOverride;
    private int repeat;
    private int rex;
    private int modRm;
    private Insn insn;

    public Decoder(FormTable table) {
        this.table = table;
    }

    /// {@return the instruction that starts here}
    ///
    /// @param size 2, 4, 8: 16-, 32- or 64-bit code
    /// @throws GuestFault `#UD` for what is none, `#GP` for one of more than 15 bytes
    public Insn decode(CodeBytes bytes, int size) {
        code = bytes;
        at = 0;
        codeSize = size;
        operandOverride = false;
        addressOverride = false;
        repeat = 0;
        rex = 0;
        insn = new Insn();
        insn.segment = -1;
        insn.long64 = size == 8;
        // tag::steps[]
        prefixes();
        int map = opcodeMap();
        Form form = findForm(map);
        insn.form = form;
        insn.action = form.action();
        insn.operandSize = (byte) operandSize(form);
        insn.addressSize = (byte) addressSize();
        if (table.hasModRm(map, insn.opcode)) {
            ModRm.decode(this, insn, modRm);
        }
        Operands.resolve(this, insn);
        finish();
        // end::steps[]
        return insn;
    }

    private void prefixes() {
        while (true) {
            int b = code.at(at);
            switch (b) {
                case 0x66 -> operandOverride = true;
                case 0x67 -> addressOverride = true;
                case 0xF0 -> insn.lock = true;
                case 0xF2, 0xF3 -> repeat = b;
                case 0x26, 0x2E, 0x36, 0x3E -> {
                    // In 64-bit code these four are read and ignored.
                    if (codeSize != 8) {
                        insn.segment = (byte) (b >> 3 & 3);
                    }
                }
                case 0x64 -> insn.segment = SegmentRegister.FS;
                case 0x65 -> insn.segment = SegmentRegister.GS;
                default -> {
                    if (codeSize != 8 || (b & 0xF0) != 0x40) {
                        return;
                    }
                    at++;
                    rex = b;
                    // A REX that is not the last prefix does not count.
                    if (isLegacyPrefix(code.at(at)) || (code.at(at) & 0xF0) == 0x40) {
                        rex = 0;
                        limit();
                        continue;
                    }
                    return;
                }
            }
            at++;
            limit();
        }
    }

    private static boolean isLegacyPrefix(int b) {
        return switch (b) {
            case 0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65 -> true;
            default -> false;
        };
    }

    private void limit() {
        if (at >= LONGEST) {
            throw GuestFault.gp();
        }
    }

    private int opcodeMap() {
        int b = next();
        if (b != 0x0F) {
            insn.opcode = (short) b;
            return 0;
        }
        b = next();
        if (b == 0x38 || b == 0x3A) {
            insn.opcode = (short) next();
            return b == 0x38 ? 2 : 3;
        }
        insn.opcode = (short) b;
        return 1;
    }

    private Form findForm(int map) {
        int prefix = repeat != 0 ? repeat : operandOverride ? 0x66 : 0;
        modRm = table.hasModRm(map, insn.opcode) ? code.at(at) : 0;
        Form form = table.find(map, insn.opcode, prefix, modRm, codeSize == 8);
        if (form == null && map >= 2 && operandOverride && repeat != 0) {
            form = table.find(map, insn.opcode, 0x66, modRm, codeSize == 8);
        }
        if (form == null) {
            throw GuestFault.ud();
        }
        return form;
    }

    private int operandSize(Form form) {
        if (codeSize == 8) {
            if ((rex & 8) != 0 || form.has("f64")) {
                return 8;
            }
            return operandOverride ? 2 : form.has("d64") ? 8 : 4;
        }
        return operandOverride ? 6 - codeSize : codeSize;
    }

    private int addressSize() {
        if (codeSize == 8) {
            return addressOverride ? 4 : 8;
        }
        return addressOverride ? 6 - codeSize : codeSize;
    }

    private void finish() {
        if (at > LONGEST) {
            throw GuestFault.gp();
        }
        if (insn.lock && !(insn.form.has("lock") && insn.memory)) {
            throw GuestFault.ud();
        }
        if (insn.segment < 0) {
            insn.segment = SegmentRegister.DS;
        }
        insn.rep = repeat == 0xF3;
        insn.repne = repeat == 0xF2;
        insn.length = (byte) at;
        insn.action = table.actionOf(insn);
    }

    // What ModRm and Operands need.

    boolean hasRex() {
        return rex != 0;
    }

    boolean wide() {
        return (rex & 8) != 0;
    }

    int rexBit(int bit) {
        return (rex >> bit & 1) << 3;
    }

    int codeSize() {
        return codeSize;
    }

    int next() {
        return code.at(at++);
    }

    /// {@return a little-endian number of `size` bytes, sign-extended}
    long number(int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (long) next() << 8 * i;
        }
        int unused = 64 - 8 * size;
        return value << unused >> unused;
    }

}
