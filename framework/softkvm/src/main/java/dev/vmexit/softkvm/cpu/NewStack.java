package dev.vmexit.softkvm.cpu;

/// A stack being built for a transfer of control that may still fail: nothing of the CPU changes
/// until [#commit].
final class NewStack {
    private final Cpu c;
    private final int cpl;
    private final Descriptor descriptor;
    private final int selector;
    private final boolean inner;
    private long pointer;
    /// 64 bits of pointer whatever the code that is left: interrupts and call gates of long mode.
    private boolean wide;

    private NewStack(Cpu c, int cpl, boolean inner, int selector, Descriptor descriptor, long top) {
        this.c = c;
        this.cpl = cpl;
        this.inner = inner;
        this.selector = selector;
        this.descriptor = descriptor;
        this.pointer = top;
    }

    /// Goes on with the stack in use.
    static NewStack same(Cpu c) {
        return new NewStack(c, c.cpl, false, 0, null, c.r[Cpu.RSP]);
    }

    static NewStack at64(Cpu c, int cpl, long top) {
        var stack = new NewStack(c, cpl, cpl != c.cpl, cpl, null, top);
        stack.wide = true;
        return stack;
    }

    /// The stack that the TSS has for level `cpl`.
    static NewStack inner(Cpu c, int cpl) {
        int selector = TaskState.stackSelector(c, cpl);
        long top = TaskState.stackPointer(c, cpl);
        if (SegmentLoad.isNull(selector)) {
            throw GuestFault.of(GuestFault.TS, 0);
        }
        Descriptor d = SegmentLoad.stackDescriptor(c, selector, cpl, GuestFault.TS);
        return new NewStack(c, cpl, true, selector, d, top);
    }

    void push(int size, long value) {
        long next = wrap(pointer - size);
        SlowMemory.store(c, linear(next, size), size, value, which());
        pointer = next;
    }

    private int which() {
        return cpl == 3 ? Tlb.USER : c.cpl == 3 ? Tlb.KERNEL : c.tlb.selected;
    }

    private int pointerSize() {
        return descriptor == null ? wide ? 8 : c.stackSize : descriptor.db() ? 4 : 2;
    }

    private long wrap(long value) {
        return switch (pointerSize()) {
            case 8 -> value;
            case 4 -> value & 0xFFFF_FFFFL;
            default -> value & 0xFFFF;
        };
    }

    private long linear(long offset, int size) {
        if (pointerSize() == 8) {
            return offset;
        }
        if (descriptor == null) {
            return Segmentation.linear(c, SegmentRegister.SS, offset, size, true);
        }
        if (offset + size - 1 > descriptor.limit() && (descriptor.type() & 4) == 0) {
            throw GuestFault.of(GuestFault.SS, selector & ~3);
        }
        return descriptor.base() + offset & 0xFFFF_FFFFL;
    }

    /// Makes it the CPU's stack. CS, and with it the mode, is set by the caller, before or after.
    void commit() {
        if (descriptor != null) {
            c.segment[SegmentRegister.SS].load(selector, SegmentLoad.accessed(descriptor));
        } else if (inner) {
            SegmentLoad.nullStack(c, selector, cpl);
        }
        c.r[Cpu.RSP] = pointerSize() == 2 ? c.r[Cpu.RSP] & ~0xFFFFL | pointer : pointer;
    }
}
