package dev.vmexit.machine;

import dev.vmexit.kvm.Cpuid;
import dev.vmexit.kvm.Vcpu;
import dev.vmexit.kvm.VcpuState;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.TreeMap;

/// A CPU in a saved machine: what its `CPUID` says, and its state.
///
/// A guest looks once at what its CPU can do and believes it for ever. So it gets the `CPUID` that
/// it had, and where that claims a feature that is not here, it is not restored.
final class SavedCpu implements Saved {
    private static final int MOST_ENTRIES = 256;
    private static final int MOST_MSRS = 256;
    private static final int OSXSAVE = 1 << 27;
    private static final int OSPKE = 1 << 4;

    private final Vcpu vcpu;
    private final Cpuid here;

    /// @param here the `CPUID` that a new machine would get on this host
    SavedCpu(Vcpu vcpu, Cpuid here) {
        this.vcpu = vcpu;
        this.here = here;
    }

    @Override
    public void save(StateOut out) {
        out.i32(here.entries().size());
        for (Cpuid.Entry e : here.entries()) {
            out.i32(e.function()).i32(e.index()).i32(e.flags());
            out.i32(e.eax()).i32(e.ebx()).i32(e.ecx()).i32(e.edx());
        }
        VcpuState state = vcpu.state();
        for (VcpuState.Part part : VcpuState.Part.values()) {
            out.bytes(state.structs().get(part));
        }
        out.i32(state.msrs().size());
        state.msrs().forEach((index, value) -> out.i32(index).i64(value));
    }

    @Override
    public void restore(StateIn in) {
        Cpuid saved = cpuid(in);
        requireFeatures(in, saved);
        var structs = new EnumMap<VcpuState.Part, byte[]>(VcpuState.Part.class);
        for (VcpuState.Part part : VcpuState.Part.values()) {
            structs.put(part, in.bytes(part.name(), part.sizeBytes()));
        }
        var msrs = new TreeMap<Integer, Long>();
        for (int left = in.i32("the number of MSRs", 0, MOST_MSRS); left > 0; left--) {
            msrs.put(in.i32(), in.i64());
        }
        try {
            vcpu.setCpuid(saved);
            vcpu.setState(new VcpuState(structs, msrs));
        } catch (dev.vmexit.host.KernelException | IllegalArgumentException refused) {
            throw in.wrong("this KVM does not take it: " + refused.getMessage());
        }
    }

    private static Cpuid cpuid(StateIn in) {
        List<Cpuid.Entry> entries = new ArrayList<>();
        for (int left = in.i32("the length of CPUID", 0, MOST_ENTRIES); left > 0; left--) {
            entries.add(new Cpuid.Entry(in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), in.i32(),
                    in.i32()));
        }
        return new Cpuid(entries);
    }

    // tag::features[]
    private void requireFeatures(StateIn in, Cpuid saved) {
        for (Cpuid.Entry was : saved.entries()) {
            int[] mask = features(was.function(), was.index());
            Cpuid.Entry is = here.entries().stream()
                    .filter(e -> e.function() == was.function() && e.index() == was.index())
                    .findFirst()
                    .orElse(new Cpuid.Entry(0, 0, 0, 0, 0, 0, 0));
            boolean more = (was.eax() & ~is.eax() & mask[0] | was.ebx() & ~is.ebx() & mask[1]
                    | was.ecx() & ~is.ecx() & mask[2] | was.edx() & ~is.edx() & mask[3]) != 0;
            if (more) {
                throw in.wrong("its CPU could do more than this one: CPUID leaf 0x%x was %s and "
                        .formatted(was.function(), was) + "here it is " + is);
            }
        }
    }
    // end::features[]

    /// {@return which bits of EAX, EBX, ECX, EDX are features} OSXSAVE and OSPKE only tell what the
    /// guest has switched on.
    private static int[] features(int function, int index) {
        return switch (function) {
            case 1 -> new int[]{0, 0, ~OSXSAVE, -1};
            case 7 -> index == 0 ? new int[]{0, -1, ~OSPKE, -1} : new int[]{-1, -1, -1, -1};
            case 0xD -> index <= 1 ? new int[]{-1, 0, 0, 0} : new int[4];
            case 0x8000_0001 -> new int[]{0, 0, -1, -1};
            default -> new int[4];
        };
    }
}
