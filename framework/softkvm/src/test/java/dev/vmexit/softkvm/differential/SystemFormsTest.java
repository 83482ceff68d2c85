package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import org.junit.jupiter.api.Test;

/// Transfers between privilege levels, which no comparison in ring 3 can reach.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, chapters 5 and 6
class SystemFormsTest {
    private static final int FLAGS = Flags.IF | Flags.CF | Flags.ALWAYS_ONE;
    private static final int CALL_GATE_WITH_TWO_PARAMETERS = 0xEC02;
    private static final String INT_80 = "CD 80";
    private static final String CALLF_GATE = "9A 00 00 00 00 58 00";
    private static final String IRETD = "CF";
    private static final String CLI = "FA";

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    /// 6.12.1.1: "the processor … saves the stack segment selector and stack pointer of the
    /// interrupted procedure on the new stack", then EFLAGS, CS and EIP.
    @Test
    void an_interrupt_from_ring_3_changes_to_the_stack_of_the_TSS() {
        m.gate(0x80, 3, SystemMachine.CODE0);
        m.ring(3);
        m.flags(FLAGS);

        assertThat(m.execute(INT_80)).isEmpty();
        assertThat(cpu.cpl).isZero();
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        long sp = cpu.r[Cpu.RSP];
        assertThat(sp).isEqualTo(SystemMachine.STACK0 - 20);
        assertThat(m.load(sp, 4)).isEqualTo(SystemMachine.CODE + 2);
        assertThat(m.load(sp + 4, 4)).isEqualTo(SystemMachine.CODE3);
        assertThat(m.load(sp + 8, 4)).isEqualTo(FLAGS);
        assertThat(m.load(sp + 12, 4)).isEqualTo(SystemMachine.STACK3);
        assertThat(m.load(sp + 16, 4)).isEqualTo(SystemMachine.DATA3);
        assertThat(cpu.flag(Flags.IF)).as("an interrupt gate clears IF").isFalse();
    }

    /// 6.12.1.2: "If the CPL is greater than the DPL of the gate, #GP", with 6.13's error code:
    /// the vector, the IDT bit, and EXT clear since software asked.
    @Test
    void INT_n_through_a_gate_of_ring_0_is_GP_of_that_vector() {
        m.gate(0x80, 0, SystemMachine.CODE0);
        m.ring(3);
        assertThat(m.execute(INT_80)).isEqualTo("13(402)");
        assertThat(cpu.r[Cpu.RSP]).isEqualTo(SystemMachine.STACK3);
    }

    @Test
    void IRET_to_ring_3_takes_its_stack_back_and_ring_0s_segments_away() {
        m.flags(Flags.IOPL);
        long sp = cpu.r[Cpu.RSP] - 20;
        cpu.r[Cpu.RSP] = sp;
        int[] frame = {0x1234, SystemMachine.CODE3, FLAGS, SystemMachine.STACK3,
                SystemMachine.DATA3};
        for (int n = 0; n < frame.length; n++) {
            m.store(sp + 4 * n, 4, frame[n]);
        }

        assertThat(m.execute(IRETD)).isEmpty();
        assertThat(cpu.cpl).isEqualTo(3);
        assertThat(cpu.rip).isEqualTo(0x1234);
        assertThat(cpu.r[Cpu.RSP]).isEqualTo(SystemMachine.STACK3);
        assertThat(cpu.eflags()).isEqualTo(FLAGS);
        // "IRET": a data segment of a more privileged level is nulled on a return to an outer one.
        assertThat(cpu.segment[SegmentRegister.DS].selector).isZero();
        assertThat(m.execute("8B 03")).isEqualTo("13(0)");
    }

