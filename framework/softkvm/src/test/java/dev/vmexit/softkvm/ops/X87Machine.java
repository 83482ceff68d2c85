package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.Outside;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.insn.Decoder;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.GuestMemory;
import dev.vmexit.softkvm.ram.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.HexFormat;

/// A CPU without paging and eight pages of memory from 0 up: executes machine code given as hex
/// text, each instruction as if it lay at [#CODE]. RDI points to [#DATA].
final class X87Machine {
    static final long CODE = 0x1000;
    static final long DATA = 0x2000;
    private static final int RAM_BYTES = 8 * 4096;

    final Cpu cpu;
    final X87State x87;
    private final MemorySegment ram = Arena.ofAuto().allocate(RAM_BYTES, 4096);
    private final Decoder decoder = new Decoder(AllActions.forms());

    private X87Machine() {
        var memory = new GuestMemory();
        memory.put(new Slot(0, 0, RAM_BYTES, ram.address(), false, null));
        cpu = new Cpu(memory, (Outside) Proxy.newProxyInstance(X87Machine.class.getClassLoader(),
                new Class<?>[]{Outside.class}, (proxy, method, arguments) -> {
                    throw new AssertionError(method);
                }));
        x87 = cpu.x87;
        cpu.cr0 |= ControlRegisters.CR0_NE;
        cpu.cr4 = ControlRegisters.CR4_OSFXSR | ControlRegisters.CR4_OSXSAVE;
        cpu.xcr0 = 3;
        cpu.r[Cpu.RDI] = DATA;
    }

    static X87Machine real() {
        return new X87Machine();
    }

    static X87Machine protected32() {
        var machine = new X87Machine();
        machine.cpu.cr0 |= ControlRegisters.CR0_PE;
        machine.cpu.segment[SegmentRegister.CS].db = true;
        Mode.update(machine.cpu);
        return machine;
    }

    static X87Machine long64() {
        var machine = new X87Machine();
        machine.cpu.cr0 |= ControlRegisters.CR0_PE;
        machine.cpu.efer = ControlRegisters.EFER_LME | ControlRegisters.EFER_LMA;
        machine.cpu.segment[SegmentRegister.CS].l = true;
        Mode.update(machine.cpu);
        return machine;
    }

    X87Machine run(String... instructions) {
        for (String code : instructions) {
            byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
            Insn i = decoder.decode(n -> n < bytes.length ? bytes[n] & 0xFF : 0, cpu.codeSize);
            cpu.rip = CODE + i.length;
            i.action.run(cpu, i);
        }
        return this;
    }

    X87Machine store(long address, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        MemorySegment.copy(bytes, 0, ram, ValueLayout.JAVA_BYTE, address, bytes.length);
        return this;
    }

    X87Machine fill(long address, int length, int value) {
        ram.asSlice(address, length).fill((byte) value);
        return this;
    }

    String load(long address, int length) {
        return HexFormat.of().formatHex(
                ram.asSlice(address, length).toArray(ValueLayout.JAVA_BYTE));
    }

    String st(int n) {
        return x87.isEmpty(n) ? "empty" : x87.st(n).toString();
    }

    void put(int n, String value) {
        int colon = value.indexOf(':');
        x87.put(n, new Float80(Integer.parseInt(value.substring(0, colon), 16),
                Long.parseUnsignedLong(value.substring(colon + 1), 16)));
    }
}
