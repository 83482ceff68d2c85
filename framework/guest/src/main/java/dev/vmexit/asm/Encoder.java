package dev.vmexit.asm;

/// Turns one instruction into bytes:
///
/// ```
///  66h      67h      REX        opcode     ModRM             displacement   immediate
///  operand  address  0100WRXB   1–3 bytes  mod reg r/m       0, 1, 2, 4     0 … 8
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, chapter 2 "Instruction Format"
final class Encoder {
    private static final int OPERAND_SIZE = 0x66;
    private static final int ADDRESS_SIZE = 0x67;
    private static final int REX = 0x40;
    private static final int REX_W = 8;
    private static final int REX_R = 4;
    private static final int REX_B = 1;

    private final CodeBuffer code;
    private Mode mode;

    Encoder(CodeBuffer code, Mode mode) {
        this.code = code;
        this.mode = mode;
    }

    void mode(Mode next) {
        mode = next;
    }

    Mode mode() {
        return mode;
    }

    /// An opcode without operands in ModRM; `bits` decides the prefixes, `low` is added to the last
    /// byte of the opcode and its bit 3 goes to REX.B.
    void plain(int bits, int opcode, int low) {
        prefixes(bits, 0, low);
        opcode(opcode + (low & 7));
    }

    /// `reg` field and a register in `r/m`.
    void registers(int bits, int opcode, int reg, int rm) {
        prefixes(bits, reg, rm);
        opcode(opcode);
        modRm(3, reg, rm);
    }

    /// `reg` field and memory in `r/m`.
    void memory(int bits, int opcode, int reg, Memory memory) {
        addressSize(memory);
        if (bits == 8 && reg >= 4 && memory.base() != null && memory.base().number() > 7) {
            throw new AssemblyException("ah, ch, dh and bh do not exist beside " + memory.base());
        }
        prefixes(bits, reg, memory.base() == null ? 0 : memory.base().number());
        opcode(opcode);
        if (memory.base() == null) {
            absolute(reg, memory);
        } else if (memory.base().bits() == 16) {
            base16(reg, memory);
        } else {
            base(reg, memory);
        }
    }

    private void addressSize(Memory memory) {
        if (memory.base() == null) {
            return;
        }
        int bits = memory.base().bits();
        boolean exists = switch (bits) {
            case 16 -> mode != Mode.BITS64;
            case 32 -> true;
            case 64 -> mode == Mode.BITS64;
            default -> false;
        };
        if (!exists) {
            throw new AssemblyException(memory + " is no address in " + mode);
        }
        if (bits != mode.addressBits()) {
            code.emit(ADDRESS_SIZE, 1);
        }
    }

    private void prefixes(int bits, int reg, int rm) {
        boolean long64 = mode == Mode.BITS64;
        if (bits == 64 && !long64 || (reg | rm) > 7 && !long64) {
            throw new AssemblyException("a 64-bit register in " + mode);
        }
        if (bits == 16 && mode != Mode.BITS16 || bits == 32 && mode == Mode.BITS16) {
            code.emit(OPERAND_SIZE, 1);
        }
        int rex = (bits == 64 ? REX_W : 0) | (reg > 7 ? REX_R : 0) | (rm > 7 ? REX_B : 0);
        if (rex != 0) {
            code.emit(REX | rex, 1);
        }
    }

    /// One to three bytes, the most significant first, as the manual prints them.
    private void opcode(int opcode) {
        for (int shift = 16; shift >= 0; shift -= 8) {
            if (opcode >>> shift != 0 || shift == 0) {
                code.emit(opcode >>> shift, 1);
            }
        }
    }

    private void modRm(int mod, int reg, int rm) {
        code.emit(mod << 6 | (reg & 7) << 3 | rm & 7, 1);
    }

    /// No base: a 16- or 32-bit number; in 64-bit code a label is relative to RIP, and a number
    /// needs a SIB byte that says "no base, no index".
    private void absolute(int reg, Memory memory) {
        if (mode == Mode.BITS16) {
            modRm(0, reg, 6);
        } else if (mode == Mode.BITS64 && memory.label() == null) {
            modRm(0, reg, 4);
            code.emit(0x25, 1);
        } else {
            modRm(0, reg, 5);
        }
        int bytes = mode == Mode.BITS16 ? 2 : 4;
        if (memory.label() == null) {
            code.emit(memory.displacement(), bytes);
        } else {
            code.emitAddress(memory.label(), bytes, mode == Mode.BITS64);
        }
    }

    /// @spec https://www.intel.com/sdm Intel SDM Vol. 2, table 2-1 "16-Bit Addressing Forms"
    private void base16(int reg, Memory memory) {
        int rm = switch (memory.base()) {
            case SI -> 4;
            case DI -> 5;
            case BP -> 6;
            case BX -> 7;
            default -> throw new AssemblyException(memory.base() + " is no 16-bit base register");
        };
        displaced(reg, rm, memory, 2);
    }

    /// @spec https://www.intel.com/sdm Intel SDM Vol. 2, table 2-2 "32-Bit Addressing Forms"
    private void base(int reg, Memory memory) {
        displaced(reg, memory.base().number(), memory, 4);
    }

    private void displaced(int reg, int rm, Memory memory, int wideBytes) {
        long displacement = memory.displacement();
        boolean needsOne = (rm & 7) == (wideBytes == 2 ? 6 : 5);
        int mod = displacement == 0 && !needsOne ? 0 : displacement == (byte) displacement ? 1 : 2;
        modRm(mod, reg, rm);
        if (wideBytes == 4 && (rm & 7) == 4) {
            code.emit(0x24, 1);
        }
        code.emit(displacement, mod == 0 ? 0 : mod == 1 ? 1 : wideBytes);
    }
}
