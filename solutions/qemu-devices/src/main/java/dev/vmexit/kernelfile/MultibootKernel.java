package dev.vmexit.kernelfile;

import dev.vmexit.linux.BootLoader;
import java.util.List;

/// A kernel of the Multiboot Specification, version 1.
///
/// @param name the file's, which begins its command line
record MultibootKernel(String name, Image image) implements KernelFile {
    @Override
    public boolean isLinux() {
        return false;
    }

    @Override
    public List<BootModule> modules(String initrd) {
        return BootModule.list(initrd);
    }

    @Override
    public BootLoader loader(List<BootModule> modules, String commandLine) {
        return new MultibootLoader(image, modules, (name + " " + commandLine).strip());
    }
}
