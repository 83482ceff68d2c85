package dev.vmexit.softkvm.packed;

import static dev.vmexit.softkvm.packed.Expectation.eachSigned;
import static dev.vmexit.softkvm.packed.Expectation.eachUnsigned;

import org.junit.jupiter.api.Test;

class MinMaxTest {
    @Test
    void pminu_and_pmaxu_are_unsigned() {
        eachUnsigned(8, Math::min).lane(MinMax::pminub);
        eachUnsigned(16, Math::min).lane(MinMax::pminuw);
        eachUnsigned(32, Math::min).lane(MinMax::pminud);
        eachUnsigned(8, Math::max).lane(MinMax::pmaxub);
        eachUnsigned(16, Math::max).lane(MinMax::pmaxuw);
        eachUnsigned(32, Math::max).lane(MinMax::pmaxud);
    }

    @Test
    void pmins_and_pmaxs_are_signed() {
        eachSigned(8, Math::min).lane(MinMax::pminsb);
        eachSigned(16, Math::min).lane(MinMax::pminsw);
        eachSigned(32, Math::min).lane(MinMax::pminsd);
        eachSigned(8, Math::max).lane(MinMax::pmaxsb);
        eachSigned(16, Math::max).lane(MinMax::pmaxsw);
        eachSigned(32, Math::max).lane(MinMax::pmaxsd);
    }
}
