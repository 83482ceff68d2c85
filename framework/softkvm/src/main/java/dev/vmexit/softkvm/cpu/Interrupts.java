package dev.vmexit.softkvm.cpu;

/// Delivery of interrupts and exceptions through the IDT.
///
/// ```
///  gate   15:0 offset │ 31:16 selector │ 34:32 IST │ 43:40 type │ 46:45 DPL │ 47 P │ 63:48 offset
///         in long mode 16 bytes: 95:64 offset 63:32
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 6.11 IDT Descriptors; 6.12 Exception and
///       Interrupt Handling; 6.14 in 64-bit Mode; 20.1.4 in Real-Address Mode
public final class Interrupts {
    private static final int TASK_GATE = 5;
    private static final int INTERRUPT_16 = 6;
    private static final int INTERRUPT_32 = 14;
    private static final int TRAP_32 = 15;
    private static final int EXTERNAL = 1;

    private Interrupts() {}

    /// What comes: a hardware interrupt, an exception, or `INT n`.
    private record Event(int vector, boolean hasError, int error, boolean software) {
        int ext() {
            return software ? 0 : EXTERNAL;
        }

        GuestFault fault(int which) {
            return GuestFault.of(which, vector * 8 + 2 | ext());
        }
    }

    public static void external(Cpu c, int vector) {
        deliver(c, new Event(vector, false, 0, false));
    }

    /// `INT3`, `INTO`, `INT1`: RIP is already behind it.
    public static void software(Cpu c, int vector, int length) {
        deliver(c, new Event(vector, false, 0, true));
    }

    public static void softwareInt(Cpu c, int vector, int length) {
        if (c.virtual8086() && c.iopl() < 3) {
            throw GuestFault.gp();
        }
        software(c, vector, length);
    }

    /// Delivers an exception, and what its delivery may raise: a second one, a double fault.
    ///
    /// @return false if the CPU is to shut down: a triple fault
    public static boolean exception(Cpu c, GuestFault fault) {
        GuestFault current = fault;
        while (true) {
            try {
                deliver(c, new Event(current.vector(), current.hasErrorCode()
                        && c.protectedMode(), current.errorCode(), false));
                return true;
            } catch (NonCanonical bad) {
                current = next(current, GuestFault.of(GuestFault.SS, 0));
            } catch (GuestFault second) {
                current = next(current, second);
            }
            if (current == null) {
                return false;
            }
        }
    }

    /// @spec https://www.intel.com/sdm Intel SDM Vol. 3, table 6-5 Conditions for Generating a Double
    ///       Fault
    private static GuestFault next(GuestFault first, GuestFault second) {
        if (first.vector() == GuestFault.DF) {
            return null;
        }
        boolean contributory = GuestFault.isContributory(second.vector());
        boolean pageFault = second.vector() == GuestFault.PF;
        boolean doubles = GuestFault.isContributory(first.vector()) && contributory
                || first.vector() == GuestFault.PF && (contributory || pageFault);
        return doubles ? GuestFault.of(GuestFault.DF, 0) : second;
    }

    private static void deliver(Cpu c, Event event) {
        if (!c.protectedMode()) {
            realMode(c, event);
        } else if (c.longMode) {
            longMode(c, event);
        } else {
            protectedMode(c, event);
        }
        c.codeChanged();
    }

    private static void realMode(Cpu c, Event event) {
        if (event.vector * 4 + 3 > c.idtr.limit) {
            throw event.fault(GuestFault.GP);
        }
        long entry = SlowMemory.loadSystem(c, c.idtr.base + event.vector * 4L, 4);
        NewStack stack = NewStack.same(c);
        stack.push(2, c.eflags());
        stack.push(2, c.segment[SegmentRegister.CS].selector);
        stack.push(2, c.rip);
        stack.commit();
        c.systemFlags &= ~(Flags.IF | Flags.TF | Flags.AC | Flags.RF);
        c.segment[SegmentRegister.CS].loadReal((int) (entry >>> 16));
        c.rip = entry & 0xFFFF;
        Mode.update(c);
    }

    private static long gate(Cpu c, Event event, int size) {
        if (event.vector * size + size - 1 > c.idtr.limit) {
            throw event.fault(GuestFault.GP);
        }
        return SlowMemory.loadSystem(c, c.idtr.base + (long) event.vector * size, 8);
    }

    private static void checkGate(Cpu c, Event event, long gate) {
        int dpl = (int) (gate >>> 45) & 3;
        if (event.software && dpl < c.cpl) {
            throw event.fault(GuestFault.GP);
        }
        if ((gate >>> 47 & 1) == 0) {
            throw event.fault(GuestFault.NP);
        }
    }

    private static int type(long gate) {
        return (int) (gate >>> 40) & 31;
    }

