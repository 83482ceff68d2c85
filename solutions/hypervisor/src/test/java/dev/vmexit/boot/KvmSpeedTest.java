package dev.vmexit.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import dev.vmexit.softkvm.SoftKernel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KvmSpeedTest {
    /// A Soft KVM of which the first so many runs last until they are interrupted, and execute
    /// nothing: what an emulated KVM on a busy host looks like.
    private static final class Late {
        private final LibC soft = new SoftKernel();
        private final Semaphore interruptions = new Semaphore(0);
        private int late;

        private Late(int late) {
            this.late = late;
        }

        LibC asLibC() {
            return (LibC) Proxy.newProxyInstance(LibC.class.getClassLoader(),
                    new Class<?>[]{LibC.class},
                    (proxy, method, arguments) -> call(method, arguments));
        }

        private Object call(Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("interrupt")) {
                interruptions.release();
            }
            if (method.getName().equals("kvmRun") && late-- > 0) {
                // Whoever stops a run that has not begun yet interrupts nobody.
                interruptions.tryAcquire(5, TimeUnit.SECONDS);
                return -Errno.EINTR.number();
            }
            try {
                return method.invoke(soft, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }
    }

    @Test
    void a_window_in_which_the_guest_did_not_begin_does_not_count() {
        KvmSpeed speed = KvmSpeed.measure(new Late(1).asLibC());
        assertThat(speed.instructionsPerSecond()).isPositive();
    }

    @Test
    void one_that_never_begins_is_not_waited_for_for_ever() {
        KvmSpeed speed = KvmSpeed.measure(new Late(Integer.MAX_VALUE).asLibC());
        assertThat(speed.instructionsPerSecond()).isZero();
        assertThat(speed.isEnoughForLinux()).isFalse();
    }
}
