package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/// What Unicorn 2.1, whose CPU is QEMU 5.0's, does otherwise than Soft KVM.
///
/// Where [DifferentialTest] can ask the host's CPU, that agrees with Soft KVM. In 16-bit and 32-bit
/// code and of selectors a para-virtual `/dev/kvm` does not tell what the CPU would do: there it is
/// our reading of the manual against Unicorn's.
final class UnicornDeviations {
    private static final int VECTOR = Layout.INFO_OUT + 8;
    private static final int ERROR = Layout.INFO_OUT + 8 * 2;
    private static final int CR2 = Layout.INFO_OUT + 8 * 3;
    private static final int RIP = Layout.INFO_OUT + 8 * 4;
    private static final int FAULT_FLAGS = Layout.INFO_OUT + 8 * 5;
    private static final int MXCSR = Layout.FX + 24;
    private static final int MXCSR_FLAGS = 0x3F;
    private static final int DAZ_AND_FTZ = 0x8040;
    private static final int XMM = Layout.FX + 160;
    private static final int XMM_BYTES = 256;
    private static final int GENERAL_PROTECTION = 13;
    private static final int PAGE_FAULT = 14;
    private static final int SIMD_EXCEPTION = 19;
    private static final int EQUAL_ORDERED = 3 << 2;
    private static final int RF = 1 << 16;
    private static final int LOCK = 0xF0;
    private static final int OPERAND_SIZE = 0x66;

    private static final String X87 = "F.*|XSAVE.*|XRSTOR|EMMS";
    private static final String FLOAT = "(ADD|MUL|SUB|DIV|MIN|MAX|SQRT|ADDSUB|HADD|HSUB)[PS][SD]"
            + "|CVT.*|ROUND.*|U?COMIS.|CMP[PS][SD]";

    private static final Map<String, String> FORMS = Map.of(
            "LAR", "shows other bits of the descriptor",
            "CLFLUSH", "looks at no page",
            "PCMPESTRI", "its code generator ends the process",
            "PCMPESTRM", "its code generator ends the process",
            "DPPS", "adds in another order", "DPPD", "adds in another order");

    private UnicornDeviations() {}

    /// {@return why instances of this form are not compared, or an empty text}
    static String reason(Form form) {
        String name = form.name();
        boolean mmx = form.operands().stream().anyMatch(o -> o.matches("[PQN].*"));
        if (mmx || name.matches(X87)) {
            return "x87 without stack faults, pending exceptions and the marks of MMX";
        }
        if (form.text().matches("F[67] /1.*")) {
            return "takes TEST's second encoding for an invalid opcode";
        }
        return name.matches("(RCP|RSQRT).*")
                ? "approximates denormal and infinite results otherwise"
                : FORMS.getOrDefault(name, "");
    }

    /// {@return whether an instance of a form that is compared, is}
    static boolean endures(Instance i) {
        int last = i.code[i.length - 1] & 0xFF;
        boolean twice = !i.memory && (last & 7) == (last >> 3 & 7);
        boolean immediate = i.form.operands().contains("Ib");
        // Most instructions it executes although LOCK is misplaced; LOCK BTS, BTR and BTC of a
        // register end the process; LOCK NEG has other flags.
        if (i.prefixedBy(LOCK) && (!i.memory || !i.form.has("lock") || i.named("NEG"))) {
            return false;
        }
        return switch (i.form.name()) {
            // Overwrites its source before it has read all of it.
            case "PHADDW", "PHADDD", "PHADDSW", "PHSUBW", "PHSUBD", "PHSUBSW" -> !twice;
            // Has no 16-bit code.
            case "MOVBE", "CRC32" -> i.codeSize != 2;
            // Knows the first eight predicates and takes the others for invalid opcodes.
            case "CMPPS", "CMPPD", "CMPSS", "CMPSD" -> last < 8;
            // Forgets that the immediate byte is between the displacement and the next RIP.
            case "SHLD", "SHRD" -> !(i.memory && i.codeSize == 8 && immediate);
            // Prefetches from a register are invalid opcodes to it.
            case "NOPE" -> i.memory || !i.form.text().startsWith("0F18");
            // Takes 66 for 16 bits whatever the default and REX.W are.
            case "POPCNT" -> i.codeSize != 2 && !i.prefixedBy(OPERAND_SIZE);
            // "Equal ordered" of a text that ends before its last byte.
            case "PCMPISTRI", "PCMPISTRM" -> (last & EQUAL_ORDERED) != EQUAL_ORDERED;
            // Takes AH for SPL with REX.
            case "SAHF", "LAHF" -> i.length == 1;
            // Clears bits 63:32 of a register that it does not write.
            case "CMPXCHG" -> i.operandSize != 4;
            // Loads a 32-bit offset with REX.W, as AMD's CPUs do.
            case "LSS", "LFS", "LGS" -> i.operandSize != 8;
            // Does not cut a register's bits 63:32 off.
            case "CALL_E", "JMP_E" -> i.codeSize == 8 || i.memory;
            default -> true;
        };
    }

