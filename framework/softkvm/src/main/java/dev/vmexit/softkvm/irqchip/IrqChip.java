package dev.vmexit.softkvm.irqchip;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// The interrupt controllers and the timer of one machine. Every method takes their one lock, and
/// tells the CPUs what is new before it lets go; only [#nextDeadlineNanos], [#hasPit] and the
/// `owns` methods take none.
///
/// Nothing that a guest does makes a method throw, or run for longer than the number of CPUs and
/// pins says.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.24 "KVM_CREATE_IRQCHIP"
public final class IrqChip {
    private static final int NO_VECTOR = -1;

    private final ReentrantLock lock = new ReentrantLock();
    private final MachineClock clock;
    private final ApicBus bus;
    private final Chipset chipset;
    private final List<LocalApic> apics = new ArrayList<>();
    /// Whether the 8259s' INTR line is up.
    private boolean extInt;
    private volatile long deadlineNanos = ApicTimer.NEVER;

    public IrqChip(MachineClock clock) {
        this.clock = clock;
        this.bus = new ApicBus(clock);
        this.chipset = new Chipset(bus);
    }

    /// {@return the local APIC of a new CPU} The one with id 0 is the boot CPU's.
    ///
    /// @throws IllegalArgumentException if there is such an APIC already, or the id is negative
    public LocalApic addVcpu(int apicId, CpuLines lines) {
        lock.lock();
        try {
            if (apicId < 0 || apics.stream().anyMatch(apic -> apic.id() == apicId)) {
                throw new IllegalArgumentException("no CPU can have the APIC id " + apicId);
            }
            var apic = new LocalApic(this, new ApicCore(apicId, lines, bus));
            bus.add(apic.core);
            apics.add(apic);
            return apic;
        } finally {
            leave();
        }
    }

    /// From now on saved x2APIC ids and the destinations of MSIs have 32 bits
    /// (`KVM_X2APIC_API_USE_32BIT_IDS`).
    public void use32BitIds() {
        locked(chipset::use32BitIds);
    }

    /// The caller holds the lock.
    boolean has32BitIds() {
        return chipset.has32BitIds();
    }

    // --- The lock ---

    long locked(LongSupplier work) {
        lock.lock();
        try {
            return work.getAsLong();
        } finally {
            leave();
        }
    }

