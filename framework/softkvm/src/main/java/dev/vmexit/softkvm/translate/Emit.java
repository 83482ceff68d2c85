package dev.vmexit.softkvm.translate;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.insn.Insn;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.MethodTypeDesc;

/// The bytecode of operands: guest registers as JVM locals, addresses, memory.
///
/// ```
///  local  0 this   1 Cpu c   2 long[] r   3 page (RIP of the page's start)
///         5 flagResult   7 flagA   9 flagB   11 flagHow: the flags, see FlagCode
///         12 executed   14 next RIP   16 at (what to say of a fault)
///         17 a   19 b   21 value   23 address   25 + 2n guest register n
///         57 long[] read   58 write   59 addend: the TLB's table in force
/// ```
///
/// All values on the JVM's stack are longs. A register operand pushes its whole register, whatever
/// the operand size: what lies above the size is cut off where it matters.
final class Emit {
    static final int CPU = 1;
    static final int REGISTERS = 2;
    static final int PAGE = 3;
    static final int FLAG_RESULT = 5;
    static final int FLAG_A = 7;
    static final int FLAG_B = 9;
    static final int FLAG_HOW = 11;
    static final int EXECUTED = 12;
    static final int NEXT = 14;
    static final int AT = 16;
    static final int A = 17;
    static final int B = 19;
    static final int VALUE = 21;
    static final int ADDRESS = 23;
    private static final int FIRST_REGISTER = 25;
    private static final int READ = 57;
    private static final int WRITE = 58;
    private static final int ADDEND = 59;

    final CodeBuilder code;

    Emit(CodeBuilder code) {
        this.code = code;
    }

    static int local(int register) {
        return FIRST_REGISTER + 2 * register;
    }

    Emit load(int local) {
        code.lload(local);
        return this;
    }

    Emit store(int local) {
        code.lstore(local);
        return this;
    }

    Emit constant(long value) {
        code.loadConstant(value);
        return this;
    }

    Emit register(int register) {
        code.lload(local(register));
        return this;
    }

    /// Pushes the RIP of the byte at this offset in the page.
    Emit rip(long offset) {
        code.lload(PAGE);
        return offset == 0 ? this : constant(offset).add();
    }

    Emit add() {
        code.ladd();
        return this;
    }

    // Sizes.

    /// Cuts the value on the stack to `size` bytes, zero-extended.
    Emit zeroExtend(int size) {
        if (size < 8) {
            constant((1L << 8 * size) - 1);
            code.land();
        }
        return this;
    }

    Emit signExtend(int size) {
        switch (size) {
            case 1 -> code.l2i().i2b().i2l();
            case 2 -> code.l2i().i2s().i2l();
            case 4 -> code.l2i().i2l();
            default -> {
            }
        }
        return this;
    }

    // Memory.

    /// Pushes the linear address of the memory operand.
    Emit address(Insn i) {
        return effective(i).segmentBase(i);
    }

    /// Pushes its offset, before the segment.
    Emit effective(Insn i) {
        boolean any = i.base != Cpu.NONE;
        if (any) {
            register(i.base);
        }
        if (i.index != Cpu.NONE) {
            register(i.index);
            if (i.scale > 0) {
                code.loadConstant(i.scale).lshl();
            }
            if (any) {
                add();
            }
            any = true;
        }
        if (i.ripRelative) {
            rip(i.pageOffset + i.length + i.displacement);
        } else if (!any) {
            constant(i.displacement);
        } else if (i.displacement != 0) {
            constant(i.displacement).add();
        }
        if (i.addressSize == 4) {
            zeroExtend(4);
        }
        return this;
    }

    private Emit segmentBase(Insn i) {
        if (i.segment >= 4) {
            code.aload(CPU).getfield(Names.CPU, "base", Names.LONGS);
            code.loadConstant(i.segment).laload();
            add();
        }
        return this;
    }

    /// Replaces the address on the stack by what is there, zero-extended.
    Emit loadMemory(int size) {
        code.lstore(ADDRESS).aload(CPU).lload(ADDRESS).aload(READ).aload(ADDEND);
        code.invokestatic(Names.MEMORY, "load" + size, Names.LOAD);
        return this;
    }

    /// Stores the local `value` at the address in the local `ADDRESS`.
    Emit storeMemory(int size, int value) {
        code.aload(CPU).lload(ADDRESS).lload(value).aload(WRITE).aload(ADDEND);
        code.invokestatic(Names.MEMORY, "store" + size, Names.STORE);
        return this;
    }

    Emit probeWrite(int size) {
        code.aload(CPU).lload(ADDRESS).loadConstant(size).aload(WRITE);
        code.invokestatic(Names.SLOW_MEMORY, "probeWrite", Names.PROBE);
        return this;
    }

    /// Takes the arrays of the TLB's table in force.
    Emit restoreView() {
        code.aload(CPU).getfield(Names.CPU, "tlb", Names.TLB);
        code.getfield(Names.TLB, "current", Names.TLB_TABLE);
        code.dup().getfield(Names.TLB_TABLE, "read", Names.LONGS).astore(READ);
        code.dup().getfield(Names.TLB_TABLE, "write", Names.LONGS).astore(WRITE);
        code.getfield(Names.TLB_TABLE, "addend", Names.LONGS).astore(ADDEND);
        return this;
    }

    // Operands.

    Emit source(Insn i) {
        return switch (i.src) {
            case Insn.IMM -> constant(i.imm);
            case Insn.MEM -> address(i).loadMemory(i.srcSize);
            default -> register(i.srcReg);
        };
    }

    Emit destination(Insn i) {
        return switch (i.dst) {
            case Insn.IMM -> constant(i.imm);
            case Insn.MEM -> address(i).loadMemory(i.size);
            default -> register(i.dstReg);
        };
    }

    /// Writes the value on the stack, of which the upper bits are anything, to a register.
    Emit toRegister(int register, int size) {
        switch (size) {
            case 8 -> {
            }
            case 4 -> zeroExtend(4);
            default -> {
                long mask = (1L << 8 * size) - 1;
                constant(mask);
                code.land();
                register(register).constant(~mask);
                code.land().lor();
            }
        }
        return setRegister(register);
    }

    /// Gives a register the value on the stack: the local, and the one in the CPU.
    // tag::set-register[]
    Emit setRegister(int register) {
        store(local(register));
        code.aload(REGISTERS).loadConstant(register).lload(local(register)).lastore();
        return this;
    }
    // end::set-register[]

    /// Writes the value on the stack to the first operand.
    Emit result(Insn i) {
        if (i.dst != Insn.MEM) {
            return toRegister(i.dstReg, i.size);
        }
        store(VALUE).address(i).store(ADDRESS);
        return storeMemory(i.size, VALUE);
    }

    // Calls.

    Emit semantics(String name, MethodTypeDesc type) {
        code.invokestatic(Names.SEMANTICS, name, type);
        return this;
    }

    Emit size(int size) {
        code.loadConstant(size);
        return this;
    }

    /// Writes a local to a field of the CPU.
    Emit save(int local, String field) {
        code.aload(CPU).lload(local).putfield(Names.CPU, field, Names.LONG);
        return this;
    }

    Emit restore(int local, String field) {
        code.aload(CPU).getfield(Names.CPU, field, Names.LONG).lstore(local);
        return this;
    }

    Emit restoreRegister(int register) {
        code.aload(REGISTERS).loadConstant(register).laload().lstore(local(register));
        return this;
    }
}
