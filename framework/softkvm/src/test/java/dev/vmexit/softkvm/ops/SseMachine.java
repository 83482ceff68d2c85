package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Outside;
import dev.vmexit.softkvm.insn.Decoder;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.GuestMemory;
import dev.vmexit.softkvm.ram.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.HexFormat;

/// A CPU in 64-bit code with one page of memory, and nothing behind it: executes machine code given
/// as hex text, one instruction at a time.
final class SseMachine {
    static final long PAGE = 0x1000_0000L;
    static final long PAGE_END = PAGE + 4096;
    /// The last [SseState#MEMORY_WORDS] words of the page.
    static final long DATA = PAGE_END - 8 * SseState.MEMORY_WORDS;

    private static final int TOP_BEFORE = 5 << 11;
    private static final int PRESENT_WRITABLE_USER = 7;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    final Cpu cpu;
    private final MemorySegment ram = Arena.ofAuto().allocate(4096, 4096);
    private final MemorySegment tables = Arena.ofAuto().allocate(4 * 4096, 4096);
    private final Decoder decoder = new Decoder(AllActions.forms());

    SseMachine() {
        var memory = new GuestMemory();
        memory.put(new Slot(0, 0, tables.byteSize(), tables.address(), false, null));
        memory.put(new Slot(1, PAGE, ram.byteSize(), ram.address(), false, null));
        cpu = new Cpu(memory, nothing());
        map();
        cpu.longMode = true;
        cpu.codeSize = 8;
        cpu.segmented = false;
        cpu.efer = ControlRegisters.EFER_LME | ControlRegisters.EFER_LMA;
        cpu.cr0 = ControlRegisters.CR0_ET | ControlRegisters.CR0_PE | ControlRegisters.CR0_PG;
        cpu.cr4 = ControlRegisters.CR4_PAE | ControlRegisters.CR4_OSFXSR
                | ControlRegisters.CR4_OSXMMEXCPT;
        for (int n = 0; n < cpu.base.length; n++) {
            cpu.base[n] = 0;
        }
    }

    private static Outside nothing() {
        return (Outside) Proxy.newProxyInstance(SseMachine.class.getClassLoader(),
                new Class<?>[]{Outside.class}, (proxy, method, arguments) -> {
                    throw new AssertionError(method);
                });
    }

    /// Four levels of tables at physical 0, whose only page is PAGE.
    private void map() {
        for (int level = 0; level < 4; level++) {
            long index = PAGE >>> 39 - 9 * level & 511;
            long next = level < 3 ? (level + 1) * 4096L : PAGE;
            tables.set(LONG, level * 4096L + 8 * index, next | PRESENT_WRITABLE_USER);
        }
    }

    Insn decode(String code) {
        byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
        Insn i = decoder.decode(n -> n < bytes.length ? bytes[n] & 0xFF : 0xCC, 8);
        if (i.length != bytes.length) {
            throw new AssertionError(code + " has length " + i.length);
        }
        return i;
    }

    void execute(String code) {
        Insn i = decode(code);
        i.action.run(cpu, i);
    }

    /// {@return the vector of the exception that this instruction raises, or -1}
    int fault(String code) {
        try {
            execute(code);
            return -1;
        } catch (GuestFault fault) {
            return fault.vector();
        }
    }

    void xmm(int n, long high, long low) {
        cpu.vectors.lo[n] = low;
        cpu.vectors.hi[n] = high;
    }

    void store(long address, long value) {
        ram.set(ValueLayout.JAVA_LONG_UNALIGNED, address - PAGE, value);
    }

    long load(long address) {
        return ram.get(ValueLayout.JAVA_LONG_UNALIGNED, address - PAGE);
    }

    void load(SseState s) {
        for (int n = 0; n < 16; n++) {
            cpu.r[n] = s.general[n];
            xmm(n, s.high[n], s.low[n]);
        }
        for (int n = 0; n < 8; n++) {
            cpu.x87.setMmx(n, s.mmx[n]);
            store(DATA + 8 * n, s.memory[n]);
        }
        cpu.mxcsr.value = s.mxcsr;
        cpu.eflags(s.flags);
        cpu.x87.statusWord(TOP_BEFORE);
        cpu.x87.abridgedTags(0);
    }

    SseState save() {
        var s = new SseState();
        for (int n = 0; n < 16; n++) {
            s.general[n] = cpu.r[n];
            s.low[n] = cpu.vectors.lo[n];
            s.high[n] = cpu.vectors.hi[n];
        }
        for (int n = 0; n < 8; n++) {
            s.mmx[n] = cpu.x87.mmx(n);
            s.memory[n] = load(DATA + 8 * n);
        }
        s.mxcsr = cpu.mxcsr.value;
        s.flags = (int) cpu.eflags() & 0x8D5;
        s.switchedToMmx = cpu.x87.statusWord() == 0 && cpu.x87.abridgedTags() == 0xFF;
        return s;
    }
}
