package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.ops.X87Machine.DATA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import org.junit.jupiter.api.Test;

class ExtendedStateTest {
    private static final String FLDPI = "D9 EB";
    private static final String FXSAVE = "0F AE 07";
    private static final String FXRSTOR = "0F AE 0F";
    private static final String XSAVE = "0F AE 27";
    private static final String XRSTOR = "0F AE 2F";
    private static final long XSTATE_BV = DATA + 512;

    private final X87Machine machine = X87Machine.long64().fill(DATA, 1024, 0x55);

    @Test
    void FXSAVE_writes_416_bytes_in_64_bit_code() {
        machine.cpu.vectors.lo[15] = 0x1122_3344_5566_7788L;
        machine.cpu.vectors.hi[15] = -1;
        machine.run(FLDPI, FXSAVE);
        assertThat(machine.load(DATA, 48)).isEqualTo("7f03" + "0038" + "80" + "00" + "0000"
                + "00100000" + "0000" + "0000" + "00000000" + "0000" + "0000"
                + "801f0000" + "ffff0000" + "35c26821a2da0fc9" + "0040000000000000");
        assertThat(machine.load(DATA + 400, 24)).isEqualTo("8877665544332211"
                + "ffffffffffffffff" + "5555555555555555");
    }

    @Test
    void FXSAVE_knows_eight_XMM_registers_outside_64_bit_code() {
        X87Machine narrow = X87Machine.protected32().fill(DATA, 512, 0x55);
        narrow.cpu.vectors.hi[7] = 7;
        narrow.run(FXSAVE);
        assertThat(narrow.load(DATA + 280, 16)).isEqualTo("0700000000000000"
                + "5555555555555555");
        narrow.cpu.vectors.lo[8] = 8;
        narrow.run(FXRSTOR);
        assertThat(narrow.cpu.vectors.lo[8]).as("XMM8 is left alone").isEqualTo(8);
    }

    @Test
    void REX_W_makes_the_pointers_64_bits() {
        machine.x87.fip = 0x1122_3344_5566_7788L;
        machine.run("48" + FXSAVE);
        assertThat(machine.load(DATA + 8, 8)).isEqualTo("8877665544332211");
        machine.run(FXSAVE);
        assertThat(machine.load(DATA + 8, 8)).isEqualTo("8877665500000000");
    }

    @Test
    void FXRSTOR_brings_everything_back() {
        machine.cpu.vectors.lo[3] = 42;
        machine.cpu.mxcsr.value = 0x1FA0;
        machine.run(FLDPI, FXSAVE, "DB E3");
        machine.cpu.vectors.lo[3] = 0;
        machine.cpu.mxcsr.value = 0x1F80;
        machine.run(FXRSTOR);
        assertThat(machine.st(0)).isEqualTo("4000:c90fdaa22168c235");
        assertThat(machine.cpu.vectors.lo[3]).isEqualTo(42);
        assertThat(machine.cpu.mxcsr.value).isEqualTo(0x1FA0);
    }

    @Test
    void FXRSTOR_of_a_reserved_MXCSR_bit_is_GP_and_changes_nothing() {
        machine.run(FLDPI, FXSAVE, "DB E3").store(DATA + 24, "801f0100");
        assertThat(faultOf(FXRSTOR)).isEqualTo(GuestFault.GP);
        assertThat(machine.st(0)).isEqualTo("empty");
    }

    @Test
    void images_that_are_not_aligned_are_GP() {
        machine.cpu.r[Cpu.RDI] = DATA + 8;
        assertThat(faultOf(FXSAVE)).isEqualTo(GuestFault.GP);
        machine.cpu.r[Cpu.RDI] = DATA + 16;
        machine.run(FXSAVE);
        assertThat(faultOf(XSAVE)).isEqualTo(GuestFault.GP);
        assertThat(faultOf(XRSTOR)).isEqualTo(GuestFault.GP);
    }

    @Test
    void XSAVE_is_UD_without_CR4_OSXSAVE_and_NM_with_CR0_TS() {
        machine.cpu.cr0 |= ControlRegisters.CR0_TS;
        assertThat(faultOf(XSAVE)).isEqualTo(GuestFault.NM);
        machine.cpu.cr4 &= ~ControlRegisters.CR4_OSXSAVE;
        assertThat(faultOf(XSAVE)).isEqualTo(GuestFault.UD);
    }

    @Test
    void XSAVE_writes_what_is_requested_and_says_so() {
        machine.fill(XSTATE_BV, 8, 0);
        machine.cpu.r[Cpu.RAX] = 2;
        machine.run(XSAVE);
        assertThat(machine.load(DATA, 32)).isEqualTo("55".repeat(24) + "801f0000ffff0000");
        assertThat(machine.load(DATA + 32, 128)).isEqualTo("55".repeat(128));
        assertThat(machine.load(DATA + 160, 256)).isEqualTo("00".repeat(256));
        assertThat(machine.load(XSTATE_BV, 16)).isEqualTo("0200000000000000" + "55".repeat(8));
        machine.cpu.r[Cpu.RAX] = 1;
        machine.run("0F AE 37");
        assertThat(machine.load(XSTATE_BV, 8)).as("after XSAVEOPT").startsWith("03");
    }

    @Test
    void XRSTOR_initializes_what_is_requested_and_not_in_the_image() {
        machine.cpu.r[Cpu.RAX] = 3;
        machine.fill(XSTATE_BV, 64, 0).run(FLDPI, XSAVE).fill(XSTATE_BV, 8, 0);
        machine.store(DATA + 24, "c01f0000");
        machine.cpu.vectors.lo[9] = 9;
        machine.run(XRSTOR);
        assertThat(machine.x87.abridgedTags()).isZero();
        assertThat(machine.x87.mmx(7)).isZero();
        assertThat(machine.cpu.vectors.lo[9]).isZero();
        assertThat(machine.cpu.mxcsr.value).as("MXCSR comes from memory").isEqualTo(0x1FC0);
    }

    @Test
    void XRSTOR_leaves_alone_what_is_not_requested() {
        machine.cpu.r[Cpu.RAX] = 3;
        machine.fill(XSTATE_BV, 64, 0).run(XSAVE, FLDPI);
        machine.cpu.r[Cpu.RAX] = 2;
        machine.run(XRSTOR);
        assertThat(machine.st(0)).isEqualTo("4000:c90fdaa22168c235");
    }

    @Test
    void XRSTOR_of_a_bad_header_is_GP() {
        machine.cpu.r[Cpu.RAX] = 3;
        machine.fill(XSTATE_BV, 64, 0).run(XSAVE);
        machine.store(XSTATE_BV, "07");
        assertThat(faultOf(XRSTOR)).as("a component that XCR0 has not").isEqualTo(GuestFault.GP);
        machine.store(XSTATE_BV, "03").store(XSTATE_BV + 15, "80");
        assertThat(faultOf(XRSTOR)).as("the compacted form").isEqualTo(GuestFault.GP);
    }

    private int faultOf(String code) {
        return catchThrowableOfType(GuestFault.class, () -> machine.run(code)).vector();
    }
}