    /// 5.8.4: the parameters are copied from the calling procedure's stack to the new one.
    @Test
    void a_call_gate_copies_its_parameters_to_the_inner_stack() {
        m.store(SystemMachine.GDT + SystemMachine.FREE, 8, SystemMachine.HANDLER & 0xFFFF
                | (long) SystemMachine.CODE0 << 16 | (long) CALL_GATE_WITH_TWO_PARAMETERS << 32);
        m.ring(3);
        m.store(SystemMachine.STACK3, 4, 0x1111);
        m.store(SystemMachine.STACK3 + 4, 4, 0x2222);

        assertThat(m.execute(CALLF_GATE)).isEmpty();
        assertThat(cpu.cpl).isZero();
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        long sp = cpu.r[Cpu.RSP];
        int[] expected = {SystemMachine.CODE + 7, SystemMachine.CODE3, 0x1111, 0x2222,
                SystemMachine.STACK3, SystemMachine.DATA3};
        for (int n = 0; n < expected.length; n++) {
            assertThat(m.load(sp + 4 * n, 4)).as("word %d", n).isEqualTo(expected[n]);
        }
    }

    @Test
    void a_call_gate_of_ring_0_is_closed_to_ring_3() {
        m.store(SystemMachine.GDT + SystemMachine.FREE, 8, SystemMachine.HANDLER & 0xFFFF
                | (long) SystemMachine.CODE0 << 16 | 0x8C00L << 32);
        m.ring(3);
        assertThat(m.execute(CALLF_GATE)).isEqualTo("13(58)");
    }

    /// Table 6-5: a contributory exception while one is being delivered is a double fault; one more
    /// is a shutdown.
    @Test
    void a_fault_while_a_fault_is_delivered_is_a_double_fault_and_another_ends_the_CPU() {
        m.gate(GuestFault.DF, 0, SystemMachine.CODE0);
        assertThat(m.deliver(GuestFault.gp())).isTrue();
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        assertThat(m.load(cpu.r[Cpu.RSP], 4)).as("error code of #DF").isZero();

        m.store(SystemMachine.IDT + 8 * GuestFault.DF, 8, 0);
        assertThat(m.deliver(GuestFault.gp())).isFalse();
    }

    @Test
    void a_benign_exception_first_is_no_double_fault() {
        m.gate(GuestFault.NP, 0, SystemMachine.CODE0);
        m.store(SystemMachine.IDT + 8 * GuestFault.UD, 8, 0x0E00L << 32);
        assertThat(m.deliver(GuestFault.ud())).as("#UD's gate is not present: #NP").isTrue();
        assertThat(m.load(cpu.r[Cpu.RSP], 4)).isEqualTo(GuestFault.UD * 8 + 3);
    }

    /// 20.3.1: IRET with VM set in the image enters virtual-8086 mode; CLI there needs IOPL 3.
    @Test
    void IRET_enters_virtual_8086_mode_where_IOPL_guards_CLI_and_INT() {
        long sp = cpu.r[Cpu.RSP] - 36;
        cpu.r[Cpu.RSP] = sp;
        int[] frame = {0, SystemMachine.CODE >> 4, Flags.VM | Flags.ALWAYS_ONE, 0x100, 0x700,
                0x701, 0x702, 0x703, 0x704};
        for (int n = 0; n < frame.length; n++) {
            m.store(sp + 4 * n, 4, frame[n]);
        }
        m.store(SystemMachine.CODE + 16, 4, 0);

        assertThat(m.execute(IRETD)).isEmpty();
        assertThat(cpu.virtual8086()).isTrue();
        assertThat(cpu.cpl).isEqualTo(3);
        assertThat(cpu.segment[SegmentRegister.DS].base).isEqualTo(0x7020);
        cpu.rip = 0;
        m.store(SystemMachine.CODE, 1, 0xFA);
        assertThat(m.step()).as("CLI").isEqualTo("13(0)");
        m.store(SystemMachine.CODE, 2, 0x80CD);
        assertThat(m.step()).as("INT 80h").isEqualTo("13(0)");
    }

    @Test
    void CLI_in_ring_3_depends_on_IOPL() {
        m.ring(3);
        m.flags(Flags.IF);
        assertThat(m.execute(CLI)).isEqualTo("13(0)");
        m.flags(Flags.IF | Flags.IOPL);
        assertThat(m.execute(CLI)).isEmpty();
        assertThat(cpu.flag(Flags.IF)).isFalse();
    }

