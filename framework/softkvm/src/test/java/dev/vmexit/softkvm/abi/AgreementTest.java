package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.assertj.core.api.AbstractIntegerAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What every test of the suite stands on: each fact is checked against the kernel's KVM and
/// against Soft KVM, unchanged.
///
/// Where there is no `/dev/kvm` that half is reported as not run.
@ParameterizedClass
@EnumSource(Kernel.class)
abstract class AgreementTest {
    @Parameter
    Kernel kernel;

    Machine machine;

    @BeforeEach
    void open() {
        var libc = kernel.libc();
        Assumptions.assumeTrue(libc.isPresent(), "not run: there is no /dev/kvm to be used");
        machine = new Machine(libc.get());
    }

    @AfterEach
    void close() {
        if (machine != null) {
            machine.close();
        }
    }

    /// The rest of the test is a row of the README's table "Where the two differ": this machine's
    /// KVM may answer otherwise.
    void unlessItDiffers(boolean agrees, String why) {
        Assumptions.assumeTrue(isSoft() || agrees, () -> "not run, the two differ: " + why);
    }

    boolean isSoft() {
        return kernel == Kernel.SOFT;
    }

    static AbstractIntegerAssert<?> assertErrno(int result, Errno errno) {
        return assertThat(result).as("expected " + errno).isEqualTo(-errno.number());
    }
}
