package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootLoader;
import dev.vmexit.linux.BzImage;
import dev.vmexit.linux.LinuxLoader;
import java.util.List;

/// A bzImage, which begins at its 64-bit entry.
record LinuxKernel(BzImage image) implements KernelFile {
    @Override
    public boolean isLinux() {
        return true;
    }

    @Override
    public List<BootModule> modules(String initrd) {
        return BootModule.initrd(initrd);
    }

    @Override
    public BootLoader loader(List<BootModule> modules, String commandLine) {
        byte[] initrd = modules.isEmpty() ? new byte[0] : modules.getFirst().bytes();
        return new LinuxLoader(image, initrd, commandLine);
    }
}
