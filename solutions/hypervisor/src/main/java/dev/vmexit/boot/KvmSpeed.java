package dev.vmexit.boot;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.UnsupportedKvm;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;

/// How fast a KVM runs ring-0 code: measured, because the device file proves nothing.
///
/// A `/dev/kvm` without hardware support behind it emulates every instruction of a kernel. It then
/// runs about a million a second, which is right for a guest of twenty instructions and
/// hopeless for Linux, whose timer alone wants more.
///
/// @param instructionsPerSecond of a two-instruction loop in 64-bit ring 0
public record KvmSpeed(double instructionsPerSecond) {
    /// Linux needs some hundred million instructions to its first process; slower than this, that
    /// takes more than half a minute.
    public static final double ENOUGH_FOR_LINUX = 20e6;

    private static final long WINDOW_MILLIS = 100;

    /// Of so many windows the best counts: where a KVM is itself emulated, or the machine is busy,
    /// the first entry alone may outlast the first window.
    private static final int WINDOWS = 3;

    /// Runs the loop for tenths of a second and looks how far it came. One is enough for a KVM that
    /// is enough for Linux.
    public static KvmSpeed measure(LibC libc) {
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(libc, loop(), console)) {
            var best = new KvmSpeed(0);
            for (int i = 0; i < WINDOWS && !best.isEnoughForLinux(); i++) {
                KvmSpeed speed = oneWindow(machine);
                best = speed.instructionsPerSecond > best.instructionsPerSecond ? speed : best;
            }
            return best;
        }
    }

    private static KvmSpeed oneWindow(TinyMachine machine) {
        var stopper = Thread.ofPlatform().daemon().start(() -> stopLater(machine.vcpu()));
        try {
            return measured(machine);
        } finally {
            stopper.interrupt();
            join(stopper);
        }
    }

    private static KvmSpeed measured(TinyMachine machine) {
        long before = machine.vcpu().registers().rax();
        long start = System.nanoTime();
        VmExit end = machine.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        if (!(end instanceof VmExit.Interrupted)) {
            throw new UnsupportedKvm("a loop of two instructions in 64-bit mode " + end.inWords()
                    + "; this KVM cannot run what this program needs");
        }
        return new KvmSpeed(2.0 * (machine.vcpu().registers().rax() - before) / seconds);
    }

    private static GuestProgram loop() {
        var a = new Assembler(0x1000, Mode.BITS64);
        Label again = a.here("again");
        a.inc(Register.RAX);
        a.jmp(again);
        return new GuestProgram("speed", "a loop of two instructions", EntryMode.LONG, false,
                2L << 20, 0x1000, a.assemble(), a.listing(), "", "");
    }

    private static void stopLater(Vcpu vcpu) {
        try {
            Thread.sleep(WINDOW_MILLIS);
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
        vcpu.stop();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException early) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isEnoughForLinux() {
        return instructionsPerSecond >= ENOUGH_FOR_LINUX;
    }

    /// {@return the number alone, such as "1.5 million"}
    public String inMillions() {
        return "%.1f million".formatted(instructionsPerSecond / 1e6);
    }

    @Override
    public String toString() {
        return inMillions() + " instructions/s in ring 0";
    }
}
