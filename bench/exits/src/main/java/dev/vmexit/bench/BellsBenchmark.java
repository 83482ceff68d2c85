package dev.vmexit.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Condition;
import dev.vmexit.asm.Label;
import dev.vmexit.asm.Memory;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.softkvm.SoftKernel;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How a guest's notification comes to the thread of a device: `KVM_RUN` returns and the vCPU's
/// thread wakes the device's, or KVM adds one to an eventfd in which the device's thread waits.
///
/// The guest rings a thousand times, and after each time either waits for the device's answer in
/// memory, as a driver that has nothing else to do, or goes on at once.
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 6, time = 1)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
public class BellsBenchmark {
    static final int RINGS = 1000;
    private static final int BELL = 0x70;
    private static final int END = 0x80;
    private static final int ANSWER = 0x500;

    @Param({"/dev/kvm", "Soft KVM"})
    String kernel;

    @Param({"exit", "ioeventfd"})
    String way;

    @Param({"true", "false"})
    boolean waits;

    private LibC libc;
    private TinyMachine machine;
    private MemorySegment ram;
    private Bell bell;
    private Thread device;
    private volatile boolean over;

    @Setup
    public void open() {
        libc = kernel.equals("/dev/kvm") ? LibC.host() : new SoftKernel();
        machine = TinyMachine.load(libc, guest(waits), new Console("",
                OutputStream.nullOutputStream()));
        ram = machine.vm().slots().getFirst().host();
        bell = way.equals("exit") ? new ParkedBell() : new EventBell(libc, machine.vm(), BELL);
        device = Thread.ofPlatform().daemon().start(this::answer);
        bell.waiter(device);
    }

    static GuestProgram guest(boolean waits) {
        var a = new Assembler(0x1000, Mode.BITS16);
        Label again = a.here("again");
        a.mov(Register.CX, RINGS);
        Label ring = a.here("ring");
        a.mov(Register.AL, 0);
        a.mov(Memory.at(ANSWER), Register.AL);
        a.out(BELL, Register.AL);
        if (waits) {
            Label look = a.here("look");
            a.mov(Register.AL, Memory.at(ANSWER));
            a.cmp(Register.AL, 0);
            a.j(Condition.E, look);
        }
        a.dec(Register.CX);
        a.j(Condition.NE, ring);
        a.out(END, Register.AL);
        a.jmp(again);
        return new GuestProgram("bells", "rings for ever", EntryMode.REAL, false, 65536, 0x1000,
                a.assemble(), a.listing(), "", "");
    }

    private void answer() {
        while (!over) {
            bell.await();
            ram.set(JAVA_BYTE, ANSWER, (byte) 1);
            VarHandle.releaseFence();
        }
    }

    @TearDown
    public void close() throws InterruptedException {
        over = true;
        bell.ring();
        device.join();
        machine.close();
        bell.close();
    }

    /// A thousand notifications, and one exit at their end.
    @Benchmark
    @OperationsPerInvocation(RINGS)
    public void ring() {
        while (((VmExit.Out) machine.vcpu().run()).port() != END) {
            bell.ring();
        }
    }
}
