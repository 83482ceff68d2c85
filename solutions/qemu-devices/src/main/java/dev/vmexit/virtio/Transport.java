package dev.vmexit.virtio;

import dev.vmexit.memory.GuestMemory;
import dev.vmexit.pci.MsixTable;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// The life of a virtio device, whatever bus it is on: reset, features, queues, work, and the end
/// of patience with its driver.
///
/// Everything but a notification happens under one lock: what the driver sets up, and what the
/// device does with a queue. A notification only wakes the device's thread, so no CPU waits for a
/// disk.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, sections 2.1
///       "Device Status Field" and 3.1 "Device Initialization"
final class Transport implements Saved, AutoCloseable {
    static final int FEATURES_OK = 8;
    static final int DRIVER_OK = 4;
    static final int DEVICE_NEEDS_RESET = 64;

    private static final long INDIRECT_DESC = 1L << 28;
    private static final long EVENT_IDX = 1L << 29;
    private static final long VERSION_1 = 1L << 32;
    private static final int ISR_QUEUE = 1;
    private static final int ISR_CONFIGURATION = 2;

    private final VirtioDevice device;
    private final GuestMemory memory;
    private final MsixTable msix;
    private final List<QueueSetup> queues;
    private final QueueWorker worker;
    private final AtomicInteger isr = new AtomicInteger();

    long deviceFeatureSelect;
    long driverFeatureSelect;
    long driverFeatures;
    int queueSelect;
    int configVector = MsixTable.NONE;
    private int status;
    private int generation;

    Transport(VirtioDevice device, GuestMemory memory, MsixTable msix) {
        this.device = device;
        this.memory = memory;
        this.msix = msix;
        this.queues = Arrays.stream(device.queueSizes()).mapToObj(QueueSetup::new).toList();
        this.worker = new QueueWorker("virtio " + device.type(), queues.size(), this::serve);
    }

    Object lock() {
        return this;
    }

    long offered() {
        return device.features() | VERSION_1 | EVENT_IDX | INDIRECT_DESC;
    }

    int queueCount() {
        return queues.size();
    }

    QueueSetup selected() {
        return queueSelect < queues.size() ? queues.get(queueSelect) : null;
    }

    int status() {
        return status;
    }

    int generation() {
        return generation;
    }

    /// {@return the vector if there is one of that number, else none}
    int vector(int number) {
        return (number & 0xFFFF) < msix.vectors() ? number & 0xFFFF : MsixTable.NONE;
    }

    /// Half of the driver's features; fixed once it has said that they are all.
    void acceptFeatures(long bits) {
        if ((status & FEATURES_OK) != 0 || driverFeatureSelect > 1) {
            return;
        }
        int shift = 32 * (int) driverFeatureSelect;
        driverFeatures = driverFeatures & ~(0xFFFF_FFFFL << shift) | bits << shift;
    }

    // tag::status[]
    void setStatus(int value) {
        if (value == 0) {
            reset();
            return;
        }
        int wanted = value;
        boolean refused = (driverFeatures & ~offered()) != 0 || (driverFeatures & VERSION_1) == 0;
        if ((wanted & FEATURES_OK) != 0 && refused) {
            wanted &= ~FEATURES_OK;
        }
        if ((wanted & FEATURES_OK) == 0) {
            wanted &= ~DRIVER_OK;
        }
        boolean starts = (wanted & ~status & DRIVER_OK) != 0;
        status = wanted | status & DEVICE_NEEDS_RESET;
        if (starts) {
            device.start(driverFeatures);
            resume();
        }
    }
    // end::status[]

    private void reset() {
        device.reset();
        msix.reset();
        queues.forEach(QueueSetup::reset);
        driverFeatures = 0;
        deviceFeatureSelect = 0;
        driverFeatureSelect = 0;
        queueSelect = 0;
        configVector = MsixTable.NONE;
        isr.set(0);
        status = 0;
    }

    void enable(QueueSetup setup) {
        if (setup.enabled || (status & FEATURES_OK) == 0) {
            return;
        }
        try {
            setup.queue = new VirtQueue(memory, setup.layout(),
                    (driverFeatures & EVENT_IDX) != 0);
            setup.enabled = true;
        } catch (DriverMistake mistake) {
            needReset();
        }
    }

