package dev.vmexit.asm;

/// The operand forms that instructions share, with their checks.
///
/// In most opcodes bit 0 says "not 8 bits": `width` below.
final class Operands {
    private final CodeBuffer code;
    private final Encoder encoder;

    Operands(CodeBuffer code, Encoder encoder) {
        this.code = code;
        this.encoder = encoder;
    }

    private static int width(Register register) {
        return register.bits() == 8 ? 0 : 1;
    }

    void same(String name, Register to, Register from, int opcode) {
        if (to.bits() != from.bits()) {
            throw new AssemblyException("%s %s, %s: %d bits and %d bits".formatted(name, to, from,
                    to.bits(), from.bits()));
        }
        line("%s %s, %s".formatted(name, to, from), () -> encoder.registers(to.bits(),
                opcode | width(to), from.number(), to.number()));
    }

    void load(String name, Register to, Memory from, int opcode) {
        line("%s %s, %s".formatted(name, to, from),
                () -> encoder.memory(to.bits(), opcode | width(to), to.number(), from));
    }

    void store(String name, Memory to, Register from, int opcode) {
        line("%s %s, %s".formatted(name, to, from),
                () -> encoder.memory(from.bits(), opcode | width(from), from.number(), to));
    }

    void moveImmediate(Register to, long value) {
        checkFits("mov " + to, to.bits(), value);
        line("%s %s, %s".formatted(to.bits() == 64 && value != (int) value ? "movabs" : "mov", to,
                Memory.Number.text(value)), () -> emitMove(to, value));
    }

    private void emitMove(Register to, long value) {
        if (to.bits() == 64 && value == (int) value) {
            encoder.registers(64, 0xC7, 0, to.number());
            code.emit(value, 4);
        } else {
            encoder.plain(to.bits(), to.bits() == 8 ? 0xB0 : 0xB8, to.number());
            code.emit(value, to.bits() / 8);
        }
    }

    void moveAddress(Register to, Label label) {
        if (to.bits() == 8) {
            throw new AssemblyException("mov %s, %s: an address needs more".formatted(to, label));
        }
        line("mov %s, %s".formatted(to, label), () -> {
            encoder.plain(to.bits(), 0xB8, to.number());
            code.emitAddress(label, to.bits() / 8, false);
        });
    }

    /// A push or pop is as wide as an address of the mode; in 64-bit code without REX.W.
    void stack(String name, Register register, int opcode) {
        if (register.bits() != encoder.mode().addressBits()) {
            throw new AssemblyException(name + " " + register + " in " + encoder.mode());
        }
        line(name + " " + register, () -> encoder.plain(0, opcode, register.number()));
    }

    /// Control registers are as wide as the mode; there is no narrower move.
    void control(int opcode, ControlRegister control, Register register) {
        if (register.bits() != (encoder.mode() == Mode.BITS64 ? 64 : 32)) {
            throw new AssemblyException(control + " and " + register + " in " + encoder.mode());
        }
        encoder.registers(0, opcode, control.number(), register.number());
    }

    void aluImmediate(Alu operation, Register to, long value) {
        int bits = to.bits();
        checkFits(operation + " " + to, Math.min(bits, 32), value);
        if (bits == 64 && value != (int) value) {
            throw new AssemblyException(operation + " takes 32 bits, sign-extended");
        }
        line("%s %s, %s".formatted(operation, to, Memory.Number.text(value)), () -> {
            boolean small = bits > 8 && value == (byte) value;
            encoder.registers(bits, bits == 8 ? 0x80 : small ? 0x83 : 0x81, operation.ordinal(),
                    to.number());
            code.emit(value, bits == 8 || small ? 1 : Math.min(bits / 8, 4));
        });
    }

    void one(String name, Register register, int extension) {
        line(name + " " + register, () -> encoder.registers(register.bits(),
                0xFE | width(register), extension, register.number()));
    }

    void shift(String name, Register register, int extension, int count) {
        line("%s %s, %s".formatted(name, register, Memory.Number.text(count)), () -> {
            encoder.registers(register.bits(), 0xC0 | width(register), extension,
                    register.number());
            code.emit(count, 1);
        });
    }

    /// @param shortOpcode −1 where the instruction has no short form
    void jump(String name, Label target, int shortOpcode, int nearOpcode) {
        line(name + " " + target, () -> {
            long distance = target.isBound() ? target.address() - (code.address() + 2) : 1 << 20;
            if (shortOpcode >= 0 && distance == (byte) distance) {
                encoder.plain(0, shortOpcode, 0);
                code.emitAddress(target, 1, true);
            } else {
                encoder.plain(0, nearOpcode, 0);
                code.emitAddress(target, encoder.mode() == Mode.BITS16 ? 2 : 4, true);
            }
        });
    }

    void port(String text, Register port, Register value, int opcode) {
        if (port != Register.DX || !value.isAccumulator() || value.bits() == 64) {
            throw new AssemblyException(text + ": the port is dx, the value al, ax or eax");
        }
        line(text, () -> encoder.plain(value.bits(), opcode | width(value), 0));
    }

    void port(String text, int port, Register value, int opcode) {
        if (port < 0 || port > 0xFF || !value.isAccumulator() || value.bits() == 64) {
            throw new AssemblyException(text + ": an immediate port has 8 bits; use dx above");
        }
        line(text, () -> {
            encoder.plain(value.bits(), opcode | width(value), 0);
            code.emit(port, 1);
        });
    }

    private static void checkFits(String what, int bits, long value) {
        boolean fits = bits == 64 || value >>> bits == 0 || value >> bits - 1 == -1;
        if (!fits) {
            throw new AssemblyException(
                    "%s: 0x%x does not fit into %d bits".formatted(what, value, bits));
        }
    }

    void line(String text, Runnable emit) {
        int start = code.size();
        emit.run();
        code.endLine(start, text);
    }
}
