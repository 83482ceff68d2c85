package dev.vmexit.bench;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Mode;
import dev.vmexit.asm.Register;
import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.ForeignIoctl;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Requests;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.tiny.Console;
import dev.vmexit.tiny.TinyMachine;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Three ways to call `ioctl`, and the round trip of a port exit as the run loop makes it.
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
public class ExitsBenchmark {
    /// JNA's other way to bind: a proxy that finds the function by reflection.
    public interface CLibrary extends Library {
        int ioctl(int fd, NativeLong request, Object... arguments);
    }

    private final LibC libc = LibC.host();
    private final ForeignIoctl foreign = new ForeignIoctl();
    private CLibrary proxy;
    private int kvm;
    private TinyMachine machine;

    @Setup
    public void open() {
        proxy = Native.load("c", CLibrary.class);
        kvm = libc.open("/dev/kvm", LibC.O_RDWR | LibC.O_CLOEXEC);
        var a = new Assembler(0x1000, Mode.BITS16);
        a.mov(Register.DX, 0x3F8);
        var again = a.here("again");
        a.out(Register.DX, Register.AL);
        a.jmp(again);
        var guest = new GuestProgram("exits", "exits for ever", EntryMode.REAL, false, 65536,
                0x1000, a.assemble(), a.listing(), "", "");
        machine = TinyMachine.load(libc, guest,
                new Console("", OutputStream.nullOutputStream()));
    }

    @TearDown
    public void close() {
        machine.close();
        libc.close(kvm);
    }

    @Benchmark
    public int versionJnaInterface() {
        return proxy.ioctl(kvm, new NativeLong(Requests.KVM_GET_API_VERSION), 0);
    }

    @Benchmark
    public int versionJnaDirect() {
        return libc.ioctl(kvm, Requests.KVM_GET_API_VERSION, 0);
    }

    @Benchmark
    public int versionForeign() {
        return foreign.call(kvm, Requests.KVM_GET_API_VERSION, 0);
    }

    /// `KVM_RUN`, and the exit decoded into its record.
    @Benchmark
    public VmExit port() {
        return machine.vcpu().run();
    }
}
