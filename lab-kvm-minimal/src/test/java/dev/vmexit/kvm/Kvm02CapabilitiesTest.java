package dev.vmexit.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.course.Graded;
import dev.vmexit.course.Thrown;
import dev.vmexit.host.ScriptedKernel;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Kvm02CapabilitiesTest {
    /// A KVM that lacks what the set names.
    private static ScriptedKernel lacking(Set<Capability> missing) {
        return Scripts.kvm().on(Requests.KVM_CHECK_EXTENSION, (fd, argument) -> missing.stream()
                .anyMatch(capability -> capability.number() == argument) ? 0 : 4096);
    }

    @Test
    @Graded(exercise = "kvm-02", id = "kvm-02.missing", points = 3)
    void one_message_names_every_capability_that_is_missing_and_no_other() {
        var missing = EnumSet.of(Capability.IRQFD, Capability.IMMEDIATE_EXIT);
        try (Kvm kvm = Kvm.open(lacking(missing))) {
            assertThat(Thrown.by(() -> kvm.require(EnumSet.allOf(Capability.class))))
                    .as("a KVM without IRQFD and IMMEDIATE_EXIT")
                    .isInstanceOf(UnsupportedKvm.class)
                    .hasMessageContaining("IRQFD").hasMessageContaining("IMMEDIATE_EXIT")
                    .message().doesNotContain("PIT2").doesNotContain("USER_MEMORY");
        }
    }

    @Test
    @Graded(exercise = "kvm-02", id = "kvm-02.present", points = 1)
    void a_capability_that_answers_with_a_size_is_there_and_only_what_is_needed_counts() {
        try (Kvm kvm = Kvm.open(lacking(EnumSet.of(Capability.EXT_CPUID)))) {
            assertThat(Thrown.by(() -> kvm.require(EnumSet.of(Capability.USER_MEMORY))))
                    .as("USER_MEMORY answered 4096; EXT_CPUID is missing and was not asked for")
                    .isNull();
        }
    }
}
