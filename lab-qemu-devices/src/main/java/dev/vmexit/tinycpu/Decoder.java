package dev.vmexit.tinycpu;

import dev.vmexit.asm.Condition;
import dev.vmexit.course.Todo;
import dev.vmexit.tinycpu.Insn.Address;
import dev.vmexit.tinycpu.Insn.Compute;
import dev.vmexit.tinycpu.Insn.Immediate;
import dev.vmexit.tinycpu.Insn.Operation;
import dev.vmexit.tinycpu.Insn.Register;
import java.util.Arrays;

/// Reads one instruction out of memory. It looks at each byte once, from left to right.
///
/// ```
///  opcode   ModRM            displacement   immediate
///  1 or 2   mod reg r/m      0, 1, 2        0, 1, 2 bytes, the lowest first
///           7 6 5…3 2…0
/// ```
///
/// There are no prefixes.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, section 2.1 "Instruction Format for Protected
///     Mode, Real-Address Mode, and Virtual-8086 Mode"
final class Decoder {
    private static final Immediate ONE = new Immediate(1);

    /// Group 1, by the `reg` field of ModRM and by bits 5…3 of the opcode; null is not supported.
    private static final Operation[] GROUP_1 = {Operation.ADD, null, null, null, Operation.AND,
            Operation.SUB, Operation.XOR, Operation.CMP};

    private final byte[] memory;
    private final int start;
    private int at;

    private Decoder(byte[] memory, int start) {
        this.memory = memory;
        this.start = start;
        this.at = start;
    }

    /// {@return the instruction that begins at `start`}
    ///
    /// @throws UndefinedOpcode if it is none of the twelve
    /// @throws SegmentOverrun if it does not end inside the memory
    static Decoded decode(byte[] memory, int start) {
        var decoder = new Decoder(memory, start);
        Insn insn = decoder.instruction();
        return new Decoded(insn, start, decoder.at);
    }

    /// By opcode, where "r16" is the register in bits 2…0 of the opcode and `reg` and `r/m` are
    /// fields of ModRM:
    ///
    /// ```
    ///  40+r  INC r16        81 /n  group 1 r/m, imm16       E9  JMP rel16
    ///  48+r  DEC r16        83 /n  group 1 r/m, imm8 signed EB  JMP rel8
    ///  70+c  Jcc rel8       89     MOV r/m, reg             EE  OUT DX, AL
    ///  B8+r  MOV r16,imm16  8B     MOV reg, r/m             F4  HLT
    ///  0F 80+c  Jcc rel16   FF /0  INC r/m   FF /1 DEC r/m
    ///  others: 00nn_n001  group 1 r/m, reg     00nn_n011  reg, r/m     00nn_n101  AX, imm16
    /// ```
    private Insn instruction() {
        throw Todo.of("dev-05", "read the opcode and decide which instruction it begins");
    }

    /// The opcodes that stand alone.
    private Insn single(int opcode) {
        return switch (opcode) {
            case 0x0F -> {
                int second = byte8();
                yield (second & 0xF0) == 0x80 ? jumpIf(second, word()) : undefined();
            }
            case 0xE9 -> jump(word());
            case 0xEB -> jump(signed8());
            case 0xEE -> new Insn.Out();
            case 0xF4 -> new Insn.Hlt();
            case 0xFF -> step(byte8());
            default -> undefined();
        };
    }

    /// A jump counts from the end of its instruction, and IP has 16 bits.
    private Insn jump(int distance) {
        throw Todo.of("dev-05", "where does a jump by this distance lead to?");
    }

    private Insn jumpIf(int opcode, int distance) {
        Condition condition = Condition.values()[opcode & 0xF];
        if (condition == Condition.P || condition == Condition.NP) {
            return undefined();
        }
        return new Insn.JumpIf(condition, at + distance & 0xFFFF);
    }

    /// Bits 2…0 of the opcode say what the operands are; 8-bit forms are not supported.
    private Insn compute(int opcode) {
        Operation operation = GROUP_1[opcode >>> 3];
        return switch (opcode & 7) {
            case 1 -> {
                int modRm = byte8();
                yield new Compute(operation, register(modRm), new Register(reg(modRm)));
            }
            case 3 -> {
                int modRm = byte8();
                yield new Compute(operation, reg(modRm), new Register(register(modRm)));
            }
            case 5 -> new Compute(operation, 0, new Immediate(word()));
            default -> undefined();
        };
    }

    private Insn group1(int opcode) {
        if (opcode != 0x81 && opcode != 0x83) {
            return undefined();
        }
        int modRm = byte8();
        Operation operation = GROUP_1[reg(modRm)];
        int to = register(modRm);
        int value = opcode == 0x81 ? word() : signed8() & 0xFFFF;
        return operation == null
                ? undefined()
                : new Compute(operation, to, new Immediate(value));
    }

    /// INC and DEC in the form with a ModRM byte.
    private Insn step(int modRm) {
        int to = register(modRm);
        return switch (reg(modRm)) {
            case 0 -> new Compute(Operation.INC, to, ONE);
            case 1 -> new Compute(Operation.DEC, to, ONE);
            default -> undefined();
        };
    }

    private Insn move(int opcode) {
        int modRm = opcode == 0x89 || opcode == 0x8B ? byte8() : undefinedByte();
        boolean store = opcode == 0x89;
        int reg = reg(modRm);
        if (modRm >>> 6 == 3) {
            int rm = modRm & 7;
            return store
                    ? new Insn.Move(rm, new Register(reg))
                    : new Insn.Move(reg, new Register(rm));
        }
        Address address = address(modRm);
        return store ? new Insn.Store(address, reg) : new Insn.Load(reg, address);
    }

    /// @spec https://www.intel.com/sdm Intel SDM Vol. 2, table 2-1 "16-Bit Addressing Forms with
    ///     the ModR/M Byte"
    private Address address(int modRm) {
        int mod = modRm >>> 6;
        int rm = modRm & 7;
        if (mod == 0 && rm == 6) {
            return new Address(Address.NONE, Address.NONE, word());
        }
        int base = new int[]{3, 3, 5, 5, 6, 7, 5, 3}[rm];
        int index = new int[]{6, 7, 6, 7, Address.NONE, Address.NONE, Address.NONE,
                Address.NONE}[rm];
        return new Address(base, index, mod == 0 ? 0 : mod == 1 ? signed8() : word());
    }

    private static int reg(int modRm) {
        return modRm >>> 3 & 7;
    }

    /// The `r/m` field where it must be a register.
    private int register(int modRm) {
        return modRm >>> 6 == 3 ? modRm & 7 : undefinedByte();
    }

    private int byte8() {
        if (at >= memory.length) {
            throw new SegmentOverrun(start);
        }
        return Byte.toUnsignedInt(memory[at++]);
    }

    private int signed8() {
        return (byte) byte8();
    }

    private int word() {
        return byte8() | byte8() << 8;
    }

    private Insn undefined() {
        throw new UndefinedOpcode(start, Arrays.copyOfRange(memory, start, at));
    }

    private int undefinedByte() {
        throw new UndefinedOpcode(start, Arrays.copyOfRange(memory, start, at));
    }
}
