package dev.vmexit.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelExceptionTest {
    @Test
    void EACCES_on_dev_kvm_names_the_group() {
        assertThat(new KernelException("open(/dev/kvm)", Errno.EACCES.number())).hasMessage(
                "open(/dev/kvm) failed: EACCES (permission denied). "
                        + "What to do: your user may not open it; "
                        + "`sudo usermod -aG kvm $USER`, "
                        + "log in again, and `groups` should show kvm.");
    }

    @Test
    void ENOENT_on_dev_kvm_names_the_module_and_how_to_see_nesting() {
        assertThat(new KernelException("open(/dev/kvm)", Errno.ENOENT.number()))
                .hasMessageContaining("modprobe kvm_intel").hasMessageContaining("vmx|svm")
                .hasMessageContaining("parameters/nested");
    }

    @Test
    void an_error_we_know_nothing_about_keeps_its_number() {
        assertThat(new KernelException("ioctl(KVM_RUN)", 77))
                .hasMessage("ioctl(KVM_RUN) failed: errno 77");
    }

    @Test
    void only_minus_4095_to_minus_1_are_errors() {
        assertThat(KernelException.check("mmap", -4096L)).isEqualTo(-4096);
        assertThat(KernelException.check("open", 3)).isEqualTo(3);
        assertThatThrownBy(() -> KernelException.check("open", -4095))
                .isInstanceOf(KernelException.class);
    }
}
