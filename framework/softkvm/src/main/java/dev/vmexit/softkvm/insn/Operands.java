package dev.vmexit.softkvm.insn;

import dev.vmexit.softkvm.cpu.Cpu;

/// Turns the operand letters of a form into registers, memory and immediates of an [Insn].
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, A.2 Key to Abbreviations
final class Operands {
    private Operands() {}

    static void resolve(Decoder d, Insn i) {
        Form form = i.form;
        i.size = i.operandSize;
        for (int n = 0; n < form.operands().size(); n++) {
            operand(d, i, form.operands().get(n), n);
        }
    }

    private static void operand(Decoder d, Insn i, String spec, int n) {
        switch (spec) {
            case "AL" -> register(d, i, n, Cpu.RAX, 1);
            case "CL" -> register(d, i, n, Cpu.RCX, 1);
            case "DX" -> register(d, i, n, Cpu.RDX, 2);
            case "rAX" -> register(d, i, n, Cpu.RAX, i.operandSize);
            case "1" -> immediate(i, n, 1);
            default -> letter(d, i, spec, n);
        }
    }

    private static void letter(Decoder d, Insn i, String spec, int n) {
        int size = size(d, i, spec);
        switch (spec.charAt(0)) {
            case 'E', 'R' -> {
                if (i.memory) {
                    memory(i, n, size);
                } else {
                    register(d, i, n, i.rm, size);
                }
            }
            case 'M' -> memory(i, n, size);
            case 'G' -> register(d, i, n, i.reg, size);
            case 'Z' -> register(d, i, n, i.opcode & 7 | d.rexBit(0), size);
            case 'I' -> immediate(i, n, d.number(spec.equals("Iv") ? i.operandSize : size));
            case 'J' -> i.imm = d.number(size);
            case 'O' -> {
                i.memory = true;
                i.base = Cpu.NONE;
                i.index = Cpu.NONE;
                i.displacement = offset(d, i.addressSize);
                memory(i, n, size);
            }
            case 'A' -> {
                i.imm = d.number(i.operandSize);
                i.imm2 = (char) d.number(2);
            }
            case 'V', 'W', 'U', 'P', 'Q', 'N', 'S', 'C', 'D' -> vector(i, spec, n, size);
            default -> throw new IllegalStateException("opcodes.txt: operand " + spec);
        }
    }

    private static long offset(Decoder d, int size) {
        long value = d.number(size);
        return size == 8 ? value : value & (1L << size * 8) - 1;
    }

    private static int size(Decoder d, Insn i, String spec) {
        return switch (spec.length() < 2 ? ' ' : spec.charAt(1)) {
            case 'b' -> 1;
            case 'w' -> 2;
            case 'd' -> 4;
            case 'q' -> d.codeSize() == 8 || "VWPQNUM".indexOf(spec.charAt(0)) >= 0 ? 8 : 4;
            case 'o' -> 16;
            case 'y' -> d.wide() ? 8 : 4;
            case 'z' -> Math.min(4, i.operandSize);
            default -> i.operandSize;
        };
    }

    /// An MMX or XMM, segment, control or debug register stays in `reg` and `rm`; here only the
    /// size of what may be memory is noted.
    private static void vector(Insn i, String spec, int n, int size) {
        char letter = spec.charAt(0);
        boolean mmx = letter == 'P' || letter == 'Q' || letter == 'N';
        if (n == 0) {
            i.size = (byte) (letter == 'S' ? 2 : size);
        } else {
            i.srcSize = (byte) size;
        }
        if (letter == 'S') {
            i.reg &= 7;
        }
        if (mmx) {
            // There are eight: REX does not count.
            if (letter == 'P') {
                i.reg &= 7;
            } else if (!i.memory) {
                i.rm &= 7;
            }
        }
    }

    private static void register(Decoder d, Insn i, int n, int register, int size) {
        boolean high = size == 1 && register >= 4 && register < 8 && !d.hasRex();
        int code = switch (size) {
            case 1 -> high ? Insn.R1H : Insn.R1;
            case 2 -> Insn.R2;
            case 4 -> Insn.R4;
            default -> Insn.R8;
        };
        set(i, n, code, high ? register - 4 : register, size);
    }

    private static void memory(Insn i, int n, int size) {
        set(i, n, Insn.MEM, 0, size);
    }

    private static void immediate(Insn i, int n, long value) {
        if (n == 1 && i.form.name().equals("ENTER")) {
            i.imm2 = (char) (value & 0xFF);
            return;
        }
        i.imm = value;
        if (n == 1) {
            i.src = Insn.IMM;
        } else if (n == 0) {
            i.dst = Insn.IMM;
        }
    }

    private static void set(Insn i, int n, int code, int register, int size) {
        if (n == 0) {
            i.dst = (byte) code;
            i.dstReg = (byte) register;
            i.size = (byte) size;
        } else if (n == 1) {
            i.src = (byte) code;
            i.srcReg = (byte) register;
            i.srcSize = (byte) size;
        }
    }
}
