package dev.vmexit.host;

/// What a person can do about a failed call; empty where we do not know better than the errno.
final class Advice {
    private static final String GROUP = "your user may not open it; "
            + "`sudo usermod -aG kvm $USER`, log in again, and `groups` should show kvm";

    private static final String MODULE = "there is no such device here; "
            + "`sudo modprobe kvm_intel` (or kvm_amd) loads it. If modprobe answers "
            + "\"Operation not supported\", virtualization is off in the firmware, or this "
            + "is itself a virtual machine whose host does not nest: "
            + "`grep -cwE 'vmx|svm' /proc/cpuinfo` then prints 0, and on the host "
            + "/sys/module/kvm_intel/parameters/nested (or kvm_amd) must say Y or 1";

    private static final String NOT_KVM =
            "this file is not KVM's device, or the kernel's KVM is too old";

    private static final String DESCRIPTORS =
            "this process has no descriptor left; raise `ulimit -n`";

    private static final String MEMORY = "the host has not enough free memory; "
            + "`free -m` shows it, and a smaller --memory may fit";

    private static final String REGION = "the guest's memory may reach past the physical addresses "
            + "of this CPU; try a smaller --memory";

    private static final String BUSY = "somebody else has it; VirtualBox or another hypervisor "
            + "may hold the CPU's virtualization";

    private Advice() {}

    static String on(String call, int errno) {
        String advice = find(call, errno);
        return advice.isEmpty() ? "" : ". What to do: " + advice + ".";
    }

    private static String find(String call, int errno) {
        boolean kvmDevice = call.contains("/dev/kvm");
        if (errno == Errno.EMFILE.number()) {
            return DESCRIPTORS;
        } else if (errno == Errno.ENOMEM.number()) {
            return MEMORY;
        } else if (kvmDevice && (is(errno, Errno.EACCES) || is(errno, Errno.EPERM))) {
            return GROUP;
        } else if (kvmDevice && (is(errno, Errno.ENOENT) || is(errno, Errno.ENODEV)
                || is(errno, Errno.ENXIO))) {
            return MODULE;
        } else if (is(errno, Errno.EBUSY) && call.contains("KVM_CREATE_VM")) {
            return BUSY;
        }
        if (is(errno, Errno.EINVAL) && call.contains("MEMORY_REGION")) {
            return REGION;
        }
        return is(errno, Errno.ENOTTY) ? NOT_KVM : "";
    }

    private static boolean is(int errno, Errno name) {
        return errno == name.number();
    }
}
