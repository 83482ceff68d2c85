package dev.vmexit.virtio;

import dev.vmexit.memory.GuestMemory;
import dev.vmexit.pci.MsixTable;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// The life of a virtio device, whatever bus it is on: reset, features, queues, work, and the end
/// of patience with its driver.
///
/// Everything but a notification happens under one lock: what the driver sets up, and what the
/// device does with a queue. A notification only wakes the device's thread, so no CPU waits for a
/// disk. One that reaches for a register while the device is at work waits for the end of a turn,
/// which [VirtQueue] bounds, and for no second one: the lock is fair.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, sections 2.1
///       "Device Status Field" and 3.1 "Device Initialization"
final class Transport implements AutoCloseable {
    static final int FEATURES_OK = 8;
    static final int DRIVER_OK = 4;
    static final int DEVICE_NEEDS_RESET = 64;

    private static final long INDIRECT_DESC = 1L << 28;
    static final long EVENT_IDX = 1L << 29;
    private static final long VERSION_1 = 1L << 32;
    private static final int ISR_QUEUE = 1;
    private static final int ISR_CONFIGURATION = 2;

    final VirtioDevice device;
    final GuestMemory memory;
    final MsixTable msix;
    private final BooleanSupplier busMasterEnabled;
    final List<QueueSetup> queues;
    private final QueueWorker worker;
    final AtomicInteger isr = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock(true);

    long deviceFeatureSelect;
    long driverFeatureSelect;
    long driverFeatures;
    int queueSelect;
    int configVector = MsixTable.NONE;
    int status;
    int generation;
    /// What was last known of it.
    private volatile boolean busMaster;

    /// @param busMasterEnabled whether the device may touch the guest's memory now
    Transport(VirtioDevice device, GuestMemory memory, MsixTable msix,
            BooleanSupplier busMasterEnabled, Doorbell bell) {
        this.device = device;
        this.memory = memory;
        this.msix = msix;
        this.busMasterEnabled = busMasterEnabled;
        this.queues = Arrays.stream(device.queueSizes()).mapToObj(QueueSetup::new).toList();
        this.worker = new QueueWorker("virtio " + device.type(), queues.size(), bell,
                this::serve);
    }

    ReentrantLock lock() {
        return lock;
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
            wakeAll();
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

    /// Once this has returned, a device that may not touch memory does not. What was offered to it
    /// meanwhile is served when it may again.
    void busMasterMayHaveChanged() {
        // Asked for first without the lock, so that other registers do not wait for the disk.
        if (busMasterEnabled.getAsBoolean() == busMaster) {
            return;
        }
        lock.lock();
        try {
            busMaster = busMasterEnabled.getAsBoolean();
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    private void wakeAll() {
        for (int n = 0; n < queues.size(); n++) {
            worker.wake(n);
        }
    }

    // tag::serve[]
    /// In the device's thread: one turn of one queue.
    private void serve(int index) {
        lock.lock();
        try {
            QueueSetup setup = queues.get(index);
            boolean runs = (status & DRIVER_OK) != 0 && (status & DEVICE_NEEDS_RESET) == 0;
            if (runs && busMasterEnabled.getAsBoolean() && setup.queue != null) {
                turn(index, setup);
            }
        } finally {
            lock.unlock();
        }
    }

    private void turn(int index, QueueSetup setup) {
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
        // What it had begun to fill it does not give back, and so has not reported.
        memory.allWritten();
        status |= DEVICE_NEEDS_RESET;
        if ((status & DRIVER_OK) != 0) {
            configurationChanged();
        }
    }
    // end::need-reset[]

    void configurationChanged() {
        lock.lock();
        try {
            generation = generation + 1 & 0xFF;
            isr.getAndUpdate(bits -> bits | ISR_CONFIGURATION);
            msix.raise(configVector);
        } finally {
            lock.unlock();
        }
    }

    /// Reading the ISR status clears it.
    int takeIsr() {
        return isr.getAndSet(0);
    }

    long readConfiguration(int offset, int size) {
        lock.lock();
        try {
            byte[] bytes = device.configuration();
            long value = 0;
            for (int n = 0; n < size && offset + n < bytes.length; n++) {
                value |= (bytes[offset + n] & 0xFFL) << 8 * n;
            }
            return value;
        } finally {
            lock.unlock();
        }
    }

    void writeConfiguration(int offset, int size, long value) {
        lock.lock();
        try {
            device.writeConfiguration(offset, size, value);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        abandon();
        worker.close();
    }
}
