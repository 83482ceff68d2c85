package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.vmexit.softkvm.cpu.ControlRegisters;
import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.GuestFault;
import dev.vmexit.softkvm.cpu.NonCanonical;
import dev.vmexit.softkvm.fp.X87Status;
import org.junit.jupiter.api.Test;

class X87OpsTest {
    private static final String FLD1 = "D9 E8";
    private static final String FLDZ = "D9 EE";
    private static final String FLDPI = "D9 EB";
    private static final String FDIVP = "DE F9";
    private static final String FWAIT = "9B";
    private static final String FLDCW = "D9 2F";
    private static final String ONE = "3fff:8000000000000000";
    private static final String INDEFINITE = "ffff:c000000000000000";
    private static final String ALL_UNMASKED = "4003";

    private final X87Machine machine = X87Machine.long64();

    @Test
    void a_push_goes_below_TOP_and_a_pop_empties() {
        machine.run(FLD1, FLDPI);
        assertThat(machine.x87.statusWord()).isEqualTo(6 << 11);
        assertThat(machine.st(1)).isEqualTo(ONE);
        machine.run("DD D8");
        assertThat(machine.st(0)).isEqualTo(ONE);
        assertThat(machine.st(7)).isEqualTo("empty");
    }

    @Test
    void the_ninth_push_is_an_overflow_with_C1_and_the_indefinite_NaN() {
        for (int n = 0; n < 9; n++) {
            machine.run(FLD1);
        }
        assertThat(machine.x87.statusWord() & ~X87Status.TOP)
                .isEqualTo(X87Status.IE | X87Status.SF | X87Status.C1);
        assertThat(machine.st(0)).isEqualTo(INDEFINITE);
        assertThat(machine.st(1)).isEqualTo(ONE);
    }

    @Test
    void an_unmasked_overflow_pushes_nothing() {
        machine.store(X87Machine.DATA, ALL_UNMASKED).run(FLDCW);
        for (int n = 0; n < 9; n++) {
            machine.run(FLD1);
        }
        assertThat(machine.st(0)).isEqualTo(ONE);
        assertThat(machine.x87.statusWord() & X87Status.TOP).isZero();
    }

    @Test
    void an_unmasked_exception_is_MF_of_the_next_waiting_instruction() {
        machine.store(X87Machine.DATA, ALL_UNMASKED).run(FLDCW, FLD1, FLDZ, FDIVP);
        assertThat(machine.x87.status.isSet(X87Status.ES)).isTrue();
        assertThat(machine.st(1)).as("not computed, not popped").isEqualTo(ONE);
        assertThat(faultOf(FWAIT)).isEqualTo(GuestFault.MF);
        assertThat(faultOf(FLD1)).isEqualTo(GuestFault.MF);
        assertThat(faultOf("0F 77")).as("EMMS").isEqualTo(GuestFault.MF);
        machine.run("DF E0", "DB E2", FWAIT);
        assertThat(machine.cpu.r[Cpu.RAX]).as("FNSTSW does not wait").isEqualTo(0xB084);
    }

    @Test
    void unmasking_an_exception_that_has_happened_makes_it_pending() {
        machine.run(FLD1, FLDZ, FDIVP, FWAIT);
        machine.store(X87Machine.DATA, ALL_UNMASKED).run(FLDCW);
        assertThat(faultOf(FWAIT)).isEqualTo(GuestFault.MF);
    }

    @Test
    void CR0_TS_is_NM_before_anything_else() {
        machine.store(X87Machine.DATA, ALL_UNMASKED).run(FLDCW, FLD1, FLDZ, FDIVP);
        machine.cpu.cr0 |= ControlRegisters.CR0_TS;
        assertThat(faultOf(FLD1)).isEqualTo(GuestFault.NM);
    }

    @Test
    void a_store_that_faults_has_neither_popped_nor_set_flags() {
        machine.run(FLDPI);
        machine.cpu.r[Cpu.RDI] = 1L << 60;
        for (String store : new String[]{"DD 1F", "D9 1F", "DB 3F", "DF 37", "DB 1F"}) {
            assertThatThrownBy(() -> machine.run(store)).isInstanceOf(NonCanonical.class);
        }
        assertThat(machine.x87.statusWord()).isEqualTo(7 << 11);
        assertThat(machine.st(0)).isEqualTo("4000:c90fdaa22168c235");
    }

    @Test
    void a_ten_byte_store_across_the_end_of_canonical_addresses_writes_nothing() {
        machine.run(FLD1);
        machine.cpu.r[Cpu.RDI] = (1L << 47) - 8;
        assertThatThrownBy(() -> machine.run("DB 3F")).isInstanceOf(NonCanonical.class);
        assertThat(machine.st(0)).isEqualTo(ONE);
    }

    @Test
    void an_unmasked_denormal_in_memory_prevents_the_addition() {
        machine.store(X87Machine.DATA, "7D03").run(FLDCW, FLD1);
        machine.store(X87Machine.DATA, "01000000").run("D8 07");
        assertThat(machine.x87.statusWord()).isEqualTo(7 << 11 | 0x8082);
        assertThat(machine.st(0)).isEqualTo(ONE);
    }

    @Test
    void FCOMI_leaves_the_condition_bits_alone() {
        machine.run(FLDZ, FLD1);
        machine.x87.statusWord(machine.x87.statusWord() | X87Status.C0 | X87Status.C3);
        machine.run("DB F1");
        assertThat(machine.cpu.eflags() & 0x8D5).isZero();
        assertThat(machine.x87.status.isSet(X87Status.C3)).isTrue();
    }

    @Test
    void FIP_and_FDP_are_those_of_the_last_instruction_that_computed() {
        machine.run("66 D8 07", "D9 3F");
        assertThat(machine.x87.fip).isEqualTo(X87Machine.CODE);
        assertThat(machine.x87.fdp).isEqualTo(X87Machine.DATA);
        assertThat(machine.x87.fop).as("no exception was unmasked").isZero();
    }

    @Test
    void FOP_is_that_of_an_unmasked_exception() {
        machine.store(X87Machine.DATA, ALL_UNMASKED).run(FLDCW, FLD1, FLDZ, FDIVP);
        assertThat(machine.x87.fop).isEqualTo(0x6F9);
    }

    @Test
    void MMX_registers_are_significands_whatever_TOP_is() {
        machine.run(FLDPI);
        assertThat(machine.x87.mmx(7)).isEqualTo(0xC90F_DAA2_2168_C235L);
        machine.x87.enterMmx();
        machine.x87.setMmx(2, 5);
        assertThat(machine.st(2)).isEqualTo("ffff:0000000000000005");
        assertThat(machine.x87.abridgedTags()).isEqualTo(0xFF);
        machine.run("0F 77");
        assertThat(machine.x87.abridgedTags()).isZero();
    }

    private int faultOf(String code) {
        return catchThrowableOfType(GuestFault.class, () -> machine.run(code)).vector();
    }
}
