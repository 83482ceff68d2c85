package dev.vmexit.softkvm.insn;

/// One decoded instruction: its form, and everything that the bytes say about its operands.
///
/// Decoded once, executed many times; nothing in it changes after the decoder is done. The integer
/// operands are resolved into a [#dst] and a [#src] code so that reading one is a single switch.
/// The fields are as narrow as they can be: one instruction is 64 bytes, a line of the host's
/// cache, and code that seldom runs is as fast as its instructions come out of memory.
public final class Insn {
    // Operand codes: a register by width, memory, an immediate.
    public static final int NO_OPERAND = 0;
    public static final int R1 = 1;
    /// AH, CH, DH, BH; the register number is that of AX to BX.
    public static final int R1H = 2;
    public static final int R2 = 3;
    public static final int R4 = 4;
    public static final int R8 = 5;
    public static final int MEM = 6;
    public static final int IMM = 7;

    public Form form;
    public Action action;
    public short opcode;
    /// Of this instruction's first byte in its 4-KiB page.
    public short pageOffset;
    public byte length;

    public byte dst;
    public byte dstReg;
    /// Of the first operand, in bytes; also the operand size where there is none.
    public byte size;
    public byte src;
    public byte srcReg;
    public byte srcSize;
    /// Sign-extended; a jump's displacement too.
    public long imm;
    public char imm2;

    /// ModRM's fields with their REX bits; `rm` counts only when `memory` is false.
    public byte reg;
    public byte rm;
    public boolean memory;
    /// The byte itself: the x87 keeps it as half of FOP.
    public byte modRm;

    public byte base;
    public byte index;
    public byte scale;
    public long displacement;
    public boolean ripRelative;
    public byte segment;
    /// 2, 4 or 8.
    public byte addressSize;
    /// Decoded as 64-bit code: no segment limits.
    public boolean long64;

    public boolean lock;
    public boolean rep;
    public boolean repne;
    public byte operandSize;

    /// {@return the condition of Jcc, SETcc, CMOVcc}
    public int cc() {
        return opcode & 15;
    }
}
