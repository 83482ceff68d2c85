package dev.vmexit.guest;

import static dev.vmexit.asm.Condition.E;
import static dev.vmexit.asm.Condition.NE;
import static dev.vmexit.asm.Memory.at;
import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.BX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.EAX;
import static dev.vmexit.asm.Register.EBX;
import static dev.vmexit.asm.Register.ECX;
import static dev.vmexit.asm.Register.ESI;
import static dev.vmexit.asm.Register.RAX;
import static dev.vmexit.asm.Register.RBX;
import static dev.vmexit.asm.Register.RCX;
import static dev.vmexit.asm.Register.RDX;
import static dev.vmexit.asm.Register.RSI;
import static dev.vmexit.asm.Register.SI;
import static dev.vmexit.asm.SegmentRegister.DS;
import static dev.vmexit.guest.EntryMode.LONG;
import static dev.vmexit.guest.EntryMode.PROTECTED;
import static dev.vmexit.guest.EntryMode.REAL;
import static dev.vmexit.guest.GuestProgram.CONSOLE;

import dev.vmexit.asm.Alu;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.asm.Simple;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The guests of lab 1. Those that print take their text from outside, so that a grader can ask for
/// a text that nobody could have typed into a solution.
public final class Guests {
    /// Where a guest of this class stands and starts.
    public static final long ORIGIN = 0x1000;

    /// Where [#mmio] looks for its register page: past its RAM, below 1 MiB.
    public static final long REGISTER_PAGE = 0xD_0000;

    private static final long KiB = 1L << 10;
    private static final long MiB = 1L << 20;

    private Guests() {}

    /// {@return all of them, in the order of the lab}
    public static List<GuestProgram> all() {
        return List.of(hello("Hello, world!\n"), echo("hello"), mmio("OK"),
                protectedMode("Hello from 32 bits\n"), longMode("Hello from 64 bits\n"),
                forever());
    }

    public static Optional<GuestProgram> find(String name) {
        return all().stream().filter(guest -> guest.name().equals(name)).findFirst();
    }

    /// Real mode: prints a text, one exit a character.
    // tag::hello[]
    public static GuestProgram hello(String text) {
        var a = new Assembler(ORIGIN, Mode.BITS16);
        Label message = a.label("message");
        Label done = a.label("done");
        a.mov(SI, message);
        a.mov(DX, CONSOLE);
        a.op(Simple.CLD);
        Label next = a.here("next");
        a.op(Simple.LODSB); // <1>
        a.cmp(AL, 0);
        a.j(E, done);
        a.out(DX, AL); // <2>
        a.jmp(next);
        a.bind(done);
        a.hlt();
        a.bind(message);
        a.ascii(text + "\0");
        return program("hello", "prints a line through port 0x3f8", REAL, a, text);
    }
    // end::hello[]

    /// Real mode: reads characters until a 0 comes, answers each as a capital letter.
    // tag::echo[]
    public static GuestProgram echo(String input) {
        var a = new Assembler(ORIGIN, Mode.BITS16);
        Label done = a.label("done");
        a.mov(DX, CONSOLE);
        Label next = a.here("next");
        a.in(AL, DX);
        a.cmp(AL, 0);
        a.j(E, done);
        a.alu(Alu.AND, AL, ~0x20); // <1>
        a.out(DX, AL);
        a.jmp(next);
        a.bind(done);
        a.hlt();
        var echo = program("echo", "answers its input in capital letters", REAL, a,
                input.toUpperCase(Locale.ROOT));
        return new GuestProgram(echo.name(), echo.summary(), REAL, false, echo.memoryBytes(),
                ORIGIN,
                echo.image(), echo.listing(), input, echo.output());
    }
    // end::echo[]

