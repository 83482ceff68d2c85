package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is beside the CPUs: the 8259s, the IOAPIC, the timer, and the lines that lead to them.
final class Chipset {
    private static final int IGNORED = -1;
    private static final int TIMER_GSI = 0;
    private static final int NO_PORT = 0xFF;

    final PicPair pics = new PicPair();
    final IoApic ioApic;

    private final ApicBus bus;
    private Map<Integer, List<Route>> routes = byGsi(Route.standard());
    private boolean timerLineHeld;
    private boolean ids32Bits;
    /// Set once; [#owns] reads it without the lock.
    private volatile Pit pit;

    Chipset(ApicBus bus) {
        this.bus = bus;
        this.ioApic = new IoApic(bus);
        bus.onEndOfInterrupt(ioApic::endOfInterrupt);
    }

    void use32BitIds() {
        ids32Bits = true;
    }

    boolean has32BitIds() {
        return ids32Bits;
    }

    // --- Lines and messages ---

    int setLine(int gsi, boolean up) {
        timerLineHeld = gsi == TIMER_GSI ? up : timerLineHeld;
        return drive(gsi, up);
    }

    int signal(long address, int data) {
        return bus.deliver(Message.ofMsi(address, data, ids32Bits));
    }

    private int drive(int gsi, boolean up) {
        int reached = IGNORED;
        for (Route route : routes.getOrDefault(gsi, List.of())) {
            int result = drive(route, up);
            if (result >= 0) {
                reached = Math.max(0, reached) + result;
            }
        }
        return reached;
    }

    private int drive(Route route, boolean up) {
        return switch (route) {
            case Route.ToChip(_, int chip, int pin) when chip == Route.IOAPIC ->
                ioApic.setLine(pin, up);
            case Route.ToChip(_, int chip, int pin) -> pics.setLine(chip, pin, up);
            case Route.ToMsi(_, long address, int data) -> up ? signal(address, data) : IGNORED;
        };
    }

    /// What the timer does: an edge, unless somebody else holds the line up.
    private int pulseTimer() {
        int reached = drive(TIMER_GSI, true);
        if (!timerLineHeld) {
            drive(TIMER_GSI, false);
        }
        return reached;
    }

    void setRouting(List<Route> routes) {
        this.routes = byGsi(routes);
    }

    private static Map<Integer, List<Route>> byGsi(List<Route> routes) {
        var map = new HashMap<Integer, List<Route>>();
        routes.forEach(route -> map.computeIfAbsent(route.gsi(), _ -> new ArrayList<>())
                .add(route));
        return map;
    }

    // --- The timer ---

    /// @throws IllegalStateException if there is one already
    void createPit(MachineClock clock, boolean hasSpeaker) {
        if (pit != null) {
            throw new IllegalStateException("the machine has a PIT already");
        }
        pit = new Pit(clock, hasSpeaker, this::pulseTimer);
    }

    boolean hasPit() {
        return pit != null;
    }

    /// @throws IllegalStateException if there is none
    Pit pit() {
        if (pit == null) {
            throw new IllegalStateException("the machine has no PIT");
        }
        return pit;
    }

    long deadlineNanos() {
        return pit == null ? ApicTimer.NEVER : pit.deadlineNanos();
    }

    void tick(long now) {
        if (pit != null) {
            pit.tick(now);
        }
    }

    // --- Ports ---

    boolean owns(int port) {
        return PicPair.owns(port) || hasPit() && pit().owns(port);
    }

    int read(int port) {
        if (PicPair.owns(port)) {
            return pics.read(port);
        }
        return owns(port) ? pit().read(port) & 0xFF : NO_PORT;
    }

    void write(int port, int value) {
        if (PicPair.owns(port)) {
            pics.write(port, value);
        } else if (owns(port)) {
            pit().write(port, value);
        }
    }

    // --- Saved state ---

    void save(int chipId, ByteBuffer state) {
        switch (chipId) {
            case Route.PIC_MASTER, Route.PIC_SLAVE -> pics.save(chipId, state);
            case Route.IOAPIC -> ioApic.save(state);
            default -> throw new IllegalArgumentException("no interrupt controller " + chipId);
        }
    }

    void load(int chipId, ByteBuffer state) {
        switch (chipId) {
            case Route.PIC_MASTER, Route.PIC_SLAVE -> pics.load(chipId, state);
            case Route.IOAPIC -> ioApic.load(state);
            default -> throw new IllegalArgumentException("no interrupt controller " + chipId);
        }
    }
}
