package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Soft KVM's own capability: the process says what it writes into the guest's code, and from then
/// on nobody looks for what it does not say. A CPU sees every write, said or not.
class ReportedWritesTest extends AgreementTest {
    private static final int REPORTED_WRITES = 0x534F_4654;
    private static final int DATA = 4096;
    /// Of the number that the guest writes to its port.
    private static final int NUMBER = Machine.CODE + 1;

    private VirtualCpu vcpu;

    /// again: mov al, 1 · out 0x10, al · jmp again
    @BeforeEach
    void load() {
        vcpu = machine.load(0xB0, 1, 0xE6, 0x10, 0xEB, 0xFA).vcpu().realMode();
    }

    private int enable(int capability, int flags) {
        return machine.vm(Request.ENABLE_CAP, Struct.ofSize(104).u32(0, capability).u32(4, flags));
    }

    private void enable() {
        if (isSoft()) {
            assertThat(enable(REPORTED_WRITES, 0)).isZero();
        }
    }

    private int next() {
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        return vcpu.page.u8(DATA);
    }

    private void report(long address, int size) {
        machine.libc.cacheflush(machine.ram.address() + address, size);
    }

    @Test
    void only_Soft_KVM_has_it() {
        assertThat(machine.vm(Request.CHECK_EXTENSION, REPORTED_WRITES))
                .isEqualTo(isSoft() ? 1 : 0);
    }

    @Test
    void flags_and_other_capabilities_are_refused() {
        assertErrno(enable(REPORTED_WRITES, 1), Errno.EINVAL);
        assertErrno(enable(REPORTED_WRITES + 1, 0), Errno.EINVAL);
    }

    @Test
    void without_it_every_write_is_seen_by_the_next_run() {
        assertThat(next()).isEqualTo(1);
        machine.ram.u8(NUMBER, 2);
        assertThat(next()).isEqualTo(2);
    }

    @Test
    void with_it_those_that_are_reported() {
        enable();
        for (int number = 1; number < 5; number++) {
            machine.ram.u8(NUMBER, number);
            report(NUMBER, 1);
            assertThat(next()).isEqualTo(number);
        }
    }

    @Test
    void a_report_may_be_of_more_than_was_written_and_of_memory_that_is_nobodys() {
        enable();
        assertThat(next()).isEqualTo(1);
        machine.ram.u8(NUMBER, 2);
        report(0, (int) Machine.RAM_BYTES);
        machine.libc.cacheflush(0, 1 << 20);
        assertThat(next()).isEqualTo(2);
    }

    @Test
    void what_is_enabled_late_begins_with_the_memory_of_then() {
        assertThat(next()).isEqualTo(1);
        machine.ram.u8(NUMBER, 2);
        enable();
        assertThat(next()).isEqualTo(2);
    }

    /// Else it would be of no use.
    @Test
    void and_Soft_KVM_does_not_look_for_others() {
        enable();
        assertThat(next()).isEqualTo(1);
        machine.ram.u8(NUMBER, 2);
        assertThat(next()).isEqualTo(isSoft() ? 1 : 2);
    }

    @Test
    void memory_that_is_taken_away_and_given_back_may_have_changed() {
        enable();
        assertThat(next()).isEqualTo(1);
        Machine.must(machine.region(0, 0, 0, 0, machine.ram.address()));
        machine.ram.u8(NUMBER, 2);
        Machine.must(machine.region(0, 0, 0, Machine.RAM_BYTES, machine.ram.address()));
        assertThat(next()).isEqualTo(2);
    }

    @Test
    void when_the_VM_is_closed_its_vCPU_looks_for_itself_again() {
        enable();
        assertThat(next()).isEqualTo(1);
        machine.libc.close(machine.vm);
        machine.ram.u8(NUMBER, 2);
        assertThat(next()).isEqualTo(2);
    }
}
