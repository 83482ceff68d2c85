package dev.vmexit.virtio;

/// The registers that all virtio devices have alike.
///
/// ```
///   0 device_feature_select   4 device_feature       8 driver_feature_select  12 driver_feature
///  16 config_msix_vector     18 num_queues          20 device_status          21 config_generation
///  22 queue_select           24 queue_size          26 queue_msix_vector      28 queue_enable
///  30 queue_notify_off       32 queue_desc          40 queue_driver           48 queue_device
/// ```
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 4.1.4.3
///       "Common configuration structure layout"
final class CommonConfig {
    static final int SIZE_BYTES = 56;

    private static final int DEVICE_FEATURE_SELECT = 0;
    private static final int DEVICE_FEATURE = 4;
    private static final int DRIVER_FEATURE_SELECT = 8;
    private static final int DRIVER_FEATURE = 12;
    private static final int CONFIG_MSIX_VECTOR = 16;
    private static final int NUM_QUEUES = 18;
    private static final int DEVICE_STATUS = 20;
    private static final int CONFIG_GENERATION = 21;
    private static final int QUEUE_SELECT = 22;
    private static final int QUEUE_SIZE = 24;
    private static final int QUEUE_MSIX_VECTOR = 26;
    private static final int QUEUE_ENABLE = 28;
    private static final int QUEUE_NOTIFY_OFF = 30;
    private static final int QUEUE_DESC = 32;
    private static final int QUEUE_DEVICE_END = 56;

    private final Transport transport;

    CommonConfig(Transport transport) {
        this.transport = transport;
    }

    long read(int offset, int size) {
        transport.lock().lock();
        try {
            if (offset >= QUEUE_DESC && offset < QUEUE_DEVICE_END) {
                QueueSetup queue = transport.selected();
                long address = queue == null ? 0 : queue.address(offset - QUEUE_DESC >> 3);
                return address >>> 8 * (offset & 7);
            }
            return register(offset);
        } finally {
            transport.lock().unlock();
        }
    }

    private long register(int offset) {
        QueueSetup queue = transport.selected();
        return switch (offset) {
            case DEVICE_FEATURE_SELECT -> transport.deviceFeatureSelect;
            case DEVICE_FEATURE -> half(transport.offered(), transport.deviceFeatureSelect);
            case DRIVER_FEATURE_SELECT -> transport.driverFeatureSelect;
            case DRIVER_FEATURE -> half(transport.driverFeatures, transport.driverFeatureSelect);
            case CONFIG_MSIX_VECTOR -> transport.configVector;
            case NUM_QUEUES -> transport.queueCount();
            case DEVICE_STATUS -> transport.status();
            case CONFIG_GENERATION -> transport.generation();
            case QUEUE_SELECT -> transport.queueSelect;
            case QUEUE_SIZE -> queue == null ? 0 : queue.size;
            case QUEUE_MSIX_VECTOR -> queue == null ? 0xFFFF : queue.vector;
            case QUEUE_ENABLE -> queue != null && queue.enabled ? 1 : 0;
            case QUEUE_NOTIFY_OFF -> transport.queueSelect;
            default -> 0;
        };
    }

    private static long half(long features, long select) {
        return select == 0 ? features & 0xFFFF_FFFFL : select == 1 ? features >>> 32 : 0;
    }

    void write(int offset, int size, long value) {
        if (offset == DEVICE_STATUS && (value & 0xFF) == 0) {
            transport.abandon();
        }
        transport.lock().lock();
        try {
            if (offset >= QUEUE_DESC && offset < QUEUE_DEVICE_END) {
                QueueSetup queue = transport.selected();
                if (queue != null && !queue.enabled) {
                    queue.address(offset - QUEUE_DESC >> 3, offset & 7, size, value);
                }
            } else if (offset >= QUEUE_SIZE) {
                queueRegister(offset, (int) value & 0xFFFF);
            } else {
                register(offset, value & 0xFFFF_FFFFL);
            }
        } finally {
            transport.lock().unlock();
        }
    }

    private void register(int offset, long value) {
        switch (offset) {
            case DEVICE_FEATURE_SELECT -> transport.deviceFeatureSelect = value;
            case DRIVER_FEATURE_SELECT -> transport.driverFeatureSelect = value;
            case DRIVER_FEATURE -> transport.acceptFeatures(value);
            case CONFIG_MSIX_VECTOR -> transport.configVector = transport.vector((int) value);
            case DEVICE_STATUS -> transport.setStatus((int) value & 0xFF);
            case QUEUE_SELECT -> transport.queueSelect = (int) value & 0xFFFF;
            default -> {
            }
        }
    }

    private void queueRegister(int offset, int value) {
        QueueSetup queue = transport.selected();
        if (queue == null) {
            return;
        }
        switch (offset) {
            case QUEUE_SIZE -> queue.resize(value);
            case QUEUE_MSIX_VECTOR -> queue.vector = transport.vector(value);
            case QUEUE_ENABLE -> {
                if (value == 1) {
                    transport.enable(queue);
                }
            }
            default -> {
            }
        }
    }
}
