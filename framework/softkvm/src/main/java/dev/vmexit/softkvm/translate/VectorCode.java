package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.packed.AddSubtract;
import dev.vmexit.softkvm.packed.Aes;
import dev.vmexit.softkvm.packed.Blend;
import dev.vmexit.softkvm.packed.Extend;
import dev.vmexit.softkvm.packed.Horizontal;
import dev.vmexit.softkvm.packed.Interleave;
import dev.vmexit.softkvm.packed.Pack;
import dev.vmexit.softkvm.packed.Shuffle;
import dev.vmexit.softkvm.packed.Compare;
import dev.vmexit.softkvm.packed.Logic;
import dev.vmexit.softkvm.packed.MinMax;
import dev.vmexit.softkvm.packed.Multiply;
import dev.vmexit.softkvm.packed.Shift;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
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

    private static final MethodTypeDesc WIDE =
            MethodTypeDesc.of(Names.VOID, Names.LONGS, Names.LONG, Names.LONG);
    private static final MethodTypeDesc WIDE_IMMEDIATE =
            MethodTypeDesc.of(Names.VOID, Names.LONGS, Names.LONG, Names.LONG, Names.INT);

    /// Where the function of a mnemonic is, by the parameters it takes.
    private static final Map<String, ClassDesc> LANES = functions(long.class, long.class);
    private static final Map<String, ClassDesc> WIDES =
            functions(long[].class, long.class, long.class);
    private static final Map<String, ClassDesc> WIDES_WITH_IMMEDIATE =
            functions(long[].class, long.class, long.class, int.class);

    private static Map<String, ClassDesc> functions(Class<?>... parameters) {
        Map<String, ClassDesc> found = new HashMap<>();
        for (Class<?> type : List.of(AddSubtract.class, Aes.class, Blend.class, Compare.class,
                Extend.class, Horizontal.class, Interleave.class, Logic.class, MinMax.class,
                Multiply.class, Pack.class, Shift.class, Shuffle.class)) {
            for (Method method : type.getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers())
                        && Arrays.equals(method.getParameterTypes(), parameters)) {
                    found.put(method.getName().toUpperCase(Locale.ROOT),
                            type.describeConstable().orElseThrow());
                }
            }
        }
        return found;
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
        if (!wide || !immediate && isShift(name)) {
            return false;
        }
        // What mixes the halves has a function of one half too, for MMX; it is not this one.
        if (owner == null || WIDES.containsKey(mnemonic)
                || WIDES_WITH_IMMEDIATE.containsKey(mnemonic)) {
            return mixed(i, name);
        }
        require();
        lanes(i, owner, mnemonic.toLowerCase(Locale.ROOT), immediate);
        return true;
    }

    /// Functions that mix the halves, in the CPU's scratch pair.
    private boolean mixed(Insn i, String name) {
        boolean immediate = i.form.operand(2).equals("Ib");
        ClassDesc owner = (immediate ? WIDES_WITH_IMMEDIATE : WIDES).get(name);
        if (owner == null) {
            return false;
        }
        require();
        source(i);
        scratch();
        code.iconst_0();
        half("lo", i.reg);
        code.lastore();
        scratch();
        code.iconst_1();
        half("hi", i.reg);
        code.lastore();
        scratch();
        emit.load(Emit.VALUE).load(Emit.NEXT);
        if (immediate) {
            code.loadConstant((int) i.imm & 0xFF);
        }
        code.invokestatic(owner, name.toLowerCase(Locale.ROOT),
                immediate ? WIDE_IMMEDIATE : WIDE);
        fromScratch("lo", i.reg, 0);
        fromScratch("hi", i.reg, 1);
        return true;
    }

    private void scratch() {
        array("scratch");
    }

    private void fromScratch(String half, int register, int index) {
        array(half);
        code.loadConstant(register);
        scratch();
        code.loadConstant(index).laload().lastore();
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
        } else {
            source(i);
        }
        lane("lo", target, Emit.VALUE, owner, method);
        lane("hi", target, Emit.NEXT, owner, method);
    }

    /// VALUE and NEXT := the halves of the second operand.
    private void source(Insn i) {
        if (i.memory) {
            address(i);
            emit.load(Emit.ADDRESS).loadMemory(8).store(Emit.VALUE);
            emit.load(Emit.ADDRESS).constant(BYTES / 2).add().loadMemory(8).store(Emit.NEXT);
        } else {
            half("lo", i.rm).store(Emit.VALUE);
            half("hi", i.rm).store(Emit.NEXT);
        }
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
