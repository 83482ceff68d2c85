package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `struct kvm_regs`, `kvm_sregs`, `kvm_debugregs`: in, and out again byte for byte.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.11 to 4.14, 4.33, 4.34
class RegistersTest extends AgreementTest {
    private static final int CS_L = 19;
    private static final int CS_DB = 17;
    private static final int CR0 = 224;
    private static final int CR2 = 232;
    private static final int CR3 = 240;
    private static final int CR4 = 248;
    private static final int CR8 = 256;
    private static final int EFER = 264;
    private static final int APIC_BASE = 272;
    private static final int BITMAP = 280;
    private static final long PE = 1;
    private static final long PG = 1L << 31;
    private static final long PAE = 1 << 5;
    private static final long LME = 1 << 8;
    private static final long LMA = 1 << 10;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    private Struct sregs() {
        return vcpu.get(Request.GET_SREGS);
    }

    private void refuses(Struct sregs, String why) {
        Struct before = sregs();
        assertThat(vcpu.ioctl(Request.SET_SREGS, sregs)).as(why)
                .isEqualTo(-Errno.EINVAL.number());
        assertThat(sregs().hex()).as("nothing changed: " + why).isEqualTo(before.hex());
    }

    private static Struct longMode(Struct sregs) {
        return sregs.u64(CR0, PG | PE | 0x10).u64(CR4, PAE).u64(EFER, LME | LMA)
                .u64(CR3, 0x8000).u8(CS_L, 1).u8(CS_DB, 0);
    }

    @Test
    void all_18_registers_come_back_as_they_were_set() {
        Random random = new Random(1);
        Struct regs = Struct.ofSize(144);
        for (int n = 0; n < 17; n++) {
            regs.u64(8L * n, random.nextLong());
        }
        regs.u64(VirtualCpu.RFLAGS, 0x0AD7);
        vcpu.set(Request.SET_REGS, regs);
        assertThat(vcpu.get(Request.GET_REGS).hex()).isEqualTo(regs.hex());
    }

    @Test
    void bit_1_of_RFLAGS_is_always_set() {
        vcpu.set(Request.SET_REGS, Struct.ofSize(144));
        assertThat(vcpu.get(Request.GET_REGS).u64(VirtualCpu.RFLAGS)).isEqualTo(2);
    }

    @Test
    void segments_and_tables_come_back_as_they_were_set() {
        Struct sregs = sregs();
        for (int n = 0; n < 6; n++) {
            sregs.u64(24L * n, 0x1000L * n).u32(24L * n + 8, 0xF_FFFF - n).u16(24L * n + 12, 8 * n);
        }
        sregs.u64(192, 0x1234).u16(200, 0x77).u64(208, 0x5678).u16(216, 0x88).u64(CR2, 0xABCD);
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(sregs().hex()).isEqualTo(sregs.hex());
    }

    @Test
    void protected_mode_comes_back_as_it_was_set() {
        Struct sregs = sregs().u64(CR0, PE | 0x10).u8(CS_DB, 1).u8(CS_DB + 3, 1)
                .u32(8, -1).u8(14, 0xB).u64(CR8, 5);
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(sregs().hex()).isEqualTo(sregs.hex());
    }

    @Test
    void long_mode_comes_back_as_it_was_set() {
        Struct sregs = longMode(sregs());
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(sregs().hex()).isEqualTo(sregs.hex());
    }

    @Test
    void modes_that_no_CPU_can_be_in_are_refused() {
        refuses(sregs().u64(CR0, PG), "paging needs protection");
        refuses(longMode(sregs()).u64(CR4, 0), "long mode needs PAE");
        refuses(longMode(sregs()).u64(EFER, LME), "LME and PG are LMA");
        refuses(sregs().u64(EFER, LMA), "LMA without LME");
        refuses(sregs().u8(CS_L, 1), "64-bit code without long mode");
        refuses(sregs().u64(CR0, 1L << 29 | 0x10), "NW without CD");
        refuses(sregs().u64(CR0, 1L << 32), "CR0 has 32 bits");
        refuses(sregs().u64(CR4, 1L << 40), "reserved bits of CR4");
    }

    @Test
    void an_APIC_base_with_reserved_bits_is_refused() {
        Struct sregs = sregs();
        refuses(sregs.copy().u64(APIC_BASE, sregs.u64(APIC_BASE) | 1), "bit 0 is reserved");
        refuses(sregs.copy().u64(APIC_BASE, 0xFEE0_0400L), "x2APIC mode is also enabled");
        refuses(sregs.copy().u64(APIC_BASE, 0xFEE0_0D00L), "CPUID does not offer x2APIC");
        refuses(sregs.copy().u64(APIC_BASE, 1L << 60), "beyond physical addresses");
    }

    @Test
    void an_APIC_base_comes_back_as_it_was_set() {
        Struct sregs = sregs().u64(APIC_BASE, 0xFED0_0800L);
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(sregs().hex()).isEqualTo(sregs.hex());
    }

    @Test
    void a_waiting_interrupt_is_a_bit_of_the_bitmap() {
        Struct sregs = sregs().u64(BITMAP + 8, 1L << 5);
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(sregs().hex()).isEqualTo(sregs.hex());
        Struct events = vcpu.get(Request.GET_VCPU_EVENTS);
        assertThat(events.u8(8)).as("injected").isEqualTo(1);
        assertThat(events.u8(9)).as("vector").isEqualTo(69);
    }

    @Test
    void of_several_waiting_interrupts_the_lowest_vector_counts() {
        vcpu.set(Request.SET_SREGS, sregs().u64(BITMAP + 8, 3L << 5).u64(BITMAP + 24, 1));
        assertThat(vcpu.get(Request.GET_VCPU_EVENTS).u8(9)).isEqualTo(69);
    }

    @Test
    void debug_registers_come_back_as_they_were_set() {
        Struct debug = Struct.ofSize(128).u64(0, 0x1000).u64(8, 0x2000).u64(16, -0x1000)
                .u64(24, 0x7FFF_1234L).u64(32, 0xFFFF_4FF1L).u64(40, 0x455);
        vcpu.set(Request.SET_DEBUGREGS, debug);
        assertThat(vcpu.get(Request.GET_DEBUGREGS).hex()).isEqualTo(debug.hex());
    }

    @Test
    void debug_registers_refuse_flags_and_high_bits_and_keep_their_values() {
        Struct before = vcpu.get(Request.GET_DEBUGREGS);
        Struct bad = before.copy().u64(0, 0x4444);
        assertErrno(vcpu.ioctl(Request.SET_DEBUGREGS, bad.copy().u64(48, 1)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_DEBUGREGS, bad.copy().u64(32, 1L << 32)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_DEBUGREGS, bad.copy().u64(40, 1L << 32)), Errno.EINVAL);
        assertThat(vcpu.get(Request.GET_DEBUGREGS).hex()).isEqualTo(before.hex());
    }
}
