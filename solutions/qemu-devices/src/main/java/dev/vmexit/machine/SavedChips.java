package dev.vmexit.machine;

import dev.vmexit.kvm.Vm;
import dev.vmexit.kvm.VmState;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.ArrayList;
import java.util.List;

/// The parts of a PC that are in the kernel and belong to no CPU: PICs, IOAPIC, PIT, kvmclock.
final class SavedChips implements Saved {
    private final Vm vm;

    SavedChips(Vm vm) {
        this.vm = vm;
    }

    @Override
    public void save(StateOut out) {
        VmState state = vm.state();
        state.chips().forEach(out::bytes);
        out.bytes(state.pit()).i64(state.clockNanos());
    }

    @Override
    public void restore(StateIn in) {
        List<byte[]> chips = new ArrayList<>();
        for (int n = 0; n < VmState.CHIPS; n++) {
            chips.add(in.bytes("an interrupt controller", VmState.CHIP_BYTES));
        }
        byte[] pit = in.bytes("the PIT", VmState.PIT_BYTES);
        try {
            vm.setState(new VmState(chips, pit, in.i64()));
        } catch (dev.vmexit.host.KernelException refused) {
            throw in.wrong("this KVM does not take it: " + refused.getMessage());
        }
    }
}
