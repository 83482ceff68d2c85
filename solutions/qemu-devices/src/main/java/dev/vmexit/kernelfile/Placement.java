package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootFailure;
import dev.vmexit.linux.LinuxLoader;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestMemory;
import java.util.ArrayList;
import java.util.List;

/// A kernel and its modules in memory: each module on a page of its own, the first on the page
/// after the kernel.
///
/// @param addresses of the modules, in their order
record Placement(Image image, List<BootModule> modules, List<Long> addresses) {
    private static final long PAGE_BYTES = 4096;

    /// @param top the end of the RAM that begins at 0
    /// @throws BootFailure if it is not enough
    static Placement of(Image image, List<BootModule> modules, long top) {
        if (image.end() > top) {
            throw new BootFailure(("the kernel needs memory up to %d MiB, and the guest has %d "
                    + "MiB; pass a larger --memory").formatted(mebibytes(image.end()), top >> 20));
        }
        var addresses = new ArrayList<Long>();
        long next = Math.max(image.end(), LinuxLoader.HIGH_START);
        for (BootModule module : modules) {
            long page = next + PAGE_BYTES - 1 & -PAGE_BYTES;
            addresses.add(page);
            next = page + module.bytes().length;
        }
        if (next > top) {
            throw new BootFailure(("kernel and modules need memory up to %d MiB, and the guest has "
                    + "%d MiB; pass a larger --memory").formatted(mebibytes(next), top >> 20));
        }
        return new Placement(image, modules, List.copyOf(addresses));
    }

    void write(GuestMemory memory) {
        image.write(memory);
        for (int i = 0; i < modules.size(); i++) {
            byte[] bytes = modules.get(i).bytes();
            if (bytes.length > 0) {
                memory.write(new GuestAddress(addresses.get(i)), bytes);
            }
        }
    }

    private static long mebibytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
