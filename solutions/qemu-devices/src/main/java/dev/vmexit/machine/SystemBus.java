package dev.vmexit.machine;

import dev.vmexit.bus.Bus;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.power.PowerSwitch;
import dev.vmexit.tiny.Devices;

/// Everything outside CPU and RAM of a whole PC: ports, memory-mapped devices, the power switch.
final class SystemBus implements Devices {
    private final Bus ports = new Bus("port");
    private final Bus memory = new Bus("address");
    private final PowerSwitch power;

    public SystemBus(PowerSwitch power) {
        this.power = power;
    }

    public Bus ports() {
        return ports;
    }

    public Bus memory() {
        return memory;
    }

    @Override
    public long in(int port, int size) {
        return ports.read(port, size);
    }

    @Override
    public void out(int port, int size, long value) {
        ports.write(port, size, value);
    }

    @Override
    public long read(GuestAddress address, int size) {
        return memory.read(address.value(), size);
    }

    @Override
    public void write(GuestAddress address, int size, long value) {
        memory.write(address.value(), size, value);
    }

    @Override
    public boolean isOff() {
        return power.state() != PowerSwitch.State.ON;
    }
}
