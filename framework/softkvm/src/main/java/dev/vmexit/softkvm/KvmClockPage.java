package dev.vmexit.softkvm;

import dev.vmexit.softkvm.ram.Host;
import dev.vmexit.softkvm.ram.Slot;

/// kvmclock: a page of guest memory that says how to make nanoseconds of the TSC.
///
/// ```
///  version u32 · pad u32 · tsc_timestamp u64 · system_time u64 · mul u32 · shift i8 · flags u8
/// ```
///
/// The TSC counts nanoseconds here, so the page is written once: mul 2^31 with a shift of 1 is a
/// factor of one.
///
/// @spec https://docs.kernel.org/virt/kvm/x86/msr.html KVM-specific MSRs, MSR_KVM_SYSTEM_TIME_NEW
final class KvmClockPage {
    private static final int ENABLED = 1;
    private static final long FACTOR_ONE = 0x8000_0000L;
    private static final int TSC_STABLE = 1;

    private KvmClockPage() {}

    // tag::system-time[]
    static void systemTime(Vcpu vcpu, long msr) {
        Slot slot = slot(vcpu, msr & ~1L, 32);
        if ((msr & ENABLED) == 0 || slot == null) {
            return;
        }
        long at = slot.hostOf(msr & ~1L);
        Host.set(at, 4, Host.get(at, 4) + 2 & ~1L);
        Host.set(at + 4, 4, 0);
        long now = vcpu.vm.clock.nanos();
        Host.set(at + 8, 8, now + vcpu.tscOffset());
        Host.set(at + 16, 8, now + vcpu.vm.clock.kvmClockAdjustment());
        Host.set(at + 24, 4, FACTOR_ONE);
        Host.set(at + 28, 1, 1);
        Host.set(at + 29, 1, TSC_STABLE);
        slot.markDirty(msr & ~1L);
    }
    // end::system-time[]

    /// `struct pvclock_wall_clock`: version, seconds, nanoseconds since 1970 at kvmclock's zero.
    static void wallClock(Vcpu vcpu, long msr) {
        Slot slot = slot(vcpu, msr, 12);
        if (slot == null) {
            return;
        }
        long since = vcpu.vm.clock.kvmClock();
        boolean repeatable = vcpu.vm.clock.isDeterministic();
        long wall = repeatable ? 0 : System.currentTimeMillis() * 1_000_000 - since;
        long at = slot.hostOf(msr);
        Host.set(at, 4, Host.get(at, 4) + 2 & ~1L);
        Host.set(at + 4, 4, wall / 1_000_000_000);
        Host.set(at + 8, 4, wall % 1_000_000_000);
        slot.markDirty(msr);
    }

    private static Slot slot(Vcpu vcpu, long physical, int size) {
        Slot slot = vcpu.vm.memory.find(physical);
        return slot != null && slot.contains(physical + size - 1) ? slot : null;
    }
}
