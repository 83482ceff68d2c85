package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Descriptor;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.Interrupts;
import dev.vmexit.softkvm.cpu.Mode;
import dev.vmexit.softkvm.cpu.Outside;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.ops.AllActions;
import dev.vmexit.softkvm.ram.GuestMemory;
import dev.vmexit.softkvm.ram.Slot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.HexFormat;

/// A CPU with 4 MiB of memory and descriptor tables, nothing behind it: for what only ring 0 and
/// the transfers to and from it can show, one instruction at a time.
///
/// ```
///  GDT   08 code 0   10 data 0   18 code 3   20 data 3   28 64-bit code 0   30 64-bit code 3
///        38 not present   40 read-only   48 TSS   58 free   limits 4 GiB
/// ```
final class SystemMachine {
    static final int CODE0 = 0x08;
    static final int DATA0 = 0x10;
    static final int CODE3 = 0x1B;
    static final int DATA3 = 0x23;
    static final int CODE64 = 0x28;
    static final int ABSENT = 0x38;
    static final int READ_ONLY = 0x40;
    static final int FREE = 0x58;
    static final int GDT = 0x1000;
    static final int IDT = 0x2000;
    static final int TSS = 0x3000;
    static final int STACK0 = 0x5000;
    static final int CODE = 0x6000;
    static final int STACK3 = 0x8000;
    static final int HANDLER = 0x9000;
    static final int TABLES = 0x1_0000;
    /// What RDTSC and RDRAND get.
    static final long OUTSIDE = 0x1234_5678_9ABC_DEF0L;
    private static final int BYTES = 4 << 20;
    private static final int INTERRUPT_32 = 0x8E00;

    final Cpu cpu;
    private final MemorySegment ram = Arena.ofAuto().allocate(BYTES, 4096);
    private final Interpreter interpreter;
    /// What others do while the guest asks for the time.
    Runnable meanwhile = () -> {};

    SystemMachine() {
        this(never());
    }

    SystemMachine(Interpreter.Heat heat) {
        var memory = new GuestMemory();
        memory.put(new Slot(0, 0, BYTES, ram.address(), false, null));
        cpu = new Cpu(memory, outside());
        interpreter = new Interpreter(cpu, AllActions.forms(), heat);
        cpu.cr0 = ControlRegisters.CR0_PE | ControlRegisters.CR0_ET | ControlRegisters.CR0_NE;
        cpu.gdtr.base = GDT;
        cpu.gdtr.limit = 0x7F;
        cpu.idtr.base = IDT;
        cpu.idtr.limit = 0x7FF;
        long[] flat = {0, 0xCF9B, 0xCF93, 0xCFFB, 0xCFF3, 0xAF9B, 0xAFFB, 0xCF13, 0xCF91};
        for (int n = 1; n < flat.length; n++) {
            descriptor(8 * n, 0, 0xFFFF, flat[n]);
        }
        store(TSS + 4, 4, STACK0);
        store(TSS + 8, 4, DATA0);
        cpu.segment[SegmentRegister.TR].base = TSS;
        cpu.segment[SegmentRegister.TR].set(0x67, 11, false, 0);
        ring(0);
    }

    private static Interpreter.Heat never() {
        return (Interpreter.Heat) Proxy.newProxyInstance(Interpreter.Heat.class.getClassLoader(),
                new Class<?>[]{Interpreter.Heat.class},
                (proxy, method, arguments) -> method.getReturnType() == int.class
                        ? Integer.MAX_VALUE
                        : null);
    }

