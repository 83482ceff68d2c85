package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.insn.Insn;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// The bytecode of moves and of the stack.
final class MoveCode {
    private final Emit emit;
    private final CodeBuilder code;
    private final Conditions conditions;

    MoveCode(Emit emit, Conditions conditions) {
        this.emit = emit;
        this.code = emit.code;
        this.conditions = conditions;
    }

    void move(Insn i) {
        emit.source(i);
        switch (i.form.name()) {
            case "MOVZX" -> emit.zeroExtend(i.srcSize);
            case "MOVSX" -> emit.signExtend(i.srcSize);
            default -> {
            }
        }
        emit.result(i);
    }

    /// The effective address: without the segment's base.
    void lea(Insn i) {
        emit.effective(i).toRegister(i.dstReg, i.size);
    }

    void set(Insn i) {
        value(i, 1, 0);
        emit.result(i);
    }

    private void value(Insn i, long yes, long no) {
        Label holds = code.newLabel();
        Label end = code.newLabel();
        conditions.branch(i.cc(), holds);
        emit.constant(no).store(Emit.VALUE);
        code.goto_(end).labelBinding(holds);
        emit.constant(yes).store(Emit.VALUE);
        code.labelBinding(end);
        emit.load(Emit.VALUE);
    }

    void conditionalMove(Insn i) {
        Label holds = code.newLabel();
        Label end = code.newLabel();
        emit.source(i).store(Emit.VALUE);
        conditions.branch(i.cc(), holds);
        emit.destination(i).store(Emit.VALUE);
        code.goto_(end).labelBinding(holds);
        code.nop();
        code.labelBinding(end);
        emit.load(Emit.VALUE).toRegister(i.dstReg, i.size);
    }

    void exchangeA(Insn i) {
        if (i.dstReg == Cpu.RAX) {
            return;
        }
        emit.register(Cpu.RAX).store(Emit.VALUE);
        emit.register(i.dstReg).toRegister(Cpu.RAX, i.size);
        emit.load(Emit.VALUE).toRegister(i.dstReg, i.size);
    }

    void swap(Insn i) {
        if (i.size == 8) {
            emit.register(i.dstReg);
            code.invokestatic(ClassDesc.of("java.lang.Long"), "reverseBytes",
                    MethodTypeDesc.of(Names.LONG, Names.LONG));
        } else if (i.size == 4) {
            code.lload(Emit.local(i.dstReg)).l2i();
            code.invokestatic(ClassDesc.of("java.lang.Integer"), "reverseBytes",
                    MethodTypeDesc.of(Names.INT, Names.INT)).i2l();
        } else {
            emit.constant(0);
        }
        emit.toRegister(i.dstReg, i.size);
    }

    // The stack, in 64-bit code.

    void push(Insn i) {
        emit.destination(i).store(Emit.VALUE);
        pushValue();
    }

    /// Pushes the local VALUE. RSP moves after the store.
    void pushValue() {
        emit.register(Cpu.RSP).constant(-8).add().store(Emit.ADDRESS);
        emit.storeMemory(8, Emit.VALUE);
        emit.register(Cpu.RSP).constant(-8).add().setRegister(Cpu.RSP);
    }

    void pop(Insn i) {
        popTo(Emit.VALUE, 8);
        emit.load(Emit.VALUE).toRegister(i.dstReg, 8);
    }

    void popTo(int local, long bytes) {
        emit.register(Cpu.RSP).loadMemory(8).store(local);
        emit.register(Cpu.RSP).constant(bytes).add().setRegister(Cpu.RSP);
    }

    void leave() {
        emit.register(Cpu.RBP).loadMemory(8).store(Emit.VALUE);
        emit.register(Cpu.RBP).constant(8).add().setRegister(Cpu.RSP);
        emit.load(Emit.VALUE).setRegister(Cpu.RBP);
    }
}
