package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;

/// The 82093AA I/O APIC: 24 pins, each with an entry that says which message to send.
///
/// ```
///  63    56          16    15     14    13   12  11    10    8 7      0
///  ┌───────┬────────┬────┬──────┬─────┬─────┬───┬───────┬──────┬──────┐
///  │ dest. │ unused │mask│level │rem. │ pol.│ds │logical│ mode │vector│
///  │       │        │    │      │ IRR │     │   │       │      │      │
///  └───────┴────────┴────┴──────┴─────┴─────┴───┴───────┴──────┴──────┘
/// ```
///
/// A line that is up is up: the polarity is whatever the guest says, as in KVM. Version 0x11 has no
/// EOI register; an entry that is made edge-triggered loses its remote IRR, which guests rely on.
///
/// @spec https://web.archive.org/web/2024/http://web.mit.edu/6.828/2018/readings/ia32/ioapic.pdf Intel 82093AA, section 3.0 "Register Description"
final class IoApic {
    static final int PINS = 24;
    static final int PAGE_BYTES = 0x1000;

    private static final long DEFAULT_PAGE = 0xFEC0_0000L;
    private static final int IOREGSEL = 0x00;
    private static final int IOWIN = 0x10;
    private static final int IOAPICID = 0x00;
    private static final int IOAPICVER = 0x01;
    private static final int IOAPICARB = 0x02;
    private static final int IOREDTBL = 0x10;
    private static final int VERSION = 0x11 | PINS - 1 << 16;

    private static final long MASKED = 1 << 16;
    private static final long LEVEL = 1 << 15;
    private static final long REMOTE_IRR = 1 << 14;
    /// Reserved bits are kept as they are written, as in KVM.
    private static final long WRITABLE_LOW = 0xFFFF_AFFFL;
    private static final long WRITABLE_HIGH = 0xFFFF_FFFF_0000_0000L;
    /// What a register that does not exist reads.
    private static final int NOTHING = -1;
    private static final int COALESCED = 0;
    private static final int IGNORED = -1;

    private final ApicBus bus;
    private final long[] entries = new long[PINS];
    /// [#owns] reads it without the lock.
    private volatile long page = DEFAULT_PAGE;
    private int select;
    private int id;
    /// The pins that are up.
    private int irr;
    /// Those edges of them that were sent: a saved state shows only the others.
    private int sent;

    IoApic(ApicBus bus) {
        this.bus = bus;
        java.util.Arrays.fill(entries, MASKED);
    }

    // --- Pins ---

    /// {@return above 0 the CPUs that were reached, 0 if the last one is still up, −1 if masked}
    int setLine(int pin, boolean up) {
        int bit = 1 << pin;
        boolean wasUp = (irr & bit) != 0;
        if (!up) {
            irr &= ~bit;
            return 1;
        }
        irr |= bit;
        if (!isLevel(pin)) {
            sent &= ~bit;
            if (wasUp) {
                return COALESCED;
            }
        }
        return send(pin);
    }

    // tag::send[]
    private int send(int pin) {
        long entry = entries[pin];
        if ((entry & MASKED) != 0 || isLevel(pin) && (entry & REMOTE_IRR) != 0) {
            return IGNORED;
        }
        int destination = (int) (entry >>> 56);
        if (!isLevel(pin)) {
            sent |= 1 << pin;
        }
        int accepted = bus.deliver(Message.of((int) entry, Message.of8Bits(destination)));
        if (isLevel(pin) && accepted > 0) {
            entries[pin] |= REMOTE_IRR;
        }
        return accepted;
    }
    // end::send[]

    /// A CPU is done with `vector`: a line that is still up asks again.
    // tag::eoi[]
    void endOfInterrupt(int vector) {
        for (int pin = 0; pin < PINS; pin++) {
            if ((entries[pin] & 0xFF) == vector && isLevel(pin)) {
                entries[pin] &= ~REMOTE_IRR;
                sendIfUp(pin);
            }
        }
    }
    // end::eoi[]

    private void sendIfUp(int pin) {
        if ((irr & 1 << pin) != 0) {
            send(pin);
        }
    }

    private boolean isLevel(int pin) {
        return (entries[pin] & LEVEL) != 0;
    }

    // --- Registers ---

    boolean owns(long guestPhysical) {
        return Long.compareUnsigned(guestPhysical - page, PAGE_BYTES) < 0;
    }

    int read(long guestPhysical) {
        return switch ((int) (guestPhysical - page)) {
            case IOREGSEL -> select;
            case IOWIN -> readSelected();
            default -> 0;
        };
    }

    private int readSelected() {
        return switch (select) {
            case IOAPICID, IOAPICARB -> id << 24;
            case IOAPICVER -> VERSION;
            default -> isEntry() ? (int) (entries[pin()] >>> (isHigh() ? 32 : 0)) : NOTHING;
        };
    }

    void write(long guestPhysical, int value) {
        switch ((int) (guestPhysical - page)) {
            case IOREGSEL -> select = value & 0xFF;
            case IOWIN -> writeSelected(value);
            default -> {
            }
        }
    }

    private void writeSelected(int value) {
        if (select == IOAPICID) {
            id = value >>> 24 & 0xF;
        } else if (isEntry() && isHigh()) {
            writeEntry(pin(), (long) value << 32, WRITABLE_HIGH);
        } else if (isEntry()) {
            writeEntry(pin(), Integer.toUnsignedLong(value), WRITABLE_LOW);
        }
    }

    private void writeEntry(int pin, long value, long writable) {
        entries[pin] = entries[pin] & ~writable | value & writable;
        if (isLevel(pin)) {
            sendIfUp(pin);
        } else {
            entries[pin] &= ~REMOTE_IRR;
        }
    }

    private boolean isEntry() {
        return select >= IOREDTBL && select < IOREDTBL + 2 * PINS;
    }

    private int pin() {
        return (select - IOREDTBL) / 2;
    }

    private boolean isHigh() {
        return select % 2 != 0;
    }

    // --- struct kvm_ioapic_state: base, ioregsel, id, irr, pad, redirtbl[24] ---

    void save(ByteBuffer state) {
        state.putLong(page).putInt(select).putInt(id).putInt(irr & ~sent).putInt(0);
        for (long entry : entries) {
            state.putLong(entry);
        }
    }

    /// Pins that the state shows up are sent again, unless a level of them was sent already.
    void load(ByteBuffer state) {
        page = state.getLong();
        select = state.getInt() & 0xFF;
        id = state.getInt() & 0xF;
        irr = state.getInt() & (1 << PINS) - 1;
        sent = 0;
        state.getInt();
        for (int pin = 0; pin < PINS; pin++) {
            entries[pin] = state.getLong();
        }
        for (int pin = 0; pin < PINS; pin++) {
            sendIfUp(pin);
        }
    }
}
