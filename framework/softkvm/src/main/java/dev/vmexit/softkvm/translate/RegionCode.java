package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.insn.Insn;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.SwitchCase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Writes the method `run` of a region.
///
/// ```
///  no budget at all? ──► return
///  registers and flags into locals
///  block:   instructions                 ◄─┐ jumps between the region's blocks are gotos
///           budget gone? ──► exit          │
///           jump ──────────────────────────┘
///  exit:    flags back into the Cpu; RIP; return
///  fault:   the same with RIP of the instruction that threw; throw on
/// ```
final class RegionCode {
    private final Region region;
    private final CodeBuilder code;
    private final Emit emit;
    private final FlagCode flags;
    private final Conditions conditions;
    private final IntegerCode integers;
    private final MoveCode moves;
    private final VectorCode vectors;
    private final Exits exits;
    private final Map<Integer, Label> labels = new HashMap<>();
    private final Label returns;
    private final ActionCalls actions;

    private RegionCode(Region region, CodeBuilder code) {
        this.region = region;
        this.code = code;
        this.emit = new Emit(code);
        this.flags = new FlagCode(emit);
        this.conditions = new Conditions(emit, flags);
        this.integers = new IntegerCode(emit, flags);
        this.moves = new MoveCode(emit, conditions);
        this.vectors = new VectorCode(emit);
        var registers = Registers.of(region);
        this.exits = new Exits(emit, flags, registers);
        this.actions = new ActionCalls(emit, exits);
        this.returns = code.newLabel();
    }

    /// {@return the constants that the code refers to}
    static List<Object> write(Region region, CodeBuilder code) {
        var writer = new RegionCode(region, code);
        writer.method();
        return writer.actions.constants();
    }

    // tag::method[]
    private void method() {
        prologue();
        Label start = code.newBoundLabel();
        region.blocks.values().forEach(block -> labels.put(block.offset, code.newLabel()));
        region.blocks.values().forEach(this::block);
        if (!region.returnSites.isEmpty()) {
            returns();
        }
        Label end = code.newBoundLabel();
        exits.write();
        exits.handlers(start, end, actions);
    }
    // end::method[]

    private void prologue() {
        Label go = code.newLabel();
        code.aload(Emit.CPU).getfield(Names.CPU, "budget", Names.LONG).lconst_0().lcmp();
        code.branch(Opcode.IFGE, go).return_().labelBinding(go);
        code.aload(Emit.CPU).getfield(Names.CPU, "r", Names.LONGS).astore(Emit.REGISTERS);
        code.aload(Emit.CPU).getfield(Names.CPU, "rip", Names.LONG);
        emit.constant(-region.entry.offset).add().store(Emit.PAGE);
        emit.constant(0).store(Emit.EXECUTED);
        exits.restoreAll();
        for (int local : new int[]{Emit.FLAG_B, Emit.A, Emit.B, Emit.VALUE, Emit.ADDRESS,
                Emit.NEXT}) {
            emit.constant(0).store(local);
        }
        code.iconst_0().istore(Emit.AT);
    }

    private void block(Block block) {
        code.labelBinding(labels.get(block.offset));
        flags.forget();
        vectors.newBlock();
        for (int n = 0; n < block.insns.length; n++) {
            Insn i = block.insns[n];
            code.loadConstant(i.pageOffset | n << 12).istore(Emit.AT);
            if (n == block.insns.length - 1) {
                lastOf(block, i);
            } else {
                plain(i, Kind.of(i));
            }
        }
    }

    private void executed(Block block) {
        emit.load(Emit.EXECUTED).constant(block.insns.length).add().store(Emit.EXECUTED);
    }

    private void lastOf(Block block, Insn i) {
        Kind kind = Kind.of(i);
        int behind = i.pageOffset + i.length;
        switch (kind) {
            case JUMP -> {
                executed(block);
                goTo(behind + i.imm);
            }
            case BRANCH -> branch(block, i, behind);
            case CALL -> {
                emit.rip(behind).store(Emit.VALUE);
                moves.pushValue();
                executed(block);
                call(behind, behind + i.imm);
            }
            case CALL_INDIRECT, JUMP_INDIRECT, RETURN -> indirect(block, i, kind);
            case ACTION -> lastAction(block, i);
            default -> {
                plain(i, kind);
                executed(block);
                goTo(behind);
            }
        }
    }

