package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import org.junit.jupiter.api.Test;

/// Instructions that 64-bit code has not, with the manual's examples where it has some. Where the
/// host's KVM lets its CPU execute 32-bit code, [DifferentialTest] compares them, too.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, "AAA", "AAD", "AAM", "AAS", "DAA", "DAS",
///       "ARPL", "BOUND", "INTO", "PUSHA", "POPA"
class LegacyFormsTest {
    private static final int DEFINED = Flags.CF | Flags.PF | Flags.AF | Flags.ZF | Flags.SF;
    private static final int PLACE = 0xA000;

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    private void run(String code, long eax, int flags) {
        cpu.r[Cpu.RAX] = eax;
        m.flags(flags);
        assertThat(m.execute(code)).as(code).isEmpty();
    }

    /// "DAA", the example: ADD AL, BL of 79H and 35H leaves AEH with CF 0; DAA makes it 14H.
    @Test
    void DAA_makes_a_packed_decimal_sum() {
        run("27", 0xAE, Flags.SF | Flags.OF);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x14);
        assertThat(cpu.eflags() & DEFINED).isEqualTo(Flags.CF | Flags.PF | Flags.AF);
    }

    /// "DAS", the example: SUB AL, BL of 35H and 47H leaves EEH; DAS makes it 88H.
    @Test
    void DAS_makes_a_packed_decimal_difference() {
        run("2F", 0xEE, Flags.CF | Flags.SF | Flags.AF);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x88);
        assertThat(cpu.eflags() & DEFINED).isEqualTo(Flags.CF | Flags.PF | Flags.AF | Flags.SF);
    }

    @Test
    void AAA_and_AAS_carry_into_AH() {
        run("37", 0x010B, 0);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x0201);
        run("3F", 0x020B, 0);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x0105);
        assertThat(cpu.eflags() & (Flags.CF | Flags.AF)).isEqualTo(Flags.CF | Flags.AF);
    }

    @Test
    void AAM_and_AAD_take_any_base_and_the_sign_of_AL() {
        run("D4 0A", 0x4F, 0);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x0709);
        run("D5 0A", 0x0709, 0);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x4F);
        run("D4 F0", 0x90, 0);
        assertThat(cpu.eflags() & Flags.SF).isNotZero();
        assertThat(m.execute("D4 00")).isEqualTo("0");
    }

    @Test
    void ARPL_raises_the_requested_level() {
        cpu.r[Cpu.RBX] = 3;
        run("63 D8", 0x10, 0);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x13);
        assertThat(cpu.eflags() & Flags.ZF).isNotZero();
        run("63 D8", 0x13, Flags.ZF);
        assertThat(cpu.eflags() & Flags.ZF).isZero();
    }

    @Test
    void BOUND_compares_signed_and_includes_both_ends() {
        m.store(PLACE, 4, -5);
        m.store(PLACE + 4, 4, 5);
        cpu.r[Cpu.RBX] = PLACE;
        for (long index : new long[]{-5, 0, 5}) {
            cpu.r[Cpu.RAX] = index & 0xFFFF_FFFFL;
            assertThat(m.execute("62 03")).isEmpty();
        }
        for (long index : new long[]{-6, 6}) {
            cpu.r[Cpu.RAX] = index & 0xFFFF_FFFFL;
            assertThat(m.execute("62 03")).isEqualTo("5");
        }
    }

    @Test
    void SALC_fills_AL_with_CF() {
        run("D6", 0x1234, Flags.CF);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x12FF);
    }

    @Test
    void POPA_takes_back_what_PUSHA_pushed_but_not_ESP() {
        for (int n = 0; n < 8; n++) {
            cpu.r[n] = n == Cpu.RSP ? SystemMachine.STACK0 : 0x100 + n;
        }
        assertThat(m.execute("60")).isEmpty();
        assertThat(cpu.r[Cpu.RSP]).isEqualTo(SystemMachine.STACK0 - 32);
        assertThat(m.load(SystemMachine.STACK0 - 20, 4)).isEqualTo(SystemMachine.STACK0);
        for (int n = 0; n < 8; n++) {
            m.store(SystemMachine.STACK0 - 32 + 4 * n, 4, 0x200 + n);
        }
        assertThat(m.execute("61")).isEmpty();
        assertThat(cpu.r[Cpu.RDI]).isEqualTo(0x200);
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x207);
        assertThat(cpu.r[Cpu.RSP]).isEqualTo(SystemMachine.STACK0);
    }

    /// The upper half of RSP, which code that is not 64-bit cannot see, does not count.
    @Test
    void a_far_call_pushes_with_32_bits_of_stack_pointer_in_compatibility_mode() {
        m.long64(0);
        m.ring(0);
        cpu.r[Cpu.RSP] |= 0xDEAD_0000_0000_0000L;
        assertThat(m.execute("9A 00 90 00 00 08 00")).isEmpty();
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        assertThat(m.load(SystemMachine.STACK0 - 8, 4)).isEqualTo(SystemMachine.CODE + 7);
    }
}
