package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.insn.Insn;
import java.util.HashMap;
import java.util.Map;

/// How an instruction is translated.
enum Kind {
    MOVE, LEA, BINARY, COMPARE, UNARY, SHIFT, CALLED, SET, CMOV, XCHG, EXTEND_A, SWAP, NOTHING,
    PUSH, POP, LEAVE, JUMP, BRANCH, CALL, CALL_INDIRECT, JUMP_INDIRECT, RETURN,
    /// Touches vector registers and memory only: general registers and flags stay in locals.
    VECTOR,
    /// Everything else: by the interpreter's action, with all state in the
    /// [dev.vmexit.softkvm.cpu.Cpu].
    ACTION;

    private static final Map<String, Kind> BY_NAME = new HashMap<>();

    static {
        // tag::kinds[]
        put(MOVE, "MOV", "MOVZX", "MOVSX", "MOVNTI");
        put(LEA, "LEA");
        put(BINARY, "ADD", "SUB", "AND", "OR", "XOR");
        put(COMPARE, "CMP", "TEST");
        put(UNARY, "INC", "DEC", "NEG", "NOT");
        put(SHIFT, "SHL", "SHR", "SAR", "ROL", "ROR");
        put(CALLED, "ADC", "SBB", "IMUL", "IMUL3");
        // end::kinds[]
        put(SET, "SETCC");
        put(CMOV, "CMOV");
        put(XCHG, "XCHG_A");
        put(EXTEND_A, "CBW", "CWD");
        put(SWAP, "BSWAP");
        put(NOTHING, "NOPE", "LFENCE");
        put(PUSH, "PUSH");
        put(POP, "POP");
        put(LEAVE, "LEAVE");
        put(JUMP, "JMP");
        put(BRANCH, "JCC");
        put(CALL, "CALL");
        put(CALL_INDIRECT, "CALL_E");
        put(JUMP_INDIRECT, "JMP_E");
        put(RETURN, "RET");
    }

    private static void put(Kind kind, String... names) {
        for (String name : names) {
            BY_NAME.put(name, kind);
        }
    }

    static Kind of(Insn i) {
        Kind kind = BY_NAME.getOrDefault(i.form.name(), ACTION);
        if (kind == ACTION) {
            return isVector(i) ? VECTOR : ACTION;
        }
        boolean stack = kind == PUSH || kind == POP || kind == LEAVE;
        if (i.lock || i.dst == Insn.R1H || i.src == Insn.R1H
                || stack && i.operandSize != 8 || kind == POP && i.dst == Insn.MEM
                || kind == SHIFT && i.dst == Insn.MEM && !shiftsByConstant(i)) {
            return ACTION;
        }
        return kind;
    }

    private static boolean shiftsByConstant(Insn i) {
        return i.src == Insn.IMM && (i.imm & (i.size == 8 ? 63 : 31)) != 0;
    }

    /// Operands that are vector registers, memory or immediates, and nothing besides.
    private static boolean isVector(Insn i) {
        boolean vector = !i.form.operands().isEmpty() && i.form.operands().stream()
                .allMatch(o -> "VWUPQNMI".indexOf(o.charAt(0)) >= 0);
        return vector && "VWUPQN".indexOf(i.form.operands().getFirst().charAt(0)) >= 0
                && !setsFlags(i.form.name()) || isVectorStore(i);
    }

    private static boolean isVectorStore(Insn i) {
        return i.form.operands().size() == 2 && i.form.operand(0).charAt(0) == 'M'
                && "VP".indexOf(i.form.operand(1).charAt(0)) >= 0;
    }

    private static boolean setsFlags(String name) {
        return name.contains("COMIS") || name.equals("PTEST") || name.startsWith("PCMPESTR")
                || name.startsWith("PCMPISTR") || name.startsWith("MASKMOV");
    }

    boolean usesStack() {
        return switch (this) {
            case PUSH, POP, LEAVE, CALL, CALL_INDIRECT, RETURN -> true;
            default -> false;
        };
    }
}
