package dev.vmexit.tinycpu;

import dev.vmexit.asm.Condition;

/// One of the twelve instructions, decoded. Registers by number: 0 AX, 1 CX, 2 DX, 3 BX, 4 SP, 5
/// BP, 6 SI, 7 DI.
///
/// ```
///  MOV                      Move, Load, Store
///  ADD AND SUB XOR CMP      Compute
///  INC DEC                  Compute with 1; CF stays
///  JMP Jcc                  Jump, JumpIf; not JP and JNP
///  OUT DX, AL   HLT         Out, Hlt
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, appendix A "Opcode Map"
// tag::insn[]
sealed interface Insn {
    record Move(int to, Source from) implements Insn {}

    record Load(int to, Address from) implements Insn {}

    record Store(Address to, int from) implements Insn {}

    record Compute(Operation operation, int to, Source from) implements Insn {}

    record Jump(int target) implements Insn {}

    record JumpIf(Condition condition, int target) implements Insn {}

    record Out() implements Insn {}

    record Hlt() implements Insn {}
    // end::insn[]

    /// {@return whether the next instruction is somewhere else, or nowhere}
    default boolean endsBlock() {
        return switch (this) {
            case Jump _,JumpIf _,Hlt _ -> true;
            case Move _,Load _,Store _,Compute _,Out _ -> false;
        };
    }

    /// Where a value comes from.
    sealed interface Source {}

    record Register(int number) implements Source {}

    /// @param value 0 … 0xFFFF
    record Immediate(int value) implements Source {}

    /// An offset in the segment: `base + index + displacement`, cut to 16 bits.
    ///
    /// @param base a register, or [#NONE]
    /// @param index a register, or [#NONE]
    record Address(int base, int index, int displacement) {
        static final int NONE = -1;
    }

    /// What becomes of two numbers.
    enum Operation {
        ADD, AND, SUB, XOR, CMP, INC, DEC;

        boolean isSum() {
            return this == ADD || this == INC;
        }

        boolean isDifference() {
            return this == SUB || this == CMP || this == DEC;
        }

        /// {@return false for INC and DEC, which leave CF alone}
        boolean writesCarry() {
            return this != INC && this != DEC;
        }

        /// {@return false for CMP, which writes flags only}
        boolean writesRegister() {
            return this != CMP;
        }
    }
}
