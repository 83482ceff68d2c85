package dev.vmexit.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    /// A kernel that fails once and then has forgotten why.
    private final ArrayDeque<Boolean> answers = new ArrayDeque<>(List.of(true, false, true));
    private final Durability durability = new Durability("disk.raw", () -> {
        if (!answers.remove()) {
            throw new IOException("Input/output error");
        }
    });

    @Test
    void after_a_failed_fsync_no_flush_succeeds() throws IOException {
        durability.sync();
        assertThatThrownBy(durability::sync).isInstanceOf(IOException.class)
                .hasMessage("Input/output error");
        for (int n = 0; n < 2; n++) {
            assertThatThrownBy(durability::sync).isInstanceOf(IOException.class)
                    .hasMessageContaining("disk.raw").hasMessageContaining("Input/output error")
                    .hasMessageContaining("open the file again");
        }
        assertThat(answers).as("the kernel is not asked again").hasSize(1);
    }
}