    /// Of a callee in this region, or in another, or one that is not known to come back here.
    private void call(int behind, long callee) {
        boolean here = callee >= 0 && callee < 4096 && labels.containsKey((int) callee);
        if (here || !labels.containsKey(behind)) {
            goTo(callee);
        } else {
            emit.rip(callee).store(Emit.NEXT);
            exits.call(behind, labels.get(behind));
        }
    }

    // tag::branch[]
    private void branch(Block block, Insn i, int behind) {
        Label taken = code.newLabel();
        executed(block);
        conditions.branch(i.cc(), taken);
        goTo(behind);
        code.labelBinding(taken);
        goTo(behind + i.imm);
    }
    // end::branch[]

    private void indirect(Block block, Insn i, Kind kind) {
        if (kind == Kind.RETURN) {
            moves.popTo(Emit.NEXT, 8 + (i.imm & 0xFFFF));
        } else {
            emit.destination(i).store(Emit.B);
            if (kind == Kind.CALL_INDIRECT) {
                emit.rip(i.pageOffset + i.length).store(Emit.VALUE);
                moves.pushValue();
            }
            emit.load(Emit.B).store(Emit.NEXT);
        }
        executed(block);
        Label behind = labels.get(i.pageOffset + i.length);
        if (kind == Kind.CALL_INDIRECT && behind != null) {
            exits.call(i.pageOffset + i.length, behind);
        } else if (kind == Kind.RETURN && !region.returnSites.isEmpty()) {
            code.goto_(returns);
        } else {
            exits.leave();
        }
    }

    /// A return to behind a call of this region stays in it.
    private void returns() {
        Label elsewhere = code.newLabel();
        code.labelBinding(returns);
        exits.budgetLeft();
        code.branch(Opcode.IFLT, elsewhere);
        emit.load(Emit.NEXT).load(Emit.PAGE);
        code.lsub().lstore(Emit.VALUE);
        emit.load(Emit.VALUE).constant(-4096);
        code.land();
        emit.constant(0);
        code.lcmp().branch(Opcode.IFNE, elsewhere);
        List<SwitchCase> cases = region.returnSites.stream().sorted()
                .map(offset -> SwitchCase.of(offset, labels.get(offset))).toList();
        code.lload(Emit.VALUE).l2i().lookupswitch(elsewhere, cases);
        code.labelBinding(elsewhere);
        exits.leaveFromAnywhere();
    }

    private void lastAction(Block block, Insn i) {
        actions.full(i);
        executed(block);
        if (i.form.has("end")) {
            exits.leaveSaved();
        } else {
            exits.restoreAll();
            goTo(i.pageOffset + i.length);
        }
    }

    // tag::go-to[]
    /// Inside the region only with budget left. The question is asked here, before the jump, and
    /// not behind it: so what only the way out needs, such as the flags, is computed only there.
    private void goTo(long offset) {
        Label label = offset >= 0 && offset < 4096 ? labels.get((int) offset) : null;
        if (label != null) {
            Label leave = code.newLabel();
            exits.budgetLeft();
            code.branch(Opcode.IFLT, leave).goto_(label).labelBinding(leave);
        }
        exits.leaveTo(offset);
    }
    // end::go-to[]

    /// An instruction after which the next one follows.
    private void plain(Insn i, Kind kind) {
        switch (kind) {
            case MOVE -> moves.move(i);
            case LEA -> moves.lea(i);
            case BINARY -> integers.binary(i);
            case COMPARE -> integers.compare(i);
            case UNARY -> integers.unary(i);
            case SHIFT -> integers.shift(i);
            case CALLED -> integers.called(i);
            case SET -> moves.set(i);
            case CMOV -> moves.conditionalMove(i);
            case XCHG -> moves.exchangeA(i);
            case EXTEND_A -> integers.extendA(i);
            case SWAP -> moves.swap(i);
            case NOTHING -> {
            }
            case PUSH -> moves.push(i);
            case POP -> moves.pop(i);
            case LEAVE -> moves.leave();
            case VECTOR -> {
                if (!vectors.write(i)) {
                    actions.vector(i);
                }
            }
            default -> {
                actions.full(i);
                exits.restoreAll();
            }
        }
    }
}
