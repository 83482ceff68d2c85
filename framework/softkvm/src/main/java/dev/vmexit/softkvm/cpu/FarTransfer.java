package dev.vmexit.softkvm.cpu;

/// Far jumps, calls and returns: other code segments, call gates, other privilege levels.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 5.8 Privilege Level Checking When Transferring
///       Program Control Between Code Segments
public final class FarTransfer {
    private static final int CALL_GATE_16 = 4;
    private static final int CALL_GATE_32 = 12;

    private FarTransfer() {}

    public static void jump(Cpu c, int selector, long offset) {
        if (!c.usesDescriptors()) {
            realJump(c, selector, offset);
            return;
        }
        Descriptor d = find(c, selector);
        if (d.isCode()) {
            checkDirect(c, d, selector);
            InterruptReturn.requireIp(c, d, offset);
            arrive(c, selector, d, c.cpl, offset);
            return;
        }
        Gate gate = gate(c, selector, d);
        boolean ok = gate.code.isConforming()
                ? gate.code.dpl() <= c.cpl
                : gate.code.dpl() == c.cpl;
        if (!ok) {
            throw GuestFault.of(GuestFault.GP, gate.selector & ~3);
        }
        arrive(c, gate.selector, gate.code, c.cpl, gate.offset);
    }

    public static void call(Cpu c, int selector, long offset, int size) {
        if (!c.usesDescriptors()) {
            NewStack stack = NewStack.same(c);
            stack.push(size, c.segment[SegmentRegister.CS].selector);
            stack.push(size, c.rip);
            realJump(c, selector, offset);
            stack.commit();
            return;
        }
        Descriptor d = find(c, selector);
        if (d.isCode()) {
            checkDirect(c, d, selector);
            InterruptReturn.requireIp(c, d, offset);
            pushReturn(c, NewStack.same(c), size);
            arrive(c, selector, d, c.cpl, offset);
        } else {
            throughGate(c, gate(c, selector, d));
        }
    }

    private static void realJump(Cpu c, int selector, long offset) {
        if (offset > 0xFFFF) {
            throw GuestFault.gp();
        }
        SegmentRegister cs = c.segment[SegmentRegister.CS];
        if (c.virtual8086()) {
            cs.loadVirtual8086(selector);
        } else {
            cs.loadReal(selector);
        }
        c.rip = offset;
        Mode.update(c);
        c.codeChanged();
    }

    private static Descriptor find(Cpu c, int selector) {
        if (SegmentLoad.isNull(selector)) {
            throw GuestFault.gp();
        }
        return SegmentLoad.find(c, selector, GuestFault.GP);
    }

    private static void checkDirect(Cpu c, Descriptor d, int selector) {
        boolean ok = d.isConforming()
                ? d.dpl() <= c.cpl
                : (selector & 3) <= c.cpl && d.dpl() == c.cpl;
        if (!ok) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        SegmentLoad.requireSaneCode(c, d, selector);
        SegmentLoad.requirePresent(d, selector, GuestFault.NP);
    }

    private static void arrive(Cpu c, int selector, Descriptor d, int cpl, long offset) {
        SegmentLoad.code(c, selector, d, cpl);
        c.rip = offset;
        Mode.update(c);
        c.codeChanged();
    }

    private static void pushReturn(Cpu c, NewStack stack, int size) {
        stack.push(size, c.segment[SegmentRegister.CS].selector);
        stack.push(size, c.rip);
        stack.commit();
    }

    /// A call gate that has been checked.
    private record Gate(int selector, Descriptor code, long offset, int size, int parameters) {}

    private static Gate gate(Cpu c, int selector, Descriptor d) {
        boolean wide = d.type() == CALL_GATE_32;
        if (d.s() || !wide && (d.type() != CALL_GATE_16 || c.longMode)) {
            throw taskOr(c, d, selector);
        }
        if (d.dpl() < c.cpl || d.dpl() < (selector & 3)) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        SegmentLoad.requirePresent(d, selector, GuestFault.NP);
        int target = (int) (d.raw() >>> 16) & 0xFFFF;
        Descriptor code = find(c, target);
        boolean wrong = c.longMode && (!code.l() || code.db());
        if (!code.isCode() || code.dpl() > c.cpl || wrong) {
            throw GuestFault.of(GuestFault.GP, target & ~3);
        }
        SegmentLoad.requirePresent(code, target, GuestFault.NP);
        long offset = d.raw() & 0xFFFF | (wide ? d.raw() >>> 32 & 0xFFFF_0000L : 0);
        if (c.longMode) {
            offset |= SlowMemory.loadSystem(c, d.address() + 8, 4) << 32;
        }
        return new Gate(target, code, offset, c.longMode ? 8 : wide ? 4 : 2,
                (int) (d.raw() >>> 32) & 31);
    }

