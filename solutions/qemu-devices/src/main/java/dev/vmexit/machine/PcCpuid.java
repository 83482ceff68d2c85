package dev.vmexit.machine;

import dev.vmexit.kvm.Cpuid;
import dev.vmexit.kvm.Cpuid.Entry;

/// What `CPUID` says on one CPU of a PC: what KVM supports, with this CPU's own number in it.
///
/// ```
///  leaf 1     EBX 31:24 initial APIC id · 23:16 number of logical CPUs · ECX 31 hypervisor present
///  leaf 0xB   EDX x2APIC id, in every subleaf
///  leaf 0x1F  the same
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "CPUID—CPU Identification", leaves 01H and 0BH
final class PcCpuid {
    private static final int HYPERVISOR = 1 << 31;

    private PcCpuid() {}

    static Cpuid of(Cpuid supported, int apicId, int cpus) {
        return supported.map(entry -> switch (entry.function()) {
            case 1 -> new Entry(1, entry.index(), entry.flags(), entry.eax(),
                    entry.ebx() & 0xFFFF | cpus << 16 | apicId << 24, entry.ecx() | HYPERVISOR,
                    entry.edx());
            case 0xB, 0x1F -> new Entry(entry.function(), entry.index(), entry.flags(),
                    entry.eax(), entry.ebx(), entry.ecx(), apicId);
            default -> entry;
        });
    }
}
