package dev.vmexit.asm;

import java.nio.charset.StandardCharsets;

/// A guest program, written instruction by instruction.
///
/// ```java
/// var a = new Assembler(0x1000, Mode.BITS16);
/// a.mov(DX, 0x3F8);
/// a.mov(AL, 'A');
/// a.out(DX, AL);
/// a.hlt();
/// byte[] image = a.assemble();
/// ```
///
/// Backward jumps are short where they reach, forward jumps are near. An error names the line of
/// the Java source that wrote the instruction. Not thread-safe.
public final class Assembler {
    private final CodeBuffer code;
    private final Encoder encoder;
    private final Operands operands;

    /// @param origin the address at which the image will stand when it runs
    public Assembler(long origin, Mode mode) {
        this.code = new CodeBuffer(origin);
        this.encoder = new Encoder(code, mode);
        this.operands = new Operands(code, encoder);
    }

    /// {@return the finished image} Its first byte stands at the origin.
    public byte[] assemble() {
        return code.finish();
    }

    /// {@return address, bytes, instruction and source line of everything so far}
    public String listing() {
        return code.listing();
    }

    // ── labels and data ────────────────────────────────────────────────────────────────────────

    public Label label(String name) {
        return new Label(name);
    }

    /// {@return a label that is bound here}
    public Label here(String name) {
        Label label = new Label(name);
        bind(label);
        return label;
    }

    public void bind(Label label) {
        label.bind(code.address());
    }

    public void mode(Mode mode) {
        encoder.mode(mode);
    }

    public void bytes(byte... values) {
        data("db", values.length, () -> {
            for (byte value : values) {
                code.emit(value, 1);
            }
        });
    }

    public void ascii(String text) {
        bytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    public void word(int value) {
        data("dw " + Memory.Number.text(value), 2, () -> code.emit(value, 2));
    }

    public void dword(long value) {
        data("dd " + Memory.Number.text(value), 4, () -> code.emit(value, 4));
    }

    public void qword(long value) {
        data("dq " + Memory.Number.text(value), 8, () -> code.emit(value, 8));
    }

    public void qword(Label label) {
        data("dq " + label, 8, () -> code.emitAddress(label, 8, false));
    }

    /// Zero bytes up to the next multiple of `boundary`, a power of two.
    public void align(int boundary) {
        int count = (int) (-code.address() & boundary - 1);
        data("align " + boundary, count, () -> code.emit(0, 0));
        for (int i = 0; i < count; i++) {
            code.emit(0, 1);
        }
    }

    private void data(String text, int bytes, Runnable emit) {
        int start = code.size();
        emit.run();
        code.endLine(start, text.equals("db") ? "db (" + bytes + " bytes)" : text);
    }

    // ── moves ──────────────────────────────────────────────────────────────────────────────────

    public void mov(Register to, Register from) {
        operands.same("mov", to, from, 0x88);
    }

    public void mov(Register to, Memory from) {
        operands.load("mov", to, from, 0x8A);
    }

    public void mov(Memory to, Register from) {
        operands.store("mov", to, from, 0x88);
    }

    public void mov(Register to, long value) {
        operands.moveImmediate(to, value);
    }

    /// Loads the address of a label.
    public void mov(Register to, Label label) {
        operands.moveAddress(to, label);
    }

    public void mov(SegmentRegister to, Register from) {
        operands.line("mov %s, %s".formatted(to, from),
                () -> encoder.registers(0, 0x8E, to.ordinal(), from.number()));
    }

    public void mov(ControlRegister to, Register from) {
        operands.line("mov %s, %s".formatted(to, from),
                () -> operands.control(0x0F22, to, from));
    }

    public void mov(Register to, ControlRegister from) {
        operands.line("mov %s, %s".formatted(to, from),
                () -> operands.control(0x0F20, from, to));
    }

    public void push(Register register) {
        operands.stack("push", register, 0x50);
    }

    public void pop(Register register) {
        operands.stack("pop", register, 0x58);
    }

    // ── arithmetic ─────────────────────────────────────────────────────────────────────────────

    public void alu(Alu operation, Register to, Register from) {
        operands.same(operation.toString(), to, from, operation.ordinal() << 3);
    }

    public void alu(Alu operation, Register to, Memory from) {
        operands.load(operation.toString(), to, from, operation.ordinal() << 3 | 2);
    }

    public void alu(Alu operation, Register to, long value) {
        operands.aluImmediate(operation, to, value);
    }

    public void add(Register to, long value) {
        alu(Alu.ADD, to, value);
    }

    public void cmp(Register left, long value) {
        alu(Alu.CMP, left, value);
    }

    public void xor(Register to, Register from) {
        alu(Alu.XOR, to, from);
    }

    public void inc(Register register) {
        operands.one("inc", register, 0);
    }

    public void dec(Register register) {
        operands.one("dec", register, 1);
    }

    public void shr(Register register, int count) {
        operands.shift("shr", register, 5, count);
    }

    public void shl(Register register, int count) {
        operands.shift("shl", register, 4, count);
    }

    // ── flow ───────────────────────────────────────────────────────────────────────────────────

    public void jmp(Label target) {
        operands.jump("jmp", target, 0xEB, 0xE9);
    }

    public void j(Condition condition, Label target) {
        operands.jump("j" + condition, target, 0x70 + condition.ordinal(),
                0x0F80 + condition.ordinal());
    }

    public void call(Label target) {
        operands.jump("call", target, -1, 0xE8);
    }

    /// A far jump, `selector:offset`, in 16- or 32-bit code: it loads CS and so changes the mode.
    /// The offset has 32 bits in both.
    public void jmpFar(int selector, Label target) {
        operands.line("jmp 0x%x:%s".formatted(selector, target), () -> {
            encoder.plain(32, 0xEA, 0);
            code.emitAddress(target, 4, false);
            code.emit(selector, 2);
        });
    }

    public void interrupt(int vector) {
        operands.line("int 0x%x".formatted(vector), () -> {
            encoder.plain(0, 0xCD, 0);
            code.emit(vector, 1);
        });
    }

    // ── ports and system ───────────────────────────────────────────────────────────────────────

    public void out(Register port, Register value) {
        operands.port("out %s, %s".formatted(port, value), port, value, 0xEE);
    }

    public void out(int port, Register value) {
        operands.port("out 0x%x, %s".formatted(port, value), port, value, 0xE6);
    }

    public void in(Register value, Register port) {
        operands.port("in %s, %s".formatted(value, port), port, value, 0xEC);
    }

    public void in(Register value, int port) {
        operands.port("in %s, 0x%x".formatted(value, port), port, value, 0xE4);
    }

    public void lgdt(Memory pseudoDescriptor) {
        operands.line("lgdt " + pseudoDescriptor,
                () -> encoder.memory(0, 0x0F01, 2, pseudoDescriptor));
    }

    public void lidt(Memory pseudoDescriptor) {
        operands.line("lidt " + pseudoDescriptor,
                () -> encoder.memory(0, 0x0F01, 3, pseudoDescriptor));
    }

    public void ltr(Register selector) {
        operands.line("ltr " + selector, () -> encoder.registers(0, 0x0F00, 3, selector.number()));
    }

    /// An instruction without operands.
    public void op(Simple instruction) {
        operands.line(instruction.toString(), () -> encoder.plain(instruction.bits(),
                instruction.opcode(), 0));
    }

    public void hlt() {
        op(Simple.HLT);
    }

    public void ret() {
        op(Simple.RET);
    }
}
