package dev.vmexit.virtio;

import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// How far the driver has come with a port, and what it is to be told next.
///
/// Belongs to the device's lock; only whether the port is ready is read without it.
final class PortStatus {
    /// What the driver is told of a port that is ready, in this order.
    private static final List<ConsoleEvent> AFTER_READY = List.of(ConsoleEvent.CONSOLE_PORT,
            ConsoleEvent.RESIZE, ConsoleEvent.PORT_NAME);

    private boolean added;
    private volatile boolean ready;
    private boolean guestOpen;
    /// What the driver was last told of the outside: open or not.
    private boolean toldOpen;
    private final Set<ConsoleEvent> due = EnumSet.noneOf(ConsoleEvent.class);

    boolean isReady() {
        return ready;
    }

    boolean isToldOpen() {
        return toldOpen;
    }

    /// {@return whether a program in the guest has the port open}
    boolean isGuestOpen() {
        return guestOpen;
    }

    void guestOpened(boolean open) {
        guestOpen = open;
    }

    /// The driver has tried to set the port up.
    void ready(boolean success, Set<ConsoleEvent> description) {
        if (success && added && !ready) {
            due.addAll(description);
        }
        ready = success && added;
    }

    void resized() {
        if (ready) {
            due.add(ConsoleEvent.RESIZE);
        }
    }

    /// {@return what the driver is to be told next; null if it knows everything}
    ///
    /// @param open whether somebody is outside
    ConsoleEvent next(boolean open) {
        if (!added) {
            return ConsoleEvent.DEVICE_ADD;
        }
        if (!ready) {
            return null;
        }
        if (!due.isEmpty()) {
            return due.iterator().next();
        }
        return toldOpen == open ? null : ConsoleEvent.PORT_OPEN;
    }

    /// {@return the value that goes with an event}
    int value(ConsoleEvent event) {
        return event == ConsoleEvent.PORT_OPEN && toldOpen ? 0 : 1;
    }

    void wasTold(ConsoleEvent event) {
        added = true;
        toldOpen ^= event == ConsoleEvent.PORT_OPEN;
        due.remove(event);
    }

    void reset() {
        added = false;
        ready = false;
        guestOpen = false;
        toldOpen = false;
        due.clear();
    }

    void save(StateOut out) {
        out.flag(added).flag(ready).flag(guestOpen).flag(toldOpen);
        out.u8(due.stream().mapToInt(event -> 1 << event.ordinal()).sum());
    }

    void restore(StateIn in) {
        added = in.flag();
        ready = in.flag();
        guestOpen = in.flag();
        toldOpen = in.flag();
        int bits = in.u8();
        due.clear();
        for (ConsoleEvent event : AFTER_READY) {
            if ((bits & 1 << event.ordinal()) != 0) {
                due.add(event);
            }
        }
    }
}
