package dev.vmexit.softkvm;

import dev.vmexit.host.Errno;
import java.util.List;

/// What this CPU says of itself: exactly what it executes, no more.
///
/// It calls itself an Intel Nehalem, the first CPU of x86-64-v2, with what came later where Soft
/// KVM has it. It claims not to have the speculation flaws of real CPUs (`IA32_ARCH_CAPABILITIES`),
/// which is the truth: it does not speculate.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "CPUID—CPU Identification"
final class SupportedCpuid {
    private static final int SIGNATURE = 0x0001_06A5;

    // Leaf 1, EDX: all of a Pentium III's but DS, ACPI, SS, HT, TM, PBE; with SSE2.
    private static final int EDX_1 = bits(0, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 19, 23,
            24, 25, 26);
    // SSE3 PCLMUL SSSE3 CX16 PCID SSE4.1 SSE4.2 x2APIC MOVBE POPCNT TSC-DEADLINE AES XSAVE RDRAND
    private static final int ECX_1 = bits(0, 1, 9, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 30);
    // FSGSBASE SMEP ERMS INVPCID RDSEED SMAP, and FDP, CS/DS kept as modern CPUs do
    private static final int EBX_7 = bits(0, 7, 9, 10, 13, 18, 20);
    private static final int ECX_7 = bits(2);
    // ARCH_CAPABILITIES, SPEC_CTRL and SSBD to go with it
    private static final int EDX_7 = bits(26, 29, 31);
    // BHI_CTRL: without it Linux clears a branch history with 100 instructions in each system call
    private static final int EDX_7_2 = bits(4);
    // SYSCALL NX PDPE1GB RDTSCP LM
    private static final int EDX_80000001 = bits(11, 20, 26, 27, 29);
    private static final int ECX_80000001 = bits(0);
    private static final int INVARIANT_TSC = bits(8);
    private static final int SIGNIFICANT_INDEX = 1;

    // KVM's own: clock source (old and new registers), no delay after port access, stable clock
    private static final int KVM_FEATURES = bits(0, 1, 3, 24);

    private SupportedCpuid() {}

    /// One answer of `CPUID`.
    record Leaf(int function, int index, int flags, int eax, int ebx, int ecx, int edx) {
        Leaf withEdx(int value) {
            return new Leaf(function, index, flags, eax, ebx, ecx, value);
        }

        boolean answers(int askedFunction, int askedIndex) {
            return function == askedFunction
                    && ((flags & SIGNIFICANT_INDEX) == 0 || index == askedIndex);
        }
    }

    private static int bits(int... numbers) {
        int value = 0;
        for (int n : numbers) {
            value |= 1 << n;
        }
        return value;
    }

    private static Leaf leaf(int function, int eax, int ebx, int ecx, int edx) {
        return new Leaf(function, 0, 0, eax, ebx, ecx, edx);
    }

    private static Leaf sub(int function, int index, int eax, int ebx, int ecx) {
        return new Leaf(function, index, SIGNIFICANT_INDEX, eax, ebx, ecx, 0);
    }

    static final List<Leaf> LEAVES = List.of(
            leaf(0, 0xD, text("Genu"), text("ntel"), text("ineI")),
            leaf(1, SIGNATURE, 0x0800, ECX_1, EDX_1),
            leaf(2, 1, 0, 0, 0),
            sub(4, 0, 0x121, 0x1C0_003F, 63),
            sub(7, 0, 2, EBX_7, ECX_7).withEdx(EDX_7), sub(7, 1, 0, 0, 0),
            sub(7, 2, 0, 0, 0).withEdx(EDX_7_2),
            sub(0xB, 0, 0, 1, 0x100), sub(0xB, 1, 0, 1, 0x201),
            sub(0xD, 0, 3, 576, 576), sub(0xD, 1, 1, 0, 0),
            leaf(0x4000_0000, 0x4000_0001, text("KVMK"), text("VMKV"), text("M\0\0\0")),
            leaf(0x4000_0001, KVM_FEATURES, 0, 0, 0),
            leaf(0x8000_0000, 0x8000_0008, 0, 0, 0),
            leaf(0x8000_0001, 0, 0, ECX_80000001, EDX_80000001),
            leaf(0x8000_0002, text("Soft"), text(" KVM"), text(" CPU"), text(" (a ")),
            leaf(0x8000_0003, text("prog"), text("ram "), text("in J"), text("ava)")),
            leaf(0x8000_0004, 0, 0, 0, 0),
            leaf(0x8000_0006, 0, 0, 0x0100_6040, 0),
            leaf(0x8000_0007, 0, 0, 0, INVARIANT_TSC),
            leaf(0x8000_0008, 0x3028, 0, 0, 0));

    private static int text(String four) {
        return four.charAt(0) | four.charAt(1) << 8 | four.charAt(2) << 16 | four.charAt(3) << 24;
    }

    /// `struct kvm_cpuid2`: `nent`, padding, entries of 40 bytes.
    static long write(long address) {
        Wire head = Wire.at(address, 8);
        if (head.u32() < LEAVES.size()) {
            throw new KvmError(Errno.E2BIG);
        }
        head.seek(0).u32(LEAVES.size());
        writeEntries(address, LEAVES);
        return 0;
    }

    static void writeEntries(long address, List<Leaf> leaves) {
        Wire to = Wire.at(address + 8, 40L * leaves.size());
        for (Leaf l : leaves) {
            to.u32(l.function).u32(l.index).u32(l.flags).u32(l.eax).u32(l.ebx).u32(l.ecx)
                    .u32(l.edx).zero(12);
        }
    }

    static Leaf readEntry(Wire from) {
        Leaf leaf = new Leaf(from.i32(), from.i32(), from.i32(), from.i32(), from.i32(),
                from.i32(), from.i32());
        from.skip(12);
        return leaf;
    }

    /// Nothing is emulated beyond what is supported.
    static long writeNone(long address) {
        Wire head = Wire.at(address, 8);
        if (head.u32() == 0) {
            throw new KvmError(Errno.E2BIG);
        }
        head.seek(0).u32(0);
        return 0;
    }
}
