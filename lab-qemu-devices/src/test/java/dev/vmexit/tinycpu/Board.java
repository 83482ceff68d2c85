package dev.vmexit.tinycpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Mode;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyDevices;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Function;

/// A tiny CPU with a guest at 0x1000 and a console at port 0x3f8.
final class Board {
    static final int ORIGIN = 0x1000;
    static final int DATA = 0x3000;
    private static final int MOST_INSTRUCTIONS = 200_000;

    final TinyCpu cpu;
    private final Console console = new Console("", OutputStream.nullOutputStream());

    Board(int origin, byte[] image) {
        cpu = new TinyCpu(origin, image, new TinyDevices(console));
    }

    static Board of(Consumer<Assembler> program) {
        var a = new Assembler(ORIGIN, Mode.BITS16);
        program.accept(a);
        return new Board(ORIGIN, a.assemble());
    }

    static Board hex(String image) {
        return new Board(ORIGIN, HexFormat.ofDelimiter(" ").parseHex(image));
    }

    /// Puts a word where the guest will find it.
    Board word(int address, int value) {
        cpu.memory[address] = (byte) value;
        cpu.memory[address + 1] = (byte) (value >>> 8);
        return this;
    }

    /// {@return a guest that jumps from 0x1000 to 0xfff0 and from there over the end to 0x2000; in
    /// both places it executes inc CX}
    static Board jumpsAround() {
        Board board = hex("e9 ed ef f4");
        put(board, 0xFFF0, "41 e9 0c 20");
        put(board, 0x2000, "41 f4");
        return board;
    }

    private static void put(Board board, int address, String hex) {
        byte[] bytes = HexFormat.ofDelimiter(" ").parseHex(hex);
        System.arraycopy(bytes, 0, board.cpu.memory, address, bytes.length);
    }

    /// Runs the guest to its HLT.
    <E extends Engine> E run(Function<TinyCpu, E> kind) {
        E engine = kind.apply(cpu);
        assertThat(engine.run(MOST_INSTRUCTIONS))
                .as("how the guest ended, after %d instructions, with IP = 0x%04x",
                        cpu.executed(), cpu.ip())
                .isEqualTo(Engine.Stop.HALTED);
        return engine;
    }

    /// {@return the register with this number in ModRM}
    int register(int number) {
        return cpu.registers()[number];
    }

    String output() {
        return console.output();
    }

    /// {@return two bytes as they stand in memory}
    String bytes(int address) {
        return HexFormat.ofDelimiter(" ").formatHex(cpu.memory(), address, address + 2);
    }
}