    void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            leave();
        }
    }

    /// Whatever happened: brings the lines to the CPUs, and the next deadline, up to date.
    // tag::leave[]
    private void leave() {
        try {
            if (chipset.pics.output() != extInt) {
                extInt(!extInt);
            }
            long next = chipset.deadlineNanos();
            for (LocalApic apic : apics) {
                next = Math.min(next, apic.core.timer.deadlineNanos());
                if (apic.core.stale) {
                    apic.core.stale = false;
                    apic.publish(nextVector(apic.core) != NO_VECTOR);
                }
            }
            deadlineNanos = next;
        } finally {
            lock.unlock();
        }
    }
    // end::leave[]

    /// The 8259s' output is the LINT0 line of every CPU; what a CPU makes of it says its LVT.
    private void extInt(boolean up) {
        extInt = up;
        for (LocalApic apic : apics) {
            apic.core.stale = true;
            if (up) {
                apic.core.local(ApicRegister.LVT_LINT0);
            }
        }
    }

    // --- Lines and messages ---

    /// `KVM_IRQ_LINE_STATUS`.
    ///
    /// @return above 0 how many were reached, 0 if the last request still waits, below 0 if nobody
    /// wants to know
    public int setLine(int gsi, boolean level) {
        return (int) locked(() -> chipset.setLine(gsi, level));
    }

    /// `KVM_SIGNAL_MSI`.
    ///
    /// @return how many CPUs were reached
    public int signalMsi(long address, int data) {
        return (int) locked(() -> chipset.signal(address, data));
    }

    /// Replaces all routes, the standard ones too.
    public void setRouting(List<Route> routes) {
        locked(() -> chipset.setRouting(routes));
    }

    // --- Ports and memory ---

    /// {@return whether the port is an 8259's, an ELCR's, or the timer's}
    public boolean ownsPort(int port) {
        return chipset.owns(port);
    }

    /// A wider access is several of one byte each; bytes that nobody owns read 0xFF.
    ///
    /// @param size 1, 2 or 4
    public int readPort(int port, int size) {
        return (int) locked(() -> {
            int value = 0;
            for (int i = 0; i < Math.min(size, Integer.BYTES); i++) {
                value |= chipset.read(port + i) << 8 * i;
            }
            return value;
        });
    }

    public void writePort(int port, int size, int value) {
        locked(() -> {
            for (int i = 0; i < Math.min(size, Integer.BYTES); i++) {
                chipset.write(port + i, value >>> 8 * i & 0xFF);
            }
        });
    }

    /// {@return whether that is in the IOAPIC's page}
    public boolean ownsMmio(long guestPhysical) {
        return chipset.ioApic.owns(guestPhysical);
    }

    /// @param size 1, 2 or 4; the value is that many low bytes of the register
    public int readMmio(long guestPhysical, int size) {
        return (int) locked(() -> chipset.ioApic.read(guestPhysical) & mask(size));
    }

    public void writeMmio(long guestPhysical, int size, int value) {
        locked(() -> chipset.ioApic.write(guestPhysical, value & mask(size)));
    }

    private static int mask(int sizeBytes) {
        return sizeBytes >= Integer.BYTES ? -1 : (1 << 8 * Math.max(0, sizeBytes)) - 1;
    }

    // --- Timers ---

    /// @param speakerDummy whether port 0x61 is the timer's, too (`KVM_PIT_SPEAKER_DUMMY`)
    /// @throws IllegalStateException if there is one already
    public void createPit(boolean speakerDummy) {
        locked(() -> chipset.createPit(clock, speakerDummy));
    }

    public boolean hasPit() {
        return chipset.hasPit();
    }

    /// {@return when [#tick] has something to do, or `Long.MAX_VALUE`} It moves with every access:
    /// whoever sleeps until then has to ask again after one.
    public long nextDeadlineNanos() {
        return deadlineNanos;
    }

    /// Lets the timers go off whose time has come. Cheap if there are none; any thread may call it.
    public void tick() {
        if (clock.nanos() < deadlineNanos) {
            return;
        }
        locked(() -> {
            apics.forEach(apic -> expire(apic.core));
            chipset.tick(clock.nanos());
        });
    }

    /// The caller holds the lock.
    void expire(ApicCore apic) {
        if (apic.timer.expire(clock.nanos())) {
            apic.local(ApicRegister.LVT_TIMER);
        }
    }

    // --- The CPU's view ---

    /// {@return the vector that [#acknowledge] would take, or -1}
    public int pendingVector(LocalApic apic) {
        return (int) locked(() -> nextVector(apic.core));
    }

    /// The 8259s come first, as in KVM.
    private int nextVector(ApicCore apic) {
        return extInt && apic.acceptsExtInt() ? chipset.pics.peek() : apic.deliverable();
    }

    /// {@return the vector the CPU has to go to, or -1 if the request has gone meanwhile}
    public int acknowledge(LocalApic apic) {
        return (int) locked(() -> {
            if (extInt && apic.core.acceptsExtInt()) {
                // Should another request follow at once, that is a new edge at LINT0.
                extInt(false);
                return chipset.pics.acknowledge();
            }
            int vector = apic.core.deliverable();
            if (vector != NO_VECTOR) {
                apic.core.acknowledge(vector);
            }
            return vector;
        });
    }

    // --- Saved state ---

    /// `KVM_GET_IRQCHIP`.
    ///
    /// @param chipId 0 or 1, for a `kvm_pic_state`, or 2, for a `kvm_ioapic_state`
    /// @param state512 receives it, little-endian, from its first byte on
    /// @throws IllegalArgumentException if there is no such chip
    public void getChip(int chipId, MemorySegment state512) {
        locked(() -> chipset.save(chipId, littleEndian(state512)));
    }

    /// `KVM_SET_IRQCHIP`.
    ///
    /// @throws IllegalArgumentException if there is no such chip
    public void setChip(int chipId, MemorySegment state512) {
        locked(() -> chipset.load(chipId, littleEndian(state512)));
    }

    /// `KVM_GET_PIT2`: 112 bytes. The times in it are of this machine's clock.
    ///
    /// @throws IllegalStateException if there is no PIT
    public void getPit2(MemorySegment state) {
        locked(() -> chipset.pit().save(littleEndian(state)));
    }

    /// `KVM_SET_PIT2`.
    ///
    /// @throws IllegalStateException if there is no PIT
    public void setPit2(MemorySegment state) {
        locked(() -> chipset.pit().load(littleEndian(state)));
    }

    private static ByteBuffer littleEndian(MemorySegment state) {
        return state.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