    void notified(int queue) {
        if (queue < queues.size()) {
            worker.wake(queue);
        }
    }

    // tag::serve[]
    /// In the device's thread: one turn of one queue.
    private synchronized void serve(int index) {
        QueueSetup setup = queues.get(index);
        boolean runs = (status & DRIVER_OK) != 0 && (status & DEVICE_NEEDS_RESET) == 0;
        if (!runs || setup.queue == null) {
            return;
        }
        try {
            setup.queue.busy();
            device.serve(index, setup.queue);
            if (setup.queue.awaitNotification() && device.takesMore(index)) {
                // In a turn of its own: a driver that never stops must not keep the lock for ever.
                worker.wake(index);
            }
            if (setup.queue.wantsInterrupt()) {
                isr.getAndUpdate(bits -> bits | ISR_QUEUE);
                msix.raise(setup.vector);
            }
        } catch (DriverMistake mistake) {
            needReset();
        } catch (RuntimeException | Error ours) {
            // The device stops as for a driver's mistake, but this one is told of.
            needReset();
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, ours);
        }
    }
    // end::serve[]

    /// What has not begun will not be done: the driver starts anew, or the machine ends. Takes no
    /// lock, since the one who has it may be at work for long.
    void abandon() {
        for (QueueSetup setup : queues) {
            VirtQueue queue = setup.queue;
            if (queue != null) {
                queue.abandon();
            }
        }
    }

    // tag::need-reset[]
    private void needReset() {
        status |= DEVICE_NEEDS_RESET;
        if ((status & DRIVER_OK) != 0) {
            configurationChanged();
        }
    }
    // end::need-reset[]

    synchronized void configurationChanged() {
        generation = generation + 1 & 0xFF;
        isr.getAndUpdate(bits -> bits | ISR_CONFIGURATION);
        msix.raise(configVector);
    }

    /// Reading the ISR status clears it.
    int takeIsr() {
        return isr.getAndSet(0);
    }

    synchronized long readConfiguration(int offset, int size) {
        byte[] bytes = device.configuration();
        long value = 0;
        for (int n = 0; n < size && offset + n < bytes.length; n++) {
            value |= (bytes[offset + n] & 0xFFL) << 8 * n;
        }
        return value;
    }

    synchronized void writeConfiguration(int offset, int size, long value) {
        device.writeConfiguration(offset, size, value);
    }

    @Override
    public synchronized void save(StateOut out) {
        out.i32(device.type()).i32(queues.size()).u8(status).u8(generation).u8(isr.get());
        out.i64(deviceFeatureSelect).i64(driverFeatureSelect).i64(driverFeatures);
        out.u16(queueSelect).u16(configVector);
        msix.save(out);
        queues.forEach(queue -> queue.save(out));
        device.save(out);
    }

    @Override
    public synchronized void restore(StateIn in) {
        in.i32("the type of the device", device.type(), device.type());
        in.i32("the number of its queues", queues.size(), queues.size());
        status = in.u8();
        generation = in.u8();
        isr.set(in.u8());
        deviceFeatureSelect = in.i64() & 0xFFFF_FFFFL;
        driverFeatureSelect = in.i64() & 0xFFFF_FFFFL;
        driverFeatures = in.i64();
        queueSelect = in.u16();
        configVector = vector(in.u16());
        msix.restore(in);
        boolean eventIndex = (driverFeatures & EVENT_IDX) != 0;
        queues.forEach(queue -> queue.restore(in, memory, eventIndex, msix.vectors()));
        if ((driverFeatures & ~offered()) != 0 && (status & FEATURES_OK) != 0) {
            throw in.wrong("its driver uses features 0x%x, which are not offered here; give the "
                    .formatted(driverFeatures & ~offered()) + "same disks and networks");
        }
        if ((status & DRIVER_OK) != 0) {
            device.start(driverFeatures);
        }
        device.restore(in);
    }

    /// What came in while the machine was in its file is served.
    void resume() {
        for (int n = 0; n < queues.size(); n++) {
            worker.wake(n);
        }
    }

    @Override
    public void close() {
        abandon();
        worker.close();
    }
}
