package dev.vmexit.softkvm.ops;

import static dev.vmexit.softkvm.ops.X87Machine.DATA;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class X87EnvironmentTest {
    private static final String FLD1 = "D9 E8";
    private static final String FNSTENV = "D9 37";
    private static final String FLDENV = "D9 27";
    private static final String FNSAVE = "DD 37";
    private static final String FRSTOR = "DD 27";

    @Test
    void the_32_bit_protected_format_is_28_bytes() {
        X87Machine machine = X87Machine.protected32().fill(DATA, 32, 0x55);
        machine.run(FLD1);
        pointers(machine);
        machine.run(FNSTENV);
        assertThat(machine.load(DATA, 32)).isEqualTo("7f03ffff" + "0038ffff" + "ff3fffff"
                + "78563412" + "0000a502" + "f0debc0a" + "0000ffff" + "55555555");
    }

    @Test
    void the_16_bit_protected_format_is_14_bytes_without_FOP() {
        X87Machine machine = X87Machine.protected32().fill(DATA, 16, 0x55);
        machine.run(FLD1);
        pointers(machine);
        machine.run("66" + FNSTENV);
        assertThat(machine.load(DATA, 16)).isEqualTo("7f03" + "0038" + "ff3f" + "7856" + "0000"
                + "f0de" + "0000" + "5555");
    }

    @Test
    void the_32_bit_real_format_splits_the_pointers() {
        X87Machine machine = X87Machine.real();
        pointers(machine);
        machine.run("66 D9 35");
        assertThat(machine.load(DATA, 28)).isEqualTo("7f03ffff" + "0000ffff" + "ffffffff"
                + "7856ffff" + "a5422301" + "f0deffff" + "00c0ab00");
    }

    @Test
    void the_16_bit_real_format_keeps_20_bits_of_the_pointers() {
        X87Machine machine = X87Machine.real();
        pointers(machine);
        machine.run("D9 35");
        assertThat(machine.load(DATA, 14)).isEqualTo("7f03" + "0000" + "ffff" + "7856" + "a542"
                + "f0de" + "00c0");
    }

    @Test
    void what_FNSTENV_stores_FLDENV_loads_in_every_format() {
        for (String prefix : new String[]{"", "66"}) {
            X87Machine machine = X87Machine.real();
            machine.run(FLD1);
            pointers(machine);
            machine.run(prefix + "D9 35", "DB E3", prefix + "D9 25");
            assertThat(machine.x87.statusWord()).isEqualTo(0x3800);
            assertThat(machine.x87.abridgedTags()).isEqualTo(0x80);
            assertThat(machine.x87.fop).isEqualTo(0x2A5);
            long kept = prefix.isEmpty() ? 0xF_FFFFL : 0xFFFF_FFFFL;
            assertThat(machine.x87.fip).isEqualTo(0x1234_5678L & kept);
            assertThat(machine.x87.fdp).isEqualTo(0x0ABC_DEF0L & kept);
        }
    }

    @Test
    void FNSTENV_masks_all_and_so_ends_a_pending_exception() {
        X87Machine machine = X87Machine.long64().store(DATA, "4003");
        machine.run("D9 2F", "D9 E8", "D9 EE", "DE F9", FNSTENV, "9B");
        assertThat(machine.x87.controlWord()).isEqualTo(0x37F);
        assertThat(machine.load(DATA + 4, 2)).as("ES is stored").isEqualTo("84b0");
        assertThat(machine.x87.statusWord()).isEqualTo(0x3004);
    }

    @Test
    void FLDENV_makes_a_stored_exception_pending_again() {
        X87Machine machine = X87Machine.long64().store(DATA, "4003");
        machine.run("D9 2F", "D9 E8", "D9 EE", "DE F9", FNSTENV, FLDENV);
        assertThat(machine.x87.statusWord()).isEqualTo(0xB084);
    }

    @Test
    void FNSAVE_stores_the_stack_from_ST0_and_initializes() {
        X87Machine machine = X87Machine.long64().fill(DATA, 112, 0x55);
        machine.run("D9 EB", "D9 E8", FNSAVE);
        assertThat(machine.load(DATA + 28, 20)).isEqualTo("0000000000000080ff3f"
                + "35c26821a2da0fc90040");
        assertThat(machine.load(DATA + 108, 4)).isEqualTo("55555555");
        assertThat(machine.x87.statusWord()).isZero();
        assertThat(machine.x87.abridgedTags()).isZero();
        machine.run(FRSTOR);
        assertThat(machine.st(0)).isEqualTo("3fff:8000000000000000");
        assertThat(machine.st(1)).isEqualTo("4000:c90fdaa22168c235");
        assertThat(machine.x87.statusWord()).isEqualTo(0x3000);
    }

    @Test
    void the_tag_word_is_worked_out_from_the_content() {
        X87Machine machine = X87Machine.long64();
        machine.put(0, "3fff:8000000000000000");
        machine.put(1, "0000:0000000000000000");
        machine.put(2, "7fff:8000000000000000");
        machine.put(3, "0000:0000000000000001");
        machine.put(4, "4000:0000000000000001");
        assertThat(machine.x87.tagWord()).isEqualTo(0b11_11_11_10_10_10_01_00);
    }

    private static void pointers(X87Machine machine) {
        machine.x87.fip = 0x1234_5678L;
        machine.x87.fdp = 0x0ABC_DEF0L;
        machine.x87.fop = 0x2A5;
    }
}
