package dev.vmexit.tiny;

import dev.vmexit.guest.GuestProgram;
import dev.vmexit.guest.Guests;
import dev.vmexit.memory.GuestAddress;

/// The devices of [TinyMachine]: a console port, a power port, a register page. Everything else
/// reads as all ones and ignores writes, as on a PC's bus.
public final class TinyDevices implements Devices {
    private static final GuestAddress PAGE = new GuestAddress(Guests.REGISTER_PAGE);

    private final Console console;
    private final RegisterPage page = new RegisterPage();
    private boolean off;

    public TinyDevices(Console console) {
        this.console = console;
    }

    // tag::ports[]
    @Override
    public long in(int port, int size) {
        return port == GuestProgram.CONSOLE ? console.take() : -1;
    }

    @Override
    public void out(int port, int size, long value) {
        if (port == GuestProgram.CONSOLE) {
            console.put((int) value & 0xFF);
        } else if (port == GuestProgram.POWER) {
            off = true;
        }
    }
    // end::ports[]

    // tag::addresses[]
    @Override
    public long read(GuestAddress address, int size) {
        return address.isWithin(PAGE, RegisterPage.SIZE_BYTES)
                ? page.read(address.minus(PAGE), size)
                : -1;
    }

    @Override
    public void write(GuestAddress address, int size, long value) {
        if (address.isWithin(PAGE, RegisterPage.SIZE_BYTES)) {
            page.write(address.minus(PAGE), value);
        }
    }
    // end::addresses[]

    @Override
    public boolean isOff() {
        return off;
    }

    public RegisterPage page() {
        return page;
    }
}
