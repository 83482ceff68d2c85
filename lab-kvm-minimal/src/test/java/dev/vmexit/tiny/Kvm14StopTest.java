package dev.vmexit.tiny;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.guest.Guests;
import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import dev.vmexit.kvm.Requests;
import dev.vmexit.kvm.VmExit;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class Kvm14StopTest {
    @Test
    @Graded(exercise = "kvm-14", id = "kvm-14.flag", points = 1)
    void a_vcpu_that_is_not_running_yet_returns_at_its_next_run() {
        try (var script = new ScriptedCpu()) {
            script.vcpu().stop();
            assertThat(script.page(1, 1)).as("immediate_exit, at offset 1 of kvm_run")
                    .isEqualTo("01");
        }
    }

    @Test
    @Graded(exercise = "kvm-14", id = "kvm-14.order", points = 1)
    void the_flag_is_raised_before_the_thread_is_interrupted() {
        try (var script = new ScriptedCpu()) {
            var during = new String[1];
            script.kernel().onInterrupt(() -> during[0] = script.page(1, 1));
            script.kernel().on(Requests.KVM_RUN, (fd, argument) -> {
                script.vcpu().stop();
                return -Errno.EINTR.number();
            });
            assertThat(script.vcpu().run()).isEqualTo(new VmExit.Interrupted());
            assertThat(script.kernel().calls()).as("the thread that runs is interrupted")
                    .contains("interrupt(1)");
            assertThat(during[0]).as("immediate_exit when the thread is interrupted")
                    .isEqualTo("01");
            assertThat(script.kernel().mapped(0).get(JAVA_BYTE, 1))
                    .as("immediate_exit is down again for the next run").isZero();
        }
    }

    @Test
    @Graded(exercise = "kvm-14", id = "kvm-14.stops", points = 2, requires = "kvm")
    void a_guest_that_never_exits_is_stopped_from_another_thread() throws Exception {
        var console = new Console("", OutputStream.nullOutputStream());
        try (TinyMachine machine = TinyMachine.load(LibC.host(), Guests.forever(), console)) {
            var tid = new CompletableFuture<Integer>();
            var end = CompletableFuture.supplyAsync(() -> {
                tid.complete(LibC.host().gettid());
                return machine.run();
            });
            int runner = tid.get();
            Thread.sleep(50);
            try {
                machine.vcpu().stop();
                assertThat(end.get()).as("the exit of `jmp $` after stop()")
                        .isEqualTo(new VmExit.Interrupted());
            } finally {
                // Whatever stop() did: memory must not be unmapped under a guest that runs.
                while (!end.isDone()) {
                    LibC.host().interrupt(runner);
                    Thread.sleep(1);
                }
            }
        }
    }
}