    private Outside outside() {
        return (Outside) Proxy.newProxyInstance(SystemMachine.class.getClassLoader(),
                new Class<?>[]{Outside.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "codePageMarked" -> {
                            cpu.tlb.revokeWrites((long) arguments[0]);
                            return null;
                        }
                        case "stepDone" -> {
                            return null;
                        }
                        case "tsc", "random" -> {
                            meanwhile.run();
                            return OUTSIDE;
                        }
                        default -> throw new AssertionError(method);
                    }
                });
    }

    /// @param rights bits 8 to 23 of the second word
    void descriptor(int selector, long base, long limit, long rights) {
        store(GDT + (selector & ~7), 8, limit & 0xFFFF | (base & 0xFF_FFFF) << 16 | rights << 40
                | (base >> 24) << 56);
    }

    /// A 32-bit interrupt gate to [#HANDLER].
    void gate(int vector, int dpl, int selector) {
        long rights = INTERRUPT_32 | dpl << 13;
        long size = cpu.longMode ? 16 : 8;
        store(IDT + size * vector, 8, HANDLER & 0xFFFF | (long) selector << 16 | rights << 32);
        if (size == 16) {
            store(IDT + size * vector + 8, 8, 0);
        }
    }

    /// Flat 32-bit code and data of this ring.
    void ring(int level) {
        select(SegmentRegister.CS, level == 0 ? CODE0 : CODE3);
        for (int n : new int[]{SegmentRegister.ES, SegmentRegister.SS, SegmentRegister.DS}) {
            select(n, level == 0 ? DATA0 : DATA3);
        }
        cpu.r[Cpu.RSP] = level == 0 ? STACK0 : STACK3;
        Mode.update(cpu);
    }

    void select(int segment, int selector) {
        int at = GDT + (selector & ~7);
        cpu.segment[segment].load(selector, new Descriptor(at, load(at, 8), 0));
        Mode.update(cpu);
    }

    /// 64-bit code of this ring, with the first 4 MiB mapped as they are, for everybody.
    void long64(int level) {
        store(TABLES, 8, TABLES + 0x1000 | 7);
        store(TABLES + 0x1000, 8, TABLES + 0x2000 | 7);
        store(TABLES + 0x2000, 8, TABLES + 0x3000 | 7);
        store(TABLES + 0x2008, 8, TABLES + 0x4000 | 7);
        for (int page = 0; page < 1024; page++) {
            store(TABLES + 0x3000 + 8L * page, 8, (long) page << 12 | 7);
        }
        cpu.cr3 = TABLES;
        cpu.cr4 = ControlRegisters.CR4_PAE;
        cpu.efer = ControlRegisters.EFER_LME | ControlRegisters.EFER_LMA
                | ControlRegisters.EFER_NXE | ControlRegisters.EFER_SCE;
        cpu.cr0 |= ControlRegisters.CR0_PG;
        ring(level);
        select(SegmentRegister.CS, level == 0 ? CODE64 : CODE64 + 8 | 3);
        cpu.flushTlb();
    }

    /// Sets the rights of a page of the first 4 MiB.
    void page(long linear, long bits) {
        store(TABLES + 0x3000 + (linear >>> 12) * 8, 8, linear & -4096 | bits);
        cpu.flushTlb();
    }

    /// Puts the code at [#CODE] and executes its first instruction.
    ///
    /// @return the exception that it raises, undelivered: vector and error code in one text
    String execute(String hex) {
        code(CODE, hex);
        cpu.rip = CODE;
        cpu.code.forgetAll();
        return step();
    }

    void code(long address, String hex) {
        byte[] code = HexFormat.of().parseHex(hex.replace(" ", ""));
        MemorySegment.copy(code, 0, ram, ValueLayout.JAVA_BYTE, address, code.length);
    }

    /// Runs from here on for about so many instructions, as after an entry into `KVM_RUN`.
    void run(long address, int instructions) {
        cpu.rip = address;
        cpu.code.doubtContents();
        cpu.newSlice(instructions);
        interpreter.run();
    }

    String step() {
        try {
            interpreter.step();
            return "";
        } catch (GuestFault fault) {
            return fault.hasErrorCode()
                    ? "%d(%x)".formatted(fault.vector(), fault.errorCode())
                    : "" + fault.vector();
        }
    }

    boolean deliver(GuestFault fault) {
        return Interrupts.exception(cpu, fault);
    }

    void flags(int flags) {
        cpu.eflags(flags | Flags.ALWAYS_ONE);
        Mode.update(cpu);
    }

    long load(long address, int size) {
        long value = 0;
        for (int n = 0; n < size; n++) {
            value |= (ram.get(ValueLayout.JAVA_BYTE, address + n) & 0xFFL) << 8 * n;
        }
        return value;
    }

    void store(long address, int size, long value) {
        for (int n = 0; n < size; n++) {
            ram.set(ValueLayout.JAVA_BYTE, address + n, (byte) (value >>> 8 * n));
        }
    }
}
