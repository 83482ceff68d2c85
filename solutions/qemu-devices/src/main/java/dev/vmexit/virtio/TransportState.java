package dev.vmexit.virtio;

import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;

/// A virtio device and its queues, in a saved machine. What lies in the guest's memory is saved
/// with that; here is how far the device has come in it.
final class TransportState implements Saved {
    private final Transport t;

    TransportState(Transport transport) {
        this.t = transport;
    }

    // tag::save[]
    /// Waits for the end of a turn, with the interrupt that comes with it.
    @Override
    public void save(StateOut out) {
        t.lock().lock();
        try {
            out.i32(t.device.type()).i32(t.queues.size());
            out.u8(t.status).u8(t.generation).u8(t.isr.get());
            out.i64(t.deviceFeatureSelect).i64(t.driverFeatureSelect).i64(t.driverFeatures);
            out.u16(t.queueSelect).u16(t.configVector);
            t.msix.save(out);
            t.queues.forEach(queue -> queue.save(out));
            t.device.save(out);
        } finally {
            t.lock().unlock();
        }
    }
    // end::save[]

    @Override
    public void restore(StateIn in) {
        t.lock().lock();
        try {
            in.i32("the type of the device", t.device.type(), t.device.type());
            in.i32("the number of its queues", t.queues.size(), t.queues.size());
            registers(in);
            t.msix.restore(in);
            boolean eventIndex = (t.driverFeatures & Transport.EVENT_IDX) != 0;
            t.queues.forEach(
                    queue -> queue.restore(in, t.memory, eventIndex, t.msix.vectors()));
            if ((t.status & Transport.DRIVER_OK) != 0) {
                t.device.start(t.driverFeatures);
            }
            t.device.restore(in);
        } finally {
            t.lock().unlock();
        }
    }

    private void registers(StateIn in) {
        t.status = in.u8();
        t.generation = in.u8();
        t.isr.set(in.u8());
        t.deviceFeatureSelect = in.i64() & 0xFFFF_FFFFL;
        t.driverFeatureSelect = in.i64() & 0xFFFF_FFFFL;
        t.driverFeatures = in.i64();
        t.queueSelect = in.u16();
        t.configVector = t.vector(in.u16());
        long more = t.driverFeatures & ~t.offered();
        if (more != 0 && (t.status & Transport.FEATURES_OK) != 0) {
            throw in.wrong("its driver uses features 0x%x, which are not offered here; give the "
                    .formatted(more) + "same disks and networks");
        }
    }
}
