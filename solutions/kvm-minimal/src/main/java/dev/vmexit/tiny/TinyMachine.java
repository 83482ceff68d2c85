package dev.vmexit.tiny;

import dev.vmexit.guest.EntryMode;
import dev.vmexit.guest.GuestProgram;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Kvm;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.Vm;
import dev.vmexit.kvm.VmExit;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.mode.LongMode;
import dev.vmexit.mode.PageTables;
import dev.vmexit.mode.ProtectedMode;
import dev.vmexit.mode.RealMode;
import java.util.function.Consumer;

/// A machine for one tiny guest: its RAM from 0 on, one vCPU in the mode it wants, [TinyDevices].
///
/// Closed in reverse order of creation, also when building it fails halfway.
public final class TinyMachine implements AutoCloseable {
    /// Where the in-kernel interrupt controllers keep their four pages: far above any tiny guest.
    private static final GuestAddress SPARE_PAGES = new GuestAddress(0xFFFB_C000L);

    private final Kvm kvm;
    private final Vm vm;
    private final Vcpu vcpu;
    private final TinyDevices devices;

    private TinyMachine(Kvm kvm, Vm vm, Vcpu vcpu, TinyDevices devices) {
        this.kvm = kvm;
        this.vm = vm;
        this.vcpu = vcpu;
        this.devices = devices;
    }

    /// {@return a machine with the guest loaded, about to execute its first instruction}
    // tag::load[]
    public static TinyMachine load(LibC libc, GuestProgram guest, Console console) {
        requireRoom(guest);
        Kvm kvm = Kvm.open(libc);
        Vm vm = null;
        try {
            kvm.require(Kvm.NEEDED);
            vm = kvm.createVm();
            if (guest.needsTimer()) {
                addTimer(vm);
            }
            vm.addRam(0, new GuestAddress(0), guest.memoryBytes());
            vm.memory().write(new GuestAddress(guest.loadAddress()), guest.image());
            Vcpu vcpu = vm.createVcpu(0);
            enter(guest, vm, vcpu);
            return new TinyMachine(kvm, vm, vcpu, new TinyDevices(console));
        } catch (RuntimeException failed) {
            close(vm, kvm);
            throw failed;
        }
    }
    // end::load[]

    /// Interrupt controllers and a timer. With them `HLT` waits for an interrupt and no longer
    /// exits.
    // tag::add-timer[]
    private static void addTimer(Vm vm) {
        vm.createIrqchip(SPARE_PAGES);
        vm.createPit();
    }
    // end::add-timer[]

    /// The page tables of long mode stand above a tiny guest, and would overwrite a longer one.
    private static void requireRoom(GuestProgram guest) {
        long end = guest.loadAddress() + guest.image().length;
        if (guest.mode() == EntryMode.LONG && end > PageTables.PML4.value()
                || end > guest.memoryBytes()) {
            throw new IllegalArgumentException("guest %s ends at 0x%x: there is no room for it"
                    .formatted(guest.name(), end));
        }
    }

    private static void enter(GuestProgram guest, Vm vm, Vcpu vcpu) {
        var entry = new GuestAddress(guest.loadAddress());
        switch (guest.mode()) {
            case REAL -> RealMode.enter(vcpu, entry);
            case PROTECTED -> ProtectedMode.enter(vcpu, vm.memory(), entry);
            case LONG -> LongMode.enter(vcpu, vm.memory(), entry);
        }
    }

    /// Runs the guest to its end; see [RunLoop#run].
    public VmExit run() {
        return run(exit -> {});
    }

    /// @param watcher is shown every exit
    public VmExit run(Consumer<VmExit> watcher) {
        return new RunLoop(vcpu, devices, watcher).run();
    }

    public Vcpu vcpu() {
        return vcpu;
    }

    public Vm vm() {
        return vm;
    }

    public TinyDevices devices() {
        return devices;
    }

    @Override
    public void close() {
        close(vm, kvm);
    }

    private static void close(Vm vm, Kvm kvm) {
        if (vm != null) {
            vm.close();
        }
        kvm.close();
    }
}