    /// The code segment that a gate leads to, and the level it will run at.
    private static Descriptor target(Cpu c, int selector, int ext) {
        if (SegmentLoad.isNull(selector)) {
            throw GuestFault.of(GuestFault.GP, ext);
        }
        Descriptor d;
        try {
            d = SegmentLoad.find(c, selector, GuestFault.GP);
        } catch (GuestFault beyond) {
            throw beyond.vector() == GuestFault.GP
                    ? GuestFault.of(GuestFault.GP, selector & ~3 | ext)
                    : beyond;
        }
        boolean wrongSize = c.longMode && (!d.l() || d.db());
        if (!d.isCode() || d.dpl() > c.cpl || wrongSize) {
            throw GuestFault.of(GuestFault.GP, selector & ~3 | ext);
        }
        if (!d.present()) {
            throw GuestFault.of(GuestFault.NP, selector & ~3 | ext);
        }
        return d;
    }

    private static void longMode(Cpu c, Event event) {
        long gate = gate(c, event, 16);
        int type = type(gate);
        if (type != INTERRUPT_32 && type != TRAP_32) {
            throw event.fault(GuestFault.GP);
        }
        checkGate(c, event, gate);
        long high = SlowMemory.loadSystem(c, c.idtr.base + event.vector * 16L + 8, 8);
        int selector = (int) (gate >>> 16) & 0xFFFF;
        Descriptor d = target(c, selector, event.ext());
        int cpl = d.isConforming() ? c.cpl : d.dpl();
        int ist = (int) (gate >>> 32) & 7;
        long top = ist != 0
                ? TaskState.interruptStack(c, ist)
                : cpl < c.cpl ? TaskState.stackPointer64(c, cpl) : c.r[Cpu.RSP];
        NewStack stack = NewStack.at64(c, cpl, top & ~15L);
        stack.push(8, c.segment[SegmentRegister.SS].selector);
        stack.push(8, c.r[Cpu.RSP]);
        pushReturn(c, event, stack, 8);
        stack.commit();
        SegmentLoad.code(c, selector, d, cpl);
        enter(c, type, gate & 0xFFFF | gate >>> 32 & 0xFFFF_0000L | high << 32);
    }

    private static void pushReturn(Cpu c, Event event, NewStack stack, int size) {
        stack.push(size, c.eflags() | (event.software ? 0 : resumeFlag(event)));
        stack.push(size, c.segment[SegmentRegister.CS].selector);
        stack.push(size, c.rip);
        if (event.hasError) {
            stack.push(size, event.error);
        }
    }

    /// Faults are saved with RF set, so that their restart does not meet a code breakpoint again.
    private static long resumeFlag(Event event) {
        boolean fault = event.vector < 32 && event.vector != GuestFault.DB
                && event.vector != GuestFault.NMI && event.vector != GuestFault.BP
                && event.vector != GuestFault.OF && event.vector != GuestFault.DF;
        return fault ? Flags.RF : 0;
    }

    private static void enter(Cpu c, int type, long offset) {
        int cleared = Flags.TF | Flags.NT | Flags.RF | Flags.VM;
        if ((type & 1) == 0) {
            cleared |= Flags.IF;
        }
        c.systemFlags &= ~cleared;
        c.rip = offset;
        Mode.update(c);
    }

    private static void protectedMode(Cpu c, Event event) {
        long gate = gate(c, event, 8);
        int type = type(gate);
        if (type == TASK_GATE) {
            throw new Unsupported("a task gate in the IDT: hardware task switches are left out");
        }
        if ((type & ~9) != INTERRUPT_16) {
            throw event.fault(GuestFault.GP);
        }
        checkGate(c, event, gate);
        int selector = (int) (gate >>> 16) & 0xFFFF;
        Descriptor d = target(c, selector, event.ext());
        int cpl = d.isConforming() ? c.cpl : d.dpl();
        int size = (type & 8) != 0 ? 4 : 2;
        boolean from8086 = c.virtual8086();
        if (from8086 && cpl != 0) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        NewStack stack = cpl < c.cpl ? NewStack.inner(c, cpl) : NewStack.same(c);
        if (from8086) {
            pushDataSegments(c, stack, size);
        }
        if (cpl < c.cpl) {
            stack.push(size, c.segment[SegmentRegister.SS].selector);
            stack.push(size, c.r[Cpu.RSP]);
        }
        pushReturn(c, event, stack, size);
        c.systemFlags &= ~Flags.VM;
        stack.commit();
        if (from8086) {
            nullDataSegments(c);
        }
        SegmentLoad.code(c, selector, d, cpl);
        enter(c, type, gate & 0xFFFF | (size == 4 ? gate >>> 32 & 0xFFFF_0000L : 0));
    }

    private static void pushDataSegments(Cpu c, NewStack stack, int size) {
        stack.push(size, c.segment[SegmentRegister.GS].selector);
        stack.push(size, c.segment[SegmentRegister.FS].selector);
        stack.push(size, c.segment[SegmentRegister.DS].selector);
        stack.push(size, c.segment[SegmentRegister.ES].selector);
    }

    private static void nullDataSegments(Cpu c) {
        for (int n : new int[]{SegmentRegister.GS, SegmentRegister.FS, SegmentRegister.DS,
                SegmentRegister.ES}) {
            c.segment[n].loadNull(0);
        }
    }
}
