package dev.vmexit.tinykernel;

import static dev.vmexit.asm.Condition.E;
import static dev.vmexit.asm.Condition.NE;
import static dev.vmexit.asm.Memory.at;
import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.RAX;
import static dev.vmexit.asm.Register.RDI;
import static dev.vmexit.asm.Register.RDX;
import static dev.vmexit.asm.Register.RSI;
import static dev.vmexit.asm.Register.RSP;
import static dev.vmexit.asm.SegmentRegister.SS;
import static dev.vmexit.guest.GuestProgram.CONSOLE;
import static dev.vmexit.kvm.Registers.RFLAGS_RESERVED;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Simple;
import dev.vmexit.course.Todo;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;

/// A kernel of one's own. It is entered in 64-bit mode and then does what every kernel does first:
/// tables for the CPU, an interrupt controller, a clock, and a task that may do nothing by itself.
///
/// ```
///  ring 0   start ── lgdt, lidt, ltr, PIC ──┐ iretq         ┌──── tick ◄── timer, IRQ 0
///                                           ▼               │ iretq
///  ring 3                                  task ────────────┴──► int3 ──► system call
/// ```
///
/// The system call is `INT3`, the software interrupt of one byte. `INT 0x80` would look more like
/// Linux, but on a KVM without hardware support ring 3 runs natively, under the host's own
/// interrupt table, and that lets ring 3 use only a few vectors; 3 is one of them.
///
/// | RAX | system call | does |
/// |---|---|---|
/// | 1 | write | prints the text at RDI, up to a 0 |
/// | 2 | clock | lets the timer tick from now on |
/// | 3 | exit  | switches the machine off |
///
/// After the third tick the clock is stopped, so that the output is always the same.
public final class TinyKernel {
    static final int KERNEL_CODE = 1 << 3;
    static final int KERNEL_DATA = 2 << 3;
    static final int USER_DATA = 3 << 3 | 3;
    static final int USER_CODE = 4 << 3 | 3;
    static final int TASK = 5 << 3;

    static final long KERNEL_STACK = 0x7_0000;
    static final long USER_STACK = 0x6_0000;

    static final long RFLAGS_IF = 1 << 9;
    static final int TIMER_VECTOR = 0x20;
    static final int SYSTEM_CALL_VECTOR = 3;

    private static final int WRITE = 1;
    private static final int CLOCK = 2;
    private static final int EXIT = 3;
    private static final int TICKS = 3;

    private final Assembler a = new Assembler(0x1000, Mode.BITS64);
    private final Label puts = a.label("puts");
    private final Label tick = a.label("tick");
    private final Label systemCall = a.label("systemCall");
    private final Label task = a.label("task");
    private final Label ticks = a.label("ticks");
    private final KernelTables tables = new KernelTables(a, tick, systemCall);
    private final String message;

    private TinyKernel(String message) {
        this.message = message;
    }

    /// {@return the kernel as a guest} Its task prints `message`.
    public static GuestProgram guest(String message) {
        return new TinyKernel(message).build();
    }

    private GuestProgram build() {
        tables.load();
        a.mov(RSI, tables.text("tiny kernel: ring 0, 64 bits\n"));
        a.call(puts);
        Pic.remap(a, TIMER_VECTOR);
        enterTask();
        task();
        tick();
        systemCall();
        puts();
        a.align(8);
        a.bind(ticks);
        a.qword(0);
        tables.emit();
        return new GuestProgram("kernel", "interrupts, a timer, a task in ring 3, system calls",
                EntryMode.LONG, true, 2L << 20, 0x1000, a.assemble(), a.listing(), "",
                output(message));
    }

    private static String output(String message) {
        var text = new StringBuilder("tiny kernel: ring 0, 64 bits\n").append(message);
        for (int i = 1; i <= TICKS; i++) {
            text.append("tick ").append(i).append(" interrupts ring 3\n");
        }
        return text.append("task: done\n").toString();
    }

