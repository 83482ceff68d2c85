package dev.vmexit.softkvm.irqchip;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A machine for tests: a clock that stands still until it is told, CPUs that write down what they
/// are told.
final class Machine implements MachineClock {
    static final int EOI = 0xB0;
    static final int SVR = 0xF0;
    static final int LVT_LINT0 = 0x350;
    static final int ICR = 0x300;
    static final int ICR_HIGH = 0x310;
    static final long IOREGSEL = 0xFEC0_0000L;
    static final long IOWIN = 0xFEC0_0010L;

    final IrqChip chip = new IrqChip(this);
    final List<LocalApic> apics = new ArrayList<>();
    final List<String> heard = new ArrayList<>();
    private long nanos = 1_000_000_000;

    /// @param cpus with their APICs enabled and deaf to the 8259s, as a kernel leaves them
    Machine(int cpus) {
        for (int id = 0; id < cpus; id++) {
            apics.add(chip.addVcpu(id, new Lines(id)));
            apics.get(id).write(SVR, 0x1FF);
            apics.get(id).write(LVT_LINT0, 0x1_0700);
        }
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long tsc() {
        return nanos * 2;
    }

    @Override
    public long tscKhz() {
        return 2_000_000;
    }

    LocalApic apic(int id) {
        return apics.get(id);
    }

    void pass(long moreNanos) {
        nanos += moreNanos;
        chip.tick();
    }

    void passWithoutTick(long moreNanos) {
        nanos += moreNanos;
    }

    /// {@return the vectors a CPU takes until there are no more} It sends no EOI.
    List<Integer> take(int id) {
        var taken = new ArrayList<Integer>();
        for (int v = chip.acknowledge(apic(id)); v >= 0; v = chip.acknowledge(apic(id))) {
            taken.add(v);
        }
        return taken;
    }

    void out(int port, int... values) {
        for (int value : values) {
            chip.writePort(port, 1, value);
        }
    }

    int in(int port) {
        return chip.readPort(port, 1);
    }

    void redirect(int pin, long entry) {
        ioApic(0x11 + 2 * pin, (int) (entry >>> 32));
        ioApic(0x10 + 2 * pin, (int) entry);
    }

    void ioApic(int register, int value) {
        chip.writeMmio(IOREGSEL, 4, register);
        chip.writeMmio(IOWIN, 4, value);
    }

    int ioApic(int register) {
        chip.writeMmio(IOREGSEL, 4, register);
        return chip.readMmio(IOWIN, 4);
    }

    /// So that the 8259s' answers do not count.
    void setRoutingToIoApicOnly() {
        var routes = new ArrayList<Route>();
        for (int gsi = 0; gsi < IoApic.PINS; gsi++) {
            routes.add(new Route.ToChip(gsi, Route.IOAPIC, gsi));
        }
        chip.setRouting(routes);
    }

    /// The BIOS's way: vectors from 0x08 and 0x70, nothing masked.
    void initPics() {
        out(0x20, 0x11);
        out(0x21, 0x08, 0x04, 0x01, 0x00);
        out(0xA0, 0x11);
        out(0xA1, 0x70, 0x02, 0x01, 0x00);
    }

    byte[] chipState(int chipId) {
        var state = new byte[512];
        chip.getChip(chipId, MemorySegment.ofArray(state));
        return state;
    }

    byte[] apicState(int id) {
        var state = new byte[1024];
        apic(id).getState(MemorySegment.ofArray(state));
        return state;
    }

    byte[] pitState() {
        var state = new byte[Pit.STATE_BYTES];
        chip.getPit2(MemorySegment.ofArray(state));
        return state;
    }

    private final class Lines implements CpuLines {
        private final int id;

        Lines(int id) {
            this.id = id;
        }

        @Override
        public void wake() {
            heard.add("wake " + id);
        }

        @Override
        public void nmi() {
            heard.add("nmi " + id);
        }

        @Override
        public void init() {
            heard.add("init " + id);
        }

        @Override
        public void startup(int vector) {
            heard.add("startup " + id + " at " + vector);
        }

        @Override
        public void smi() {
            heard.add("smi " + id);
        }
    }
}
