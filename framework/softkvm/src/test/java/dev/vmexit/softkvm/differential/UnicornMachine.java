package dev.vmexit.softkvm.differential;

import dev.vmexit.host.Mapping;
import dev.vmexit.softkvm.SoftKernel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// [Unicorn] runs the guest. What an interrupt descriptor table and ring 0's handlers do elsewhere,
/// `deliver` does here.
final class UnicornMachine implements Machine {
    private static final int BREAKPOINT = 3;
    private static final int PAGE_FAULT = 14;
    private static final int EFER = 0xC000_0080;
    private static final long SCE_LME_LMA_NXE = 0xD01;
    private static final long CR0 = 0x8005_0033L;
    private static final long CR4 = 0x5_0620;
    private static final int INTERRUPTS = 0x202;
    private static final int LDT_FLAGS = 0x8200;
    private static final int TSS_FLAGS = 0x8B00;
    private static final int BOOT = Layout.HANDLERS + 0xF00;

    private final Mapping ram;
    private final GuestImage image;
    private final Unicorn unicorn;

    UnicornMachine() {
        ram = Mapping.anonymous(new SoftKernel(), Layout.RAM_BYTES);
        image = new GuestImage(ram.segment());
        unicorn = new Unicorn(ram.segment());
        unicorn.setTable(Unicorn.GDTR, 0, Layout.GDT, Layout.GDT_BYTES - 1, 0);
        unicorn.setTable(Unicorn.LDTR, Layout.LOCAL, Layout.LDT, Layout.LDT_BYTES - 1, LDT_FLAGS);
        unicorn.setTable(Unicorn.TR, Layout.TASK, Layout.TSS, 0x67, TSS_FLAGS);
        unicorn.set(Unicorn.CR3, Layout.TABLES);
        unicorn.set(Unicorn.CR4, CR4);
        unicorn.setMsr(EFER, SCE_LME_LMA_NXE);
        unicorn.set(Unicorn.CR0, CR0);
        toRing3();
    }

    /// Lets the program of ring 0 load the segments and return to the loop with its breakpoint.
    private void toRing3() {
        image.order(0, 0);
        new Code(ram.segment(), BOOT).put("B8", Layout.USER_DATA).put("8E D8 8E C0 8E E0 8E E8")
                .put("48 CF");
        long[] frame = {Layout.LOOP, Layout.USER_CODE64, INTERRUPTS, Layout.STACK,
                Layout.USER_DATA};
        int stack = Layout.KERNEL_STACK - frame.length * Long.BYTES;
        for (int n = 0; n < frame.length; n++) {
            set(stack + n * Long.BYTES, frame[n]);
        }
        unicorn.set(Unicorn.RSP, stack);
        int vector = unicorn.run(BOOT);
        if (!isDone(vector)) {
            throw new IllegalStateException("exception %d on the way to ring 3 at 0x%x"
                    .formatted(vector, unicorn.get(Unicorn.RIP)));
        }
        unicorn.save();
    }

    @Override
    public MemorySegment ram() {
        return ram.segment();
    }

    @Override
    public GuestImage image() {
        return image;
    }

    @Override
    public void execute(int first, int count) {
        image.order(first, count);
        unicorn.flush();
        int vector = unicorn.run(Layout.LOOP);
        while (!isDone(vector)) {
            deliver(vector);
            image.order(current(), first + count - current());
            vector = unicorn.run(Layout.LOOP);
        }
        if (current() != first + count) {
            throw new IllegalStateException("halted at instance " + current());
        }
    }

    @Override
    public boolean endures(Instance instance) {
        return UnicornDeviations.endures(instance);
    }

    @Override
    public void forget(Instance instance, MemorySegment mine, MemorySegment other) {
        UnicornDeviations.forget(instance, mine, other);
    }

    private boolean isDone(int vector) {
        return vector == BREAKPOINT && get(Layout.DONE) != 0;
    }

    /// What a handler does, and the rest of this instance. Then all is as after `toRing3`, but for
    /// the memory.
    private void deliver(int vector) {
        long rip = unicorn.get(Unicorn.RIP);
        image.order(current(), 1);
        set(Layout.VECTOR, vector);
        set(Layout.CR2, vector == PAGE_FAULT ? unicorn.get(Unicorn.CR2) : 0);
        set(Layout.FAULT_RIP, rip);
        set(Layout.FAULT_FLAGS, unicorn.get(Unicorn.RFLAGS));
        int next = unicorn.run(wayToFault());
        if (!isDone(next)) {
            throw new IllegalStateException("exception %d at 0x%x, and behind it %d at 0x%x"
                    .formatted(vector, rip, next, unicorn.get(Unicorn.RIP)));
        }
        unicorn.restore();
    }

    /// {@return where 64-bit code that begins at `image.fault` can be entered from} 32-bit and
    /// 16-bit code has to jump there, and does so in place of the instruction that faulted.
    private long wayToFault() {
        boolean is16 = unicorn.get(Unicorn.CS) == Layout.USER_CODE16;
        if (!is16 && unicorn.get(Unicorn.CS) != Layout.USER_CODE32) {
            return image.fault;
        }
        int slot = Layout.CODE + current() * Layout.SLOT_BYTES;
        new Code(ram.segment(), slot).put(is16 ? "66" : "").farJump(Layout.USER_CODE64,
                image.fault);
        unicorn.flush();
        return is16 ? slot - Layout.CODE : slot;
    }

    private long get(int address) {
        return ram.segment().get(ValueLayout.JAVA_LONG, address);
    }

    private void set(int address, long value) {
        ram.segment().set(ValueLayout.JAVA_LONG, address, value);
    }

    @Override
    public void close() {
        unicorn.close();
        ram.close();
    }
}
