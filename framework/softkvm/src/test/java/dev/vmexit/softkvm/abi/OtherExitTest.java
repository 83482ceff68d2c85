package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `KVM_EXIT_HLT`, `_SHUTDOWN`, `_INTR`, `_INTERNAL_ERROR`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
class OtherExitTest extends AgreementTest {
    @Test
    void HLT_exits_behind_itself() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode();
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE + 1);
    }

    @Test
    @Timeout(20)
    void with_interrupt_controllers_HLT_waits_inside_until_a_signal() throws Exception {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode();
        assertThat(interruptedRun(vcpu)).isEqualTo(-Errno.EINTR.number());
        assertThat(vcpu.exitReason()).isEqualTo(Exit.INTR);
        assertThat(vcpu.get(Request.GET_MP_STATE).u32(0)).as("halted").isEqualTo(3);
    }

    @Test
    @Timeout(20)
    void a_signal_ends_an_endless_loop() throws Exception {
        VirtualCpu vcpu = machine.load(0xEB, 0xFE).vcpu().realMode(); // jmp itself
        assertThat(interruptedRun(vcpu)).isEqualTo(-Errno.EINTR.number());
        assertThat(vcpu.exitReason()).isEqualTo(Exit.INTR);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE);
    }

    @Test
    @Timeout(20)
    void a_signal_ends_the_wait_of_a_vCPU_that_was_never_started() throws Exception {
        machine.vm(Request.CREATE_IRQCHIP, 0);
        machine.vcpu(0);
        assertThat(interruptedRun(machine.vcpu(1))).isEqualTo(-Errno.EINTR.number());
    }

    /// Signals until it works: the first may come before the thread is inside.
    private int interruptedRun(VirtualCpu vcpu) throws Exception {
        AtomicInteger tid = new AtomicInteger();
        var done = new CompletableFuture<Integer>();
        Thread.ofPlatform().daemon().start(() -> {
            tid.set(machine.libc.gettid());
            done.complete(vcpu.run());
        });
        while (!done.isDone()) {
            Thread.sleep(Duration.ofMillis(20));
            if (tid.get() != 0) {
                machine.libc.interrupt(tid.get());
            }
        }
        return done.get();
    }

    @Test
    void immediate_exit_executes_nothing() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode();
        vcpu.page.u8(Exit.IMMEDIATE_EXIT, 1);
        assertErrno(vcpu.run(), Errno.EINTR);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE);
        vcpu.page.u8(Exit.IMMEDIATE_EXIT, 0);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    @Test
    void a_triple_fault_is_SHUTDOWN() {
        VirtualCpu vcpu = machine.load(0x0F, 0x0B).vcpu().realMode(); // ud2
        vcpu.protectedMode();
        Struct sregs = vcpu.get(Request.GET_SREGS).u16(208 + 8, 0); // no IDT
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.SHUTDOWN);
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE);
    }

    /// suberror u32 · ndata u32 · flags u64 · length u8 · bytes[15]
    @Test
    void code_where_no_memory_is_is_an_emulation_error() {
        VirtualCpu vcpu = machine.vcpu().realMode();
        Struct sregs = vcpu.get(Request.GET_SREGS).u64(0, 0x8_0000).u16(12, 0x8000);
        vcpu.set(Request.SET_SREGS, sregs);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.INTERNAL_ERROR);
        assertThat(vcpu.page.u32(Exit.DETAILS)).as("KVM_INTERNAL_ERROR_EMULATION").isEqualTo(1);
    }

    @Test
    void the_run_page_tells_CR8_and_the_APIC_base() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode();
        vcpu.set(Request.SET_SREGS, vcpu.get(Request.GET_SREGS).u64(256, 5));
        vcpu.page.u64(Exit.CR8, 5);
        vcpu.runToExit();
        assertThat(vcpu.page.u64(Exit.CR8)).isEqualTo(5);
        assertThat(vcpu.page.u64(Exit.APIC_BASE)).isEqualTo(0xFEE0_0900L);
    }

    @Test
    void without_a_local_APIC_CR8_is_taken_from_the_run_page() {
        VirtualCpu vcpu = machine.load(0xF4).vcpu().realMode();
        vcpu.page.u64(Exit.CR8, 9);
        vcpu.runToExit();
        assertThat(vcpu.get(Request.GET_SREGS).u64(256)).isEqualTo(9);
    }
}
