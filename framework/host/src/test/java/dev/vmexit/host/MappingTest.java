package dev.vmexit.host;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MappingTest {
    private static final long GiB = 1L << 30;

    @Test
    void memory_above_2_GiB_can_be_reached() {
        try (var mapping = Mapping.anonymous(NativeLibC.INSTANCE, 3 * GiB)) {
            mapping.segment().set(JAVA_BYTE, 3 * GiB - 1, (byte) 0x5A);
            assertThat(mapping.segment().get(JAVA_BYTE, 3 * GiB - 1)).isEqualTo((byte) 0x5A);
            assertThat(mapping.segment().get(JAVA_BYTE, 2 * GiB)).isZero();
        }
    }

    @Test
    void an_access_after_close_is_an_exception_and_not_the_end_of_the_JVM() {
        var kernel = new ScriptedKernel();
        var mapping = Mapping.anonymous(kernel, 8192);
        mapping.close();
        mapping.close();
        assertThatThrownBy(() -> mapping.segment().get(JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(kernel.openMappings()).isZero();
    }

    @Test
    void an_impossible_size_is_the_hosts_error() {
        assertThatThrownBy(() -> Mapping.anonymous(NativeLibC.INSTANCE, 1L << 60))
                .isInstanceOf(KernelException.class).hasMessageContaining("ENOMEM")
                .hasMessageContaining("--memory");
    }
}
