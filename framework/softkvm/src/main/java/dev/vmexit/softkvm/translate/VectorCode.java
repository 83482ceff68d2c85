package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.AddSubtract;
import dev.vmexit.softkvm.packed.Compare;
import dev.vmexit.softkvm.packed.Logic;
import dev.vmexit.softkvm.packed.MinMax;
import dev.vmexit.softkvm.packed.Multiply;
import dev.vmexit.softkvm.packed.Shift;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The bytecode of the vector instructions that matter most: moves of sixteen bytes, and operations
/// that treat the two halves of a register alike. The others are calls of their actions.
final class VectorCode {
    private static final MethodTypeDesc LANE =
            MethodTypeDesc.of(Names.LONG, Names.LONG, Names.LONG);
    private static final MethodTypeDesc REQUIRE = MethodTypeDesc.of(Names.VOID, Names.CPU);
    private static final MethodTypeDesc ALIGNED = MethodTypeDesc.of(Names.VOID, Names.LONG);
    private static final MethodTypeDesc ACCESS =
            MethodTypeDesc.of(Names.VOID, Names.CPU, Names.LONG, Names.INT);
    private static final MethodTypeDesc MOVE =
            MethodTypeDesc.of(Names.VOID, Names.CPU, Names.INT, Names.INT);
    private static final String IMMEDIATE = "_I";
    private static final int BYTES = 16;

    /// Where the function of a mnemonic is.
    private static final Map<String, ClassDesc> LANES = new HashMap<>();

    static {
        for (Class<?> type : List.of(AddSubtract.class, Compare.class, Logic.class, MinMax.class,
                Multiply.class, Shift.class)) {
            for (Method method : type.getDeclaredMethods()) {
                if (List.of(method.getParameterTypes()).equals(List.of(long.class, long.class))) {
                    LANES.put(method.getName().toUpperCase(Locale.ROOT),
                            type.describeConstable().orElseThrow());
                }
            }
        }
    }

    private final Emit emit;
    private final CodeBuilder code;
    /// In this block an instruction has already asked whether SSE is switched on.
    private boolean asked;

    VectorCode(Emit emit) {
        this.emit = emit;
        this.code = emit.code;
    }

    void newBlock() {
        asked = false;
    }

    /// {@return whether this one has bytecode of its own, which is then written}
    boolean write(Insn i) {
        String name = i.form.name();
        if (name.equals("MOVUPS")) {
            require();
            move(i);
            return true;
        }
        boolean immediate = name.endsWith(IMMEDIATE);
        String mnemonic = immediate ? name.substring(0, name.length() - 2) : name;
        boolean wide = i.form.operand(0).equals("Vo") && i.form.operand(1).equals("Wo")
                || immediate && i.form.operand(0).equals("Uo");
        ClassDesc owner = LANES.get(mnemonic);
        // A count in a register is the same for both halves: not a lane.
        if (!wide || owner == null || !immediate && name.startsWith("PS") && isShift(name)) {
            return false;
        }
        require();
        lanes(i, owner, mnemonic.toLowerCase(Locale.ROOT), immediate);
        return true;
    }

    private static boolean isShift(String name) {
        return name.startsWith("PSLL") || name.startsWith("PSRL") || name.startsWith("PSRA");
    }

    private void require() {
        if (!asked) {
            code.aload(Emit.CPU);
            emit.semantics("requireSse", REQUIRE);
            asked = true;
        }
    }

    private void address(Insn i) {
        emit.address(i).store(Emit.ADDRESS);
        if (!i.form.has("una")) {
            emit.load(Emit.ADDRESS).semantics("requireAligned", ALIGNED);
        }
    }

    private void move(Insn i) {
        boolean load = i.form.operand(0).charAt(0) == 'V';
        if (i.memory) {
            address(i);
            code.aload(Emit.CPU).lload(Emit.ADDRESS).loadConstant(i.reg);
            emit.semantics(load ? "loadVector" : "storeVector", ACCESS);
        } else {
            code.aload(Emit.CPU).loadConstant(load ? i.reg : i.rm)
                    .loadConstant(load ? i.rm : i.reg);
            emit.semantics("moveVector", MOVE);
        }
    }

    /// Both halves of the source are read before either half of the result is written.
    private void lanes(Insn i, ClassDesc owner, String method, boolean immediate) {
        int target = immediate ? i.rm : i.reg;
        if (immediate) {
            emit.constant(i.imm & 0xFF).store(Emit.VALUE).load(Emit.VALUE).store(Emit.NEXT);
        } else if (i.memory) {
            address(i);
            emit.load(Emit.ADDRESS).loadMemory(8).store(Emit.VALUE);
            emit.load(Emit.ADDRESS).constant(BYTES / 2).add().loadMemory(8).store(Emit.NEXT);
        } else {
            half("lo", i.rm).store(Emit.VALUE);
            half("hi", i.rm).store(Emit.NEXT);
        }
        lane("lo", target, Emit.VALUE, owner, method);
        lane("hi", target, Emit.NEXT, owner, method);
    }

    private void array(String half) {
        code.aload(Emit.CPU).getfield(Names.CPU, "vectors", Names.VECTORS)
                .getfield(Names.VECTORS, half, Names.LONGS);
    }

    private Emit half(String half, int register) {
        array(half);
        code.loadConstant(register).laload();
        return emit;
    }

    private void lane(String half, int register, int source, ClassDesc owner, String method) {
        array(half);
        code.loadConstant(register).dup2().laload();
        emit.load(source);
        code.invokestatic(owner, method, LANE).lastore();
    }
}
