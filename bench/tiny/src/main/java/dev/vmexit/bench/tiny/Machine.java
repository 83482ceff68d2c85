package dev.vmexit.bench.tiny;

import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyDevices;
import dev.vmexit.tiny.TinyMachine;
import dev.vmexit.tinycpu.Engine;
import dev.vmexit.tinycpu.Interpreter;
import dev.vmexit.tinycpu.TinyCpu;
import dev.vmexit.tinycpu.Translator;
import java.io.OutputStream;
import java.util.function.Function;

/// What executes the loop.
enum Machine {
    INTERPRETER("your interpreter, 16-bit code", EntryMode.REAL, 40) {
        @Override
        Result run(GuestProgram guest) {
            return tiny(guest, Interpreter::new);
        }
    },
    TRANSLATOR("your translator, 16-bit code", EntryMode.REAL, 400) {
        @Override
        Result run(GuestProgram guest) {
            return tiny(guest, Translator::new);
        }
    },
    SOFT_16("Soft KVM, 16-bit code: its interpreter", EntryMode.REAL, 200) {
        @Override
        Result run(GuestProgram guest) {
            return kvm(guest, KernelChoice.SOFT.open());
        }
    },
    SOFT_64("Soft KVM, 64-bit code: its translator", EntryMode.LONG, 2000) {
        @Override
        Result run(GuestProgram guest) {
            return kvm(guest, KernelChoice.SOFT.open());
        }
    };

    /// @param seconds from the first instruction to HLT
    /// @param ax what the guest computed
    record Result(double seconds, int ax) {}

    private final String title;
    private final EntryMode mode;
    private final int rounds;

    Machine(String title, EntryMode mode, int rounds) {
        this.title = title;
        this.mode = mode;
        this.rounds = rounds;
    }

    String title() {
        return title;
    }

    EntryMode mode() {
        return mode;
    }

    /// {@return rounds that take about a second}
    int rounds() {
        return rounds;
    }

    abstract Result run(GuestProgram guest);

    private static Result tiny(GuestProgram guest, Function<TinyCpu, Engine> kind) {
        var cpu = new TinyCpu((int) guest.loadAddress(), guest.image(), new TinyDevices(console()));
        long start = System.nanoTime();
        Engine.Stop stop = kind.apply(cpu).run(Long.MAX_VALUE);
        double seconds = (System.nanoTime() - start) / 1e9;
        require(stop == Engine.Stop.HALTED, guest);
        return new Result(seconds, cpu.registers()[0]);
    }

    private static Result kvm(GuestProgram guest, LibC kernel) {
        try (TinyMachine machine = TinyMachine.load(kernel, guest, console())) {
            long start = System.nanoTime();
            VmExit end = machine.run();
            double seconds = (System.nanoTime() - start) / 1e9;
            require(end instanceof VmExit.Hlt, guest);
            return new Result(seconds, (int) machine.vcpu().registers().rax() & 0xFFFF);
        }
    }

    private static Console console() {
        return new Console("", OutputStream.nullOutputStream());
    }

    private static void require(boolean halted, GuestProgram guest) {
        if (!halted) {
            throw new IllegalStateException(guest.name() + " did not come to its HLT");
        }
    }
}
