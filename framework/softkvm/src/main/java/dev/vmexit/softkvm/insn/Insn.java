package dev.vmexit.softkvm.insn;

/// One decoded instruction: its form, and everything that the bytes say about its operands.
///
/// Decoded once, executed many times; nothing in it changes after the decoder is done. The integer
/// operands are resolved into a [#dst] and a [#src] code so that reading one is a single switch.
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
    public int opcode;
    /// Of this instruction's first byte in its 4-KiB page.
    public int pageOffset;
    public int length;

    public int dst;
    public int dstReg;
    /// Of the first operand, in bytes; also the operand size where there is none.
    public int size;
    public int src;
    public int srcReg;
    public int srcSize;
    /// Sign-extended; a jump's displacement too.
    public long imm;
    public int imm2;

    /// ModRM's fields with their REX bits; `rm` counts only when `memory` is false.
    public int reg;
    public int rm;
    public boolean memory;
    /// The byte itself: the x87 keeps it as half of FOP.
    public int modRm;

    public int base;
    public int index;
    public int scale;
    public long displacement;
    public boolean ripRelative;
    public int segment;
    /// 2, 4 or 8.
    public int addressSize;
    /// Decoded as 64-bit code: no segment limits.
    public boolean long64;

    public boolean lock;
    public boolean rep;
    public boolean repne;
    public int operandSize;

    /// {@return the condition of Jcc, SETcc, CMOVcc}
    public int cc() {
        return opcode & 15;
    }
}
