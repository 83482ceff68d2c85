package dev.vmexit.machine;

import dev.vmexit.kvm.Vm;
import dev.vmexit.memory.GuestAddress;
import dev.vmexit.memory.GuestFault;
import dev.vmexit.memory.MemorySlot;
import dev.vmexit.pci.PciHost;
import dev.vmexit.state.Saved;
import dev.vmexit.state.SavedMachine;
import dev.vmexit.state.StateFailure;
import dev.vmexit.state.StateFile;
import dev.vmexit.virtio.VirtioPci;
import java.util.List;
import java.util.Map;

/// All of a PC that is not running, out into a file and back.
///
/// The order matters. Out: first the virtio devices, whose threads may be at work, until each has
/// given back what it had and raised its interrupt; then the rest, in which the interrupt is. Back:
/// memory first, then the interrupt controllers, the CPUs, and last the devices, whose wires lead
/// into the controllers.
///
/// @param devices by name, those with one instance
record PcState(Vm vm, List<SavedCpu> cpus, Map<String, Saved> devices, PciHost pci,
        List<VirtioPci> virtio) {
    private static final String CHIPS = "chips";
    private static final String PCI = "pci";

    // tag::save[]
    void save(StateFile file) {
        for (int n = 0; n < virtio.size(); n++) {
            file.section("virtio " + n, virtio.get(n).state());
        }
        file.section(PCI, pci);
        devices.forEach(file::section);
        file.section(CHIPS, new SavedChips(vm));
        for (int n = 0; n < cpus.size(); n++) {
            file.section("cpu " + n, cpus.get(n));
        }
        for (MemorySlot slot : vm.slots()) {
            file.ram(slot.start().value(), slot.host());
        }
    }
    // end::save[]

    /// Memory, chips, CPUs, devices, PCI, virtio: a wire that is driven needs its controller, and a
    /// device at work needs everything. Then the virtio devices resume.
    // tag::dev-18[]
    void restore(SavedMachine saved) {
        // tag::solution[]
        saved.ram(this::put);
        saved.section(CHIPS, new SavedChips(vm));
        for (int n = 0; n < cpus.size(); n++) {
            saved.section("cpu " + n, cpus.get(n));
        }
        devices.forEach(saved::section);
        saved.section(PCI, pci);
        for (int n = 0; n < virtio.size(); n++) {
            saved.section("virtio " + n, virtio.get(n).state());
        }
        virtio.forEach(VirtioPci::resume);
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-18", "the parts, in the order in which each finds what it needs");
        // end::stub[]
    }
    // end::dev-18[]

    private void put(long address, byte[] bytes) {
        try {
            vm.memory().write(new GuestAddress(address), bytes);
        } catch (GuestFault outside) {
            throw new StateFailure("the saved machine has memory where this one has none: "
                    + outside.getMessage(), outside);
        }
    }
}
