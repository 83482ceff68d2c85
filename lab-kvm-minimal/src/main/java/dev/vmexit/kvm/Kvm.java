package dev.vmexit.kvm;

import static dev.vmexit.kvm.Requests.KVM_CHECK_EXTENSION;
import static dev.vmexit.kvm.Requests.KVM_CREATE_VM;
import static dev.vmexit.kvm.Requests.KVM_GET_API_VERSION;
import static dev.vmexit.kvm.Requests.KVM_GET_VCPU_MMAP_SIZE;

import dev.vmexit.course.Todo;
import dev.vmexit.host.Errno;
import dev.vmexit.host.KernelException;
import dev.vmexit.host.LibC;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/// `/dev/kvm`, opened: what this KVM is and can do, and the place where virtual machines come from.
///
/// Any thread may call. Closing it does not close the machines made from it.
public final class Kvm implements AutoCloseable {
    /// The version has been 12 since Linux 2.6.22; everything newer is a [Capability].
    public static final int API_VERSION = 12;

    /// Without these nothing here works.
    public static final Set<Capability> NEEDED = EnumSet.of(Capability.USER_MEMORY,
            Capability.EXT_CPUID, Capability.IMMEDIATE_EXIT);

    private final LibC libc;
    private final int fd;

    private Kvm(LibC libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /// {@return the host's KVM, opened for reading and writing, not inherited by child processes}
    ///
    /// @throws KernelException if the device cannot be opened; nothing stays open then
    /// @throws UnsupportedKvm if it does not answer with [#API_VERSION]
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.1 "KVM_GET_API_VERSION"
    public static Kvm open(LibC libc) {
        throw Todo.of("kvm-01", "open /dev/kvm and ask for its API version");
    }

    /// {@return 0 if this KVM lacks the capability, else a positive number, for some a size}
    public int check(Capability capability) {
        return KernelException.check("ioctl(KVM_CHECK_EXTENSION)",
                libc.ioctl(fd, KVM_CHECK_EXTENSION, capability.number()));
    }

    /// Makes sure that this KVM has all the capabilities, asking for each of them.
    ///
    /// @throws UnsupportedKvm if any is missing; one message names every missing one by
    ///     [Capability#name] and says what it means
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.4 "KVM_CHECK_EXTENSION"
    public void require(Set<Capability> needed) {
        throw Todo.of("kvm-02", "check each capability; report all that are missing at once");
    }

    /// {@return a new virtual machine without memory and without CPUs}
    ///
    /// The caller closes it.
    ///
    /// @throws KernelException if the kernel refuses
    /// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.2 "KVM_CREATE_VM"
    public Vm createVm() {
        throw Todo.of("kvm-03", "create a VM and wrap its descriptor");
    }

    /// {@return the length of the memory that each vCPU shares with us; it begins with `kvm_run`}
    int runPageBytes() {
        return KernelException.check("ioctl(KVM_GET_VCPU_MMAP_SIZE)",
                libc.ioctl(fd, KVM_GET_VCPU_MMAP_SIZE, 0));
    }

    /// {@return the CPUID leaves that this KVM can let a guest see}
    public Cpuid supportedCpuid() {
        return Cpuid.supported(libc, fd);
    }

    @Override
    public void close() {
        libc.close(fd);
    }
}
