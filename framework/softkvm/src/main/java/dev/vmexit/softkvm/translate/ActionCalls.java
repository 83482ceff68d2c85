package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.insn.Insn;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DynamicConstantDesc;
import java.util.ArrayList;
import java.util.List;

/// Instructions that translated code leaves to the interpreter's actions. Instruction and action
/// are constants of the generated class, so HotSpot knows which method is called and can inline it.
final class ActionCalls {
    private final Emit emit;
    private final CodeBuilder code;
    private final Exits exits;
    private final List<Object> constants = new ArrayList<>();
    private final List<Label[]> ranges = new ArrayList<>();

    ActionCalls(Emit emit, Exits exits) {
        this.emit = emit;
        this.code = emit.code;
        this.exits = exits;
    }

    /// {@return the class data that the code refers to}
    List<Object> constants() {
        return constants;
    }

    /// An action that may read general registers, which the CPU has, too, and changes none.
    void vector(Insn i) {
        call(i);
    }

    /// An action with all state in the CPU. A fault in it must not be taken for one of the region's
    /// own: what the locals hold is old.
    void full(Insn i) {
        exits.saveAll();
        Label from = code.newBoundLabel();
        call(i);
        ranges.add(new Label[]{from, code.newBoundLabel()});
    }

    boolean any() {
        return !ranges.isEmpty();
    }

    void catchFrom(Label handler) {
        for (Label[] range : ranges) {
            code.exceptionCatchAll(range[0], range[1], handler);
        }
    }

    // tag::call[]
    private void call(Insn i) {
        emit.rip(i.pageOffset + i.length).store(Emit.NEXT).save(Emit.NEXT, "rip");
        constant(i.action, Names.ACTION);
        code.aload(Emit.CPU);
        constant(i, Names.INSN);
        code.invokeinterface(Names.ACTION, "run", Names.ACT);
    }
    // end::call[]

    private void constant(Object value, ClassDesc type) {
        int index = constants.size();
        constants.add(value);
        code.loadConstant(DynamicConstantDesc.ofNamed(ConstantDescs.BSM_CLASS_DATA_AT, "_", type,
                index));
    }
}