    /// @param mine Unicorn's record
    static void forget(Instance i, MemorySegment mine, MemorySegment other) {
        if (isOtherwise(i, mine, other)) {
            mine.copyFrom(other);
            return;
        }
        // What is pushed for a handler it does not tell.
        for (var record : new MemorySegment[]{mine, other}) {
            record.set(ValueLayout.JAVA_LONG, ERROR, 0);
            clear(record, FAULT_FLAGS, RF);
            clear(record, MXCSR, MXCSR_FLAGS);
        }
        boolean faults = get(other, VECTOR) == PAGE_FAULT;
        if (faults && i.named("RCL", "RCR")) {
            copy(mine, other, Layout.FLAGS, 8);
            copy(mine, other, FAULT_FLAGS, 8);
        }
        // Half of the operand is in another page: that half alone is not moved.
        if (faults && atPage(other)) {
            copy(mine, other, XMM, XMM_BYTES);
            copy(mine, other, Layout.MEMORY_COPY, Layout.WINDOW_BYTES);
        }
        if (i.form.name().matches(FLOAT)) {
            forgetNaNs(mine, other);
        }
    }

    private static boolean isOtherwise(Instance i, MemorySegment mine, MemorySegment other) {
        long vector = get(other, VECTOR);
        boolean readsMore = get(mine, VECTOR) == PAGE_FAULT && vector == 0 && i.memory
                && atPage(mine) && i.named("ROUNDSS", "ROUNDSD", "CVTPS2PD", "CVTDQ2PD");
        // It writes what it has read although nothing changes.
        boolean writes = get(mine, VECTOR) == PAGE_FAULT && vector == 0 && i.named("ARPL");
        // It pushes and pops all, and then looks whether it may.
        boolean order = vector == PAGE_FAULT
                && i.named("PUSHA", "POPA", "CALLF", "CALLF_M", "RETF", "IRET");
        // It goes there, and faults there.
        boolean nowhere =
                vector == GENERAL_PROTECTION && i.named("RET", "RETF", "IRET", "JMP_E", "CALL_E");
        // The destination, which stays as it is, loses its bits 63:32.
        boolean nothingFound =
                i.named("BSF", "BSR") && (get(other, Layout.FLAGS) & Undefined.ZF) != 0;
        boolean denormals = i.form.name().matches(FLOAT)
                && (get(other, MXCSR) & DAZ_AND_FTZ) != 0;
        return vector == SIMD_EXCEPTION || vector != 0 && isAstray(i, get(other, RIP)) || readsMore
                || writes || order || nowhere || nothingFound
                || denormals;
    }

    /// {@return whether a jump hit another instance, whose circumstances are not arranged}
    private static boolean isAstray(Instance i, long rip) {
        long first = i.offset(Layout.CODE);
        long own = i.offset(i.address());
        boolean code = rip >= first && rip < first + (long) Layout.SLOTS * Layout.SLOT_BYTES;
        return code && (rip < own || rip >= own + Layout.SLOT_BYTES);
    }

    private static boolean atPage(MemorySegment record) {
        return (get(record, CR2) & 0xFFF) == 0;
    }

    /// Of two NaNs it takes the greater significand and not the first operand.
    private static void forgetNaNs(MemorySegment mine, MemorySegment other) {
        for (int at = XMM; at < XMM + XMM_BYTES; at += Double.BYTES) {
            boolean nans = Double.isNaN(mine.get(ValueLayout.JAVA_DOUBLE, at))
                    && Double.isNaN(other.get(ValueLayout.JAVA_DOUBLE, at));
            if (nans) {
                copy(mine, other, at, Double.BYTES);
            }
        }
        for (int at = XMM; at < XMM + XMM_BYTES; at += Float.BYTES) {
            boolean nans = Float.isNaN(mine.get(ValueLayout.JAVA_FLOAT, at))
                    && Float.isNaN(other.get(ValueLayout.JAVA_FLOAT, at));
            if (nans) {
                copy(mine, other, at, Float.BYTES);
            }
        }
    }

    private static void copy(MemorySegment mine, MemorySegment other, int at, int bytes) {
        MemorySegment.copy(other, at, mine, at, bytes);
    }

    private static void clear(MemorySegment record, int at, int bits) {
        int value = record.get(ValueLayout.JAVA_INT, at);
        record.set(ValueLayout.JAVA_INT, at, value & ~bits);
    }

    private static long get(MemorySegment record, int at) {
        return record.get(ValueLayout.JAVA_LONG, at);
    }
}
