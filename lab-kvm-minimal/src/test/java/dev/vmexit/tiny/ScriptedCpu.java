package dev.vmexit.tiny;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vmexit.host.ScriptedKernel;
import dev.vmexit.kvm.Requests;
import dev.vmexit.kvm.Scripts;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.function.Consumer;

/// A vCPU without a CPU: each run exits as the script says, and what was answered to the exit
/// before can be looked at.
final class ScriptedCpu implements AutoCloseable {
    static final int DATA_AT = 0x1000;

    private final ScriptedKernel kernel = Scripts.kvm();
    private final Vm vm = Scripts.vm(kernel);
    private final Vcpu vcpu = vm.createVcpu(0);
    private final MemorySegment page = kernel.mapped(0);
    private final Deque<Consumer<MemorySegment>> script = new ArrayDeque<>();

    ScriptedCpu() {
        kernel.on(Requests.KVM_RUN, (fd, argument) -> {
            if (script.isEmpty()) {
                throw new AssertionError("KVM_RUN was called again after the last exit");
            }
            script.remove().accept(page);
            return 0;
        });
    }

    Vcpu vcpu() {
        return vcpu;
    }

    ScriptedKernel kernel() {
        return kernel;
    }

    ScriptedCpu exits(int reason) {
        script.add(run -> run.set(JAVA_INT, 8, reason));
        return this;
    }

    ScriptedCpu exitsWithOut(int port, int size, int count, int... bytes) {
        script.add(run -> {
            io(run, 1, port, size, count);
            for (int i = 0; i < bytes.length; i++) {
                run.set(JAVA_BYTE, DATA_AT + i, (byte) bytes[i]);
            }
        });
        return this;
    }

    ScriptedCpu exitsWithIn(int port, int size, int count) {
        script.add(run -> io(run, 0, port, size, count));
        return this;
    }

    ScriptedCpu exitsWithMmio(boolean write, long address, int size, long data) {
        script.add(run -> {
            run.set(JAVA_INT, 8, 6);
            run.set(JAVA_LONG, 32, address);
            run.set(JAVA_LONG, 40, data);
            run.set(JAVA_INT, 48, size);
            run.set(JAVA_BYTE, 52, (byte) (write ? 1 : 0));
        });
        return this;
    }

    private static void io(MemorySegment run, int direction, int port, int size, int count) {
        run.set(JAVA_INT, 8, 2);
        run.set(JAVA_BYTE, 32, (byte) direction);
        run.set(JAVA_BYTE, 33, (byte) size);
        run.set(JAVA_SHORT, 34, (short) port);
        run.set(JAVA_INT, 36, count);
        run.set(JAVA_LONG, 40, DATA_AT);
        MemorySegment data = run.asSlice(DATA_AT, 64);
        data.fill((byte) 0xEE);
    }

    /// {@return bytes of the run page, after the loop has ended}
    String page(long offset, int sizeBytes) {
        return HexFormat.ofDelimiter(" ")
                .formatHex(page.asSlice(offset, sizeBytes).toArray(JAVA_BYTE));
    }

    @Override
    public void close() {
        vm.close();
    }
}