    /// "SYSCALL": RCX := RIP, R11 := RFLAGS, RFLAGS AND NOT IA32_FMASK.
    @Test
    void SYSCALL_and_SYSRET_go_there_and_back() {
        m.long64(3);
        m.flags(FLAGS);
        cpu.msr.star = 0x0018_0028L << 32;
        cpu.msr.lstar = SystemMachine.HANDLER;
        cpu.msr.fmask = Flags.IF;

        assertThat(m.execute("0F 05")).isEmpty();
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        assertThat(cpu.cpl).isZero();
        assertThat(cpu.r[Cpu.RCX]).isEqualTo(SystemMachine.CODE + 2);
        assertThat(cpu.r[11]).isEqualTo(FLAGS);
        assertThat(cpu.flag(Flags.IF)).isFalse();
        assertThat(cpu.segment[SegmentRegister.SS].selector).isEqualTo(0x30);

        assertThat(m.execute("48 0F 07")).isEmpty();
        assertThat(cpu.cpl).isEqualTo(3);
        assertThat(cpu.rip).isEqualTo(SystemMachine.CODE + 2);
        assertThat(cpu.eflags()).isEqualTo(FLAGS);
        assertThat(cpu.segment[SegmentRegister.CS].selector).isEqualTo(0x2B);
    }

    /// "SYSENTER": #GP(0) if IA32_SYSENTER_CS[15:2] = 0. "SYSEXIT": #GP(0) if RCX or RDX contains a
    /// non-canonical address.
    @Test
    void SYSENTER_needs_a_selector_and_SYSEXIT_canonical_addresses() {
        m.long64(0);
        assertThat(m.execute("0F 34")).isEqualTo("13(0)");
        cpu.msr.sysenterCs = SystemMachine.CODE0;
        cpu.r[Cpu.RDX] = 1L << 47;
        assertThat(m.execute("48 0F 35")).isEqualTo("13(0)");
        cpu.r[Cpu.RDX] = SystemMachine.HANDLER;
        cpu.r[Cpu.RCX] = SystemMachine.STACK3;
        assertThat(m.execute("48 0F 35")).isEmpty();
        assertThat(cpu.cpl).isEqualTo(3);
        assertThat(cpu.rip).isEqualTo(SystemMachine.HANDLER);
        assertThat(cpu.r[Cpu.RSP]).isEqualTo(SystemMachine.STACK3);
    }

    /// "CLAC": #UD if the CPL is greater than 0.
    @Test
    void CLAC_and_STAC_are_undefined_outside_ring_0() {
        m.long64(3);
        assertThat(m.execute("0F 01 CA")).isEqualTo("6");
        assertThat(m.execute("0F 01 CB")).isEqualTo("6");
    }

    @Test
    void privileged_instructions_are_GP_in_ring_3() {
        m.long64(3);
        for (String code : new String[]{"F4", "0F 06", "0F 01 17", "0F 01 1F", "0F 20 C0",
                "0F 22 D8", "0F 30", "0F 32", "0F 08", "0F 09", "0F 00 D0", "0F 00 D8",
                "0F 01 F8", "0F 21 C0", "0F 35"}) {
            assertThat(m.execute(code)).as(code).isEqualTo("13(0)");
        }
    }

    @Test
    void long_mode_pushes_SS_and_RSP_on_an_aligned_stack_even_within_ring_0() {
        m.long64(0);
        m.gate(GuestFault.UD, 0, SystemMachine.CODE64);
        cpu.r[Cpu.RSP] = SystemMachine.STACK0 - 3;
        cpu.rip = SystemMachine.CODE;

        assertThat(m.deliver(GuestFault.ud())).isTrue();
        long sp = cpu.r[Cpu.RSP];
        assertThat(sp).isEqualTo(SystemMachine.STACK0 - 16 - 40);
        assertThat(m.load(sp + 24, 8)).isEqualTo(SystemMachine.STACK0 - 3);
        assertThat(m.load(sp + 32, 8)).isEqualTo(SystemMachine.DATA0);
        assertThat(cpu.cr0 & ControlRegisters.CR0_PG).isNotZero();
    }
}