    private static RuntimeException taskOr(Cpu c, Descriptor d, int selector) {
        boolean task = !d.s() && (d.type() == 5 || (d.type() & ~10) == 1);
        return task && !c.longMode
                ? new Unsupported("a jump to a task: hardware task switches are left out")
                : GuestFault.of(GuestFault.GP, selector & ~3);
    }

    private static void throughGate(Cpu c, Gate gate) {
        boolean inner = !gate.code.isConforming() && gate.code.dpl() < c.cpl;
        if (!inner) {
            pushReturn(c, NewStack.same(c), gate.size);
            arrive(c, gate.selector, gate.code, c.cpl, gate.offset);
            return;
        }
        int cpl = gate.code.dpl();
        NewStack stack = c.longMode
                ? NewStack.at64(c, cpl, TaskState.stackPointer64(c, cpl))
                : NewStack.inner(c, cpl);
        stack.push(gate.size, c.segment[SegmentRegister.SS].selector);
        stack.push(gate.size, c.r[Cpu.RSP]);
        for (int n = c.longMode ? -1 : gate.parameters - 1; n >= 0; n--) {
            stack.push(gate.size, Stack.peek(c, (long) n * gate.size, gate.size));
        }
        pushReturn(c, stack, gate.size);
        arrive(c, gate.selector, gate.code, cpl, gate.offset);
    }

    /// @param release bytes of parameters above the return address
    public static void ret(Cpu c, int size, int release) {
        long ip = Stack.peek(c, 0, size);
        int selector = (int) Stack.peek(c, size, size) & 0xFFFF;
        if (!c.usesDescriptors()) {
            realJump(c, selector, ip);
            Stack.drop(c, 2L * size + release);
            return;
        }
        Descriptor d = returnTarget(c, selector);
        InterruptReturn.requireIp(c, d, ip);
        int oldCpl = c.cpl;
        if ((selector & 3) > c.cpl) {
            long rsp = Stack.peek(c, 2L * size + release, size);
            int ss = (int) Stack.peek(c, 3L * size + release, size) & 0xFFFF;
            returnTo(c, selector, d, ss, rsp + release);
            forgetInnerSegments(c, oldCpl);
        } else {
            Stack.drop(c, 2L * size + release);
            SegmentLoad.code(c, selector, d, selector & 3);
        }
        c.rip = ip;
        Mode.update(c);
        c.codeChanged();
    }

    /// Checks the code segment that a return goes to.
    static Descriptor returnTarget(Cpu c, int selector) {
        Descriptor d = find(c, selector);
        int rpl = selector & 3;
        boolean level = d.isConforming() ? d.dpl() <= rpl : d.dpl() == rpl;
        if (!d.isCode() || rpl < c.cpl || !level) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        SegmentLoad.requireSaneCode(c, d, selector);
        SegmentLoad.requirePresent(d, selector, GuestFault.NP);
        return d;
    }

    /// Puts in CS and the outer stack; all checks of the stack come before any change.
    static void returnTo(Cpu c, int cs, Descriptor code, int ss, long rsp) {
        int rpl = cs & 3;
        if (SegmentLoad.isNull(ss)) {
            if (!(c.longMode && code.l()) || rpl == 3) {
                throw GuestFault.gp();
            }
            SegmentLoad.nullStack(c, ss, rpl);
        } else {
            Descriptor stack = SegmentLoad.stackDescriptor(c, ss, rpl, GuestFault.GP);
            c.segment[SegmentRegister.SS].load(ss, SegmentLoad.accessed(stack));
        }
        SegmentLoad.code(c, cs, code, rpl);
        Mode.update(c);
        Stack.setPointer(c, rsp);
    }

    /// Data segments that the outer level could not have loaded are taken away from it.
    static void forgetInnerSegments(Cpu c, int oldCpl) {
        Mode.update(c);
        if (c.cpl == oldCpl) {
            return;
        }
        for (int n : new int[]{SegmentRegister.ES, SegmentRegister.DS, SegmentRegister.FS,
                SegmentRegister.GS}) {
            SegmentRegister s = c.segment[n];
            boolean conforming = s.isCode() && s.isConforming();
            if (!s.unusable && !conforming && s.dpl < c.cpl) {
                s.loadNull(0);
            }
        }
    }
}
