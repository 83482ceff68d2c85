package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Calls;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.cpu.Tlb;
import dev.vmexit.softkvm.cpu.Vectors;
import dev.vmexit.softkvm.exec.Translation;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/// What the generated code refers to.
final class Names {
    static final ClassDesc CPU = Cpu.class.describeConstable().orElseThrow();
    static final ClassDesc TLB = Tlb.class.describeConstable().orElseThrow();
    static final ClassDesc TLB_TABLE = Tlb.Table.class.describeConstable().orElseThrow();
    static final ClassDesc MEMORY = Memory.class.describeConstable().orElseThrow();
    static final ClassDesc SLOW_MEMORY = SlowMemory.class.describeConstable().orElseThrow();
    static final ClassDesc TRANSLATION = Translation.class.describeConstable().orElseThrow();
    static final ClassDesc ACTION = Action.class.describeConstable().orElseThrow();
    static final ClassDesc CALLS = Calls.class.describeConstable().orElseThrow();
    static final ClassDesc INSN = Insn.class.describeConstable().orElseThrow();
    static final ClassDesc SEMANTICS = Semantics.class.describeConstable().orElseThrow();
    static final ClassDesc VECTORS = Vectors.class.describeConstable().orElseThrow();
    static final ClassDesc LONG = ConstantDescs.CD_long;
    static final ClassDesc INT = ConstantDescs.CD_int;
    static final ClassDesc BOOLEAN = ConstantDescs.CD_boolean;
    static final ClassDesc VOID = ConstantDescs.CD_void;
    static final ClassDesc LONGS = LONG.arrayType();

    static final MethodTypeDesc RUN = MethodTypeDesc.of(VOID, CPU);
    static final MethodTypeDesc LOAD = MethodTypeDesc.of(LONG, CPU, LONG, LONGS, LONGS);
    static final MethodTypeDesc STORE =
            MethodTypeDesc.of(VOID, CPU, LONG, LONG, LONGS, LONGS);
    static final MethodTypeDesc PROBE = MethodTypeDesc.of(VOID, CPU, LONG, INT, LONGS);
    static final MethodTypeDesc ACT = MethodTypeDesc.of(VOID, CPU, INSN);

    static final MethodTypeDesc CALL = MethodTypeDesc.of(BOOLEAN, LONG);

    private Names() {}
}
