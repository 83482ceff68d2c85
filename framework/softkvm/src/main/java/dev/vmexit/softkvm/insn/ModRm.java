package dev.vmexit.softkvm.insn;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.SegmentRegister;

/// The addressing forms of the ModRM and SIB bytes.
///
/// ```
///  ModRM  7:6 mod │ 5:3 reg │ 2:0 rm          mod 3: a register, else memory
///  SIB    7:6 scale │ 5:3 index │ 2:0 base
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, 2.1.5 Addressing-Mode Encoding, tables 2-1 to 2-3
final class ModRm {
    private static final int SIB = 4;
    private static final byte[] BASE16 = {Cpu.RBX, Cpu.RBX, Cpu.RBP, Cpu.RBP, Cpu.RSI, Cpu.RDI,
            Cpu.RBP, Cpu.RBX};
    private static final byte[] INDEX16 = {Cpu.RSI, Cpu.RDI, Cpu.RSI, Cpu.RDI, Cpu.NONE, Cpu.NONE,
            Cpu.NONE, Cpu.NONE};

    private ModRm() {}

    static void decode(Decoder d, Insn i, int modRm) {
        d.next();
        i.modRm = (byte) modRm;
        int mod = modRm >> 6;
        int rm = modRm & 7;
        i.reg = (byte) (modRm >> 3 & 7 | d.rexBit(2));
        i.rm = (byte) (rm | d.rexBit(0));
        i.base = Cpu.NONE;
        i.index = Cpu.NONE;
        if (mod == 3 || registerAlways(i)) {
            return;
        }
        i.memory = true;
        if (i.addressSize == 2) {
            decode16(d, i, mod, rm);
        } else {
            decode32(d, i, mod, rm);
        }
    }

    /// MOV to and from control and debug registers have no memory form: mod is ignored.
    private static boolean registerAlways(Insn i) {
        return i.form.map() == 1 && i.opcode >= 0x20 && i.opcode <= 0x23;
    }

    private static void decode16(Decoder d, Insn i, int mod, int rm) {
        if (mod == 0 && rm == 6) {
            i.displacement = d.number(2);
            return;
        }
        i.base = BASE16[rm];
        i.index = INDEX16[rm];
        i.displacement = mod == 0 ? 0 : d.number(mod);
        defaultSegment(i, i.base);
    }

    private static void decode32(Decoder d, Insn i, int mod, int rm) {
        int base = rm;
        if (rm == SIB) {
            int sib = d.next();
            base = sib & 7;
            int index = sib >> 3 & 7 | d.rexBit(1);
            if (index != Cpu.RSP) {
                i.index = (byte) index;
                i.scale = (byte) (sib >> 6);
            }
        }
        if (mod == 0 && base == Cpu.RBP) {
            i.displacement = d.number(4);
            i.ripRelative = rm != SIB && d.codeSize() == 8;
            return;
        }
        i.base = (byte) (base | d.rexBit(0));
        i.displacement = mod == 0 ? 0 : d.number(mod == 1 ? 1 : 4);
        defaultSegment(i, i.base);
    }

    private static void defaultSegment(Insn i, int base) {
        if (i.segment < 0 && (base == Cpu.RSP || base == Cpu.RBP)) {
            i.segment = SegmentRegister.SS;
        }
    }
}