    /// Leaves ring 0: `IRETQ` takes five values from the stack, as if an interrupt had put them
    /// there.
    ///
    /// ```
    ///   RSP + 32   SS       USER_DATA
    ///   RSP + 24   RSP      USER_STACK
    ///   RSP + 16   RFLAGS   RFLAGS_IF and bit 1, which is always set
    ///   RSP +  8   CS       USER_CODE
    ///   RSP        RIP      task
    /// ```
    ///
    /// Values are pushed through RAX; the last one pushed is the lowest.
    private void enterTask() {
        throw Todo.of("kvm-13", "push SS, RSP, RFLAGS, CS, RIP, then IRETQ");
    }

    /// Ring 3. It cannot print, and it cannot halt: it asks.
    private void task() {
        a.bind(task);
        call(WRITE, tables.text(message));
        call(CLOCK, ticks);
        Label wait = a.here("wait");
        a.mov(RAX, at(ticks));
        a.cmp(RAX, TICKS);
        a.j(Condition.B, wait);
        call(WRITE, tables.text("task: done\n"));
        call(EXIT, ticks);
    }

    private void call(int number, Label argument) {
        a.mov(RDI, argument);
        a.mov(RAX, number);
        a.op(Simple.INT3);
    }

    /// IRQ 0, a hundred times a second. It prints which ring it interrupted, read from the CS that
    /// the CPU saved.
    private void tick() {
        a.bind(tick);
        a.push(RAX);
        a.push(RDX);
        a.push(RSI);
        a.mov(RAX, at(ticks));
        a.add(RAX, 1);
        a.mov(at(ticks), RAX);
        a.mov(RSI, tables.text("tick "));
        a.call(puts);
        a.mov(RAX, at(ticks));
        printDigit();
        a.mov(RSI, tables.text(" interrupts ring "));
        a.call(puts);
        a.mov(RAX, at(RSP, 4 * 8));
        a.alu(Alu.AND, RAX, 3);
        printDigit();
        a.mov(RSI, tables.text("\n"));
        a.call(puts);
        stopClockAfterTheLastTick();
        endOfInterrupt();
        a.pop(RSI);
        a.pop(RDX);
        a.pop(RAX);
        a.op(Simple.IRETQ);
    }

    private void printDigit() {
        a.add(RAX, '0');
        a.mov(DX, CONSOLE);
        a.out(DX, AL);
    }

    private void stopClockAfterTheLastTick() {
        Label more = a.label("more");
        a.mov(RAX, at(ticks));
        a.cmp(RAX, TICKS);
        a.j(NE, more);
        Pic.mask(a, Pic.ALL);
        a.bind(more);
    }

    /// Tells the PIC that the interrupt has been dealt with: `0x20` to port [Pic#COMMAND], the
    /// non-specific end of interrupt. Until then it delivers no other of this or a lower priority.
    ///
    /// AL may be changed.
    private void endOfInterrupt() {
        throw Todo.of("kvm-13", "write the end of interrupt to the PIC's command port");
    }

    private void systemCall() {
        Label clock = a.label("clock");
        Label exit = a.label("exit");
        a.bind(systemCall);
        a.cmp(RAX, CLOCK);
        a.j(E, clock);
        a.cmp(RAX, WRITE);
        a.j(NE, exit);
        a.mov(RSI, RDI);
        a.call(puts);
        a.op(Simple.IRETQ);
        a.bind(clock);
        Pit.start(a);
        Pic.mask(a, Pic.ALL_BUT_TIMER);
        a.op(Simple.IRETQ);
        a.bind(exit);
        a.out(GuestProgram.POWER, AL);
        a.hlt();
    }

    /// Prints the text at RSI; changes RAX, RDX and RSI.
    private void puts() {
        Label done = a.label("done");
        a.bind(puts);
        a.mov(DX, CONSOLE);
        Label next = a.here("next");
        a.mov(AL, at(RSI));
        a.cmp(AL, 0);
        a.j(E, done);
        a.out(DX, AL);
        a.add(RSI, 1);
        a.jmp(next);
        a.bind(done);
        a.ret();
    }

    static void loadStack(Assembler a) {
        a.mov(AX, KERNEL_DATA);
        a.mov(SS, AX);
        a.mov(RSP, KERNEL_STACK);
    }
}
