package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import java.util.ArrayList;
import java.util.List;

/// What `CPUID` answers on this vCPU: what `KVM_SET_CPUID2` said.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.84 KVM_SET_CPUID2
final class CpuidAnswers {
    private static final int OSXSAVE = 1 << 27;
    private static final int X2APIC = 1 << 21;
    private static final int MOST = 256;

    private static final int XSAVE_STATES = 0xD;

    private List<SupportedCpuid.Leaf> leaves = List.of();

    /// @param hasRun the guest may have seen the answers; then they stay what they are
    long set(long address, boolean hasRun) {
        int count = Wire.at(address, 8).i32();
        if (count < 0 || count > MOST) {
            return KvmDevice.fail(Errno.E2BIG);
        }
        List<SupportedCpuid.Leaf> read = new ArrayList<>();
        Wire in = Wire.at(address + 8, 40L * count);
        for (int n = 0; n < count; n++) {
            read.add(SupportedCpuid.readEntry(in));
        }
        if (hasRun && !read.equals(leaves)) {
            return KvmDevice.fail(Errno.EINVAL);
        }
        leaves = read;
        return 0;
    }

    long get(long address) {
        Wire head = Wire.at(address, 8);
        if (head.u32() < leaves.size()) {
            return KvmDevice.fail(Errno.E2BIG);
        }
        head.seek(0).u32(leaves.size());
        SupportedCpuid.writeEntries(address, leaves);
        return 0;
    }

    /// {@return which bits XCR0 may have}
    long xcr0() {
        SupportedCpuid.Leaf leaf = find(XSAVE_STATES, 0);
        return leaf == null ? 1 : leaf.eax() & 3 | 1;
    }

    boolean hasX2Apic() {
        SupportedCpuid.Leaf leaf = find(1, 0);
        return leaf != null && (leaf.ecx() & X2APIC) != 0;
    }

    void answer(Cpu c) {
        int function = (int) c.r[Cpu.RAX];
        SupportedCpuid.Leaf leaf = find(function, (int) c.r[Cpu.RCX]);
        if (leaf == null) {
            set(c, 0, 0, 0, 0);
            return;
        }
        int ecx = leaf.ecx();
        if (function == 1) {
            boolean on = (c.cr4 & ControlRegisters.CR4_OSXSAVE) != 0;
            ecx = on ? ecx | OSXSAVE : ecx & ~OSXSAVE;
        }
        set(c, leaf.eax(), leaf.ebx(), ecx, leaf.edx());
    }

    private SupportedCpuid.Leaf find(int function, int index) {
        for (SupportedCpuid.Leaf leaf : leaves) {
            if (leaf.answers(function, index)) {
                return leaf;
            }
        }
        return null;
    }

    private static void set(Cpu c, int eax, int ebx, int ecx, int edx) {
        c.r[Cpu.RAX] = eax & 0xFFFF_FFFFL;
        c.r[Cpu.RBX] = ebx & 0xFFFF_FFFFL;
        c.r[Cpu.RCX] = ecx & 0xFFFF_FFFFL;
        c.r[Cpu.RDX] = edx & 0xFFFF_FFFFL;
    }
}