    /// Real mode: checks a device's identity, writes a text into its data register, and prints how
    /// many characters the device says it got. `?` instead of a number: the identity was wrong.
    ///
    /// ```
    /// offset  register  access  what
    ///  0x00   ID        read    0x584D_5645, "EVMX" in memory order
    ///  0x04   DATA      write   one character, in the low byte
    ///  0x08   COUNT     read    characters written so far
    /// ```
    public static GuestProgram mmio(String text) {
        var a = new Assembler(ORIGIN, Mode.BITS16);
        Label wrong = a.label("wrong");
        Label print = a.label("print");
        a.mov(DX, CONSOLE);
        a.mov(AX, REGISTER_PAGE >> 4);
        a.mov(DS, AX);
        a.mov(BX, 0);
        a.mov(EAX, at(BX));
        a.cmp(EAX, 0x584D_5645);
        a.j(NE, wrong);
        for (char c : text.toCharArray()) {
            a.mov(AL, c);
            a.mov(at(BX, 4), AL);
        }
        a.mov(AL, at(BX, 8));
        a.add(AL, '0');
        a.jmp(print);
        a.bind(wrong);
        a.mov(AL, '?');
        a.bind(print);
        a.out(DX, AL);
        a.hlt();
        return program("mmio", "writes to a device's registers in memory", REAL, a,
                Integer.toString(text.length()));
    }

    /// Protected mode: copies its text above 1 MiB, where 16 bits cannot reach, and prints it
    /// there.
    public static GuestProgram protectedMode(String text) {
        var a = new Assembler(ORIGIN, Mode.BITS32);
        Label message = a.label("message");
        a.mov(ESI, message);
        a.mov(EBX, 0x12_3456);
        a.mov(ECX, text.length());
        Label copy = a.here("copy");
        a.mov(AL, at(ESI));
        a.mov(at(EBX), AL);
        a.inc(ESI);
        a.inc(EBX);
        a.dec(ECX);
        a.j(NE, copy);
        printAt(a, EBX, ECX, 0x12_3456, text.length());
        a.bind(message);
        a.ascii(text);
        return program("protected", "32 bits: flat segments, memory above 1 MiB", PROTECTED, a,
                text);
    }

    /// Long mode: prints a text, then a number that needs 64 bits, digit by digit.
    public static GuestProgram longMode(String text) {
        var a = new Assembler(ORIGIN, Mode.BITS64);
        Label message = a.label("message");
        a.mov(RAX, 0x0123_4567_0123_4567L);
        a.mov(RCX, 16);
        a.mov(RSI, digitsAt(text));
        a.mov(RDX, CONSOLE);
        Label digit = a.here("digit");
        a.dec(RSI);
        a.mov(RBX, RAX);
        a.alu(Alu.AND, RBX, 7);
        a.add(RBX, '0');
        a.mov(at(RSI), Register.BL);
        a.shr(RAX, 4);
        a.dec(RCX);
        a.j(NE, digit);
        printAt(a, RBX, RCX, messageAt(), text.length() + 17);
        a.bind(message);
        placeMessage(a, text);
        return program("long", "64 bits: page tables built from outside", LONG, a,
                text + "0123456701234567\n");
    }

    /// The message of [#longMode] stands at a fixed place, so that its digits do too.
    private static long messageAt() {
        return ORIGIN + 0x100;
    }

    private static long digitsAt(String text) {
        return messageAt() + text.length() + 16;
    }

    private static void placeMessage(Assembler a, String text) {
        a.align(0x100);
        a.ascii(text + "0".repeat(16) + "\n");
    }

    /// Real mode: never exits of its own accord.
    public static GuestProgram forever() {
        var a = new Assembler(ORIGIN, Mode.BITS16);
        a.jmp(a.here("forever"));
        return program("forever", "an endless loop: only you can stop it", REAL, a, "");
    }

    private static void printAt(Assembler a, Register pointer, Register counter, long address,
            int length) {
        a.mov(DX, CONSOLE);
        a.mov(pointer, address);
        a.mov(counter, length);
        Label next = a.here("print");
        a.mov(AL, at(pointer));
        a.out(DX, AL);
        a.inc(pointer);
        a.dec(counter);
        a.j(NE, next);
        a.hlt();
    }

    private static GuestProgram program(String name, String summary, EntryMode mode, Assembler a,
            String output) {
        long memory = mode == REAL ? 64 * KiB : 2 * MiB;
        return new GuestProgram(name, summary, mode, false, memory, ORIGIN, a.assemble(),
                a.listing(),
                "", output);
    }
}
