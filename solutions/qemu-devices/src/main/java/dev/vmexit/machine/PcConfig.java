package dev.vmexit.machine;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.state.SavedMachine;
import java.time.Clock;

/// What a machine is made of.
///
/// @param memoryBytes RAM; a multiple of 4096
/// @param cpus 1 … 8
/// @param clock what the RTC shows
/// @param ioeventfd whether KVM takes the notifications of virtio devices, see [EventDoorbell]
public record PcConfig(long memoryBytes, int cpus, Clock clock, boolean ioeventfd) {
    static final long LEAST_MEMORY = 32L << 20;
    /// More than any host here has; a CPU's physical addresses end somewhere too.
    static final long MOST_MEMORY = 1L << 40;
    static final int MOST_CPUS = 8;

    /// A machine that shows the host's time.
    public PcConfig(long memoryBytes, int cpus) {
        this(memoryBytes, cpus, Clock.systemUTC(), false);
    }

    /// {@return a machine as large as the one that was saved}
    public static PcConfig of(SavedMachine saved) {
        var size = new SavedConfig();
        saved.section(SavedConfig.NAME, size);
        return new PcConfig(size.memoryBytes, size.cpus);
    }

    public PcConfig with(Clock other) {
        return new PcConfig(memoryBytes, cpus, other, ioeventfd);
    }

    public PcConfig withIoeventfd(boolean wanted) {
        return new PcConfig(memoryBytes, cpus, clock, wanted);
    }

    public PcConfig {
        if (memoryBytes < LEAST_MEMORY || memoryBytes % 4096 != 0) {
            throw new BootFailure(("the memory must be at least %d MiB and a multiple of 4096 "
                    + "bytes, and it is %d bytes; write it as 512M or 2G")
                    .formatted(LEAST_MEMORY >> 20, memoryBytes));
        }
        if (memoryBytes > MOST_MEMORY) {
            throw new BootFailure("a machine has at most %d GiB, not %d".formatted(
                    MOST_MEMORY >> 30, memoryBytes >> 30));
        }
        if (cpus < 1 || cpus > MOST_CPUS) {
            throw new BootFailure("this machine has 1 to %d CPUs, not %d".formatted(MOST_CPUS,
                    cpus));
        }
    }
}
