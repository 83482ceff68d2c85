package dev.vmexit.softkvm.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.SegmentRegister;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a segment allows, and what may be loaded into a segment register.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 5.3 Limit Checking; 5.4 Type Checking; 5.6
///       Privilege Level Checking When Accessing Data Segments
class SegmentationTest {
    private static final String READ = "8B 03";
    private static final String WRITE = "89 03";
    private static final String READ_THROUGH_SS = "36 8B 03";
    private static final String LOAD_ES_AND_EAX = "C4 03";
    private static final String LOAD_DS = "8E D8";
    private static final String LOAD_SS = "8E D0";
    private static final String LOAD_CS = "8E C8";
    private static final int DATA_OF_4_KIB = 0x4093;
    private static final int EXPAND_DOWN = 0x4097;
    private static final int EXECUTE_ONLY = 0x4099;

    private final SystemMachine m = new SystemMachine();
    private final Cpu cpu = m.cpu;

    @BeforeEach
    void a_base_that_shows() {
        cpu.r[Cpu.RAX] = SystemMachine.FREE;
    }

    private void free(long limit, long rights) {
        m.descriptor(SystemMachine.FREE, 0x7000, limit, rights);
        cpu.r[Cpu.RAX] = SystemMachine.FREE;
    }

    private String readAt(long offset) {
        cpu.r[Cpu.RBX] = offset;
        return m.execute(READ);
    }

    @Test
    void an_access_beyond_the_limit_is_GP_and_through_SS_it_is_SS() {
        free(0xFFF, DATA_OF_4_KIB);
        assertThat(m.execute(LOAD_DS)).isEmpty();
        m.store(0x7FFC, 4, 0x1234);
        assertThat(readAt(0xFFC)).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x1234);
        assertThat(readAt(0xFFD)).as("the last byte is beyond").isEqualTo("13(0)");

        m.select(SegmentRegister.SS, SystemMachine.FREE);
        cpu.r[Cpu.RBX] = 0x1000;
        assertThat(m.execute(READ_THROUGH_SS)).isEqualTo("12(0)");
    }

    /// "LDS/LES/LFS/LGS/LSS": the offset first, the selector behind it.
    @Test
    void LES_and_its_like_load_an_offset_and_a_selector() {
        free(0xFFF, DATA_OF_4_KIB);
        m.store(0x7800, 4, 0x1234_5678);
        m.store(0x7804, 2, SystemMachine.FREE);
        cpu.r[Cpu.RBX] = 0x7800;
        assertThat(m.execute(LOAD_ES_AND_EAX)).isEmpty();
        assertThat(cpu.r[Cpu.RAX]).isEqualTo(0x1234_5678);
        assertThat(cpu.segment[SegmentRegister.ES].selector).isEqualTo(SystemMachine.FREE);
        m.store(0x7804, 2, 0xFFF0);
        assertThat(m.execute(LOAD_ES_AND_EAX)).as("beyond the table").isEqualTo("13(fff0)");
    }

    @Test
    void an_expand_down_segment_begins_above_its_limit() {
        free(0xFFF, EXPAND_DOWN);
        assertThat(m.execute(LOAD_DS)).isEmpty();
        assertThat(readAt(0xFFF)).isEqualTo("13(0)");
        assertThat(readAt(0x1000)).isEmpty();
        assertThat(readAt(0xFFFF_FFFDL)).isEqualTo("13(0)");
    }

    @Test
    void a_read_only_segment_is_not_written() {
        cpu.r[Cpu.RAX] = SystemMachine.READ_ONLY;
        assertThat(m.execute(LOAD_DS)).isEmpty();
        assertThat(readAt(0x7000)).isEmpty();
        assertThat(m.execute(WRITE)).isEqualTo("13(0)");
    }

    /// "MOV": #SS for SS, #NP for the others, with the selector.
    @Test
    void a_segment_that_is_not_present_is_NP_and_as_stack_SS() {
        cpu.r[Cpu.RAX] = SystemMachine.ABSENT;
        assertThat(m.execute(LOAD_DS)).isEqualTo("11(38)");
        assertThat(m.execute(LOAD_SS)).isEqualTo("12(38)");
    }

    @Test
    void CS_is_not_loaded_by_MOV() {
        assertThat(m.execute(LOAD_CS)).isEqualTo("6");
    }

    @Test
    void code_that_cannot_be_read_is_no_data() {
        free(0xFFF, EXECUTE_ONLY);
        assertThat(m.execute(LOAD_DS)).isEqualTo("13(58)");
        assertThat(m.execute(LOAD_SS)).isEqualTo("13(58)");
    }

    @Test
    void a_selector_beyond_the_table_is_GP_of_that_selector() {
        cpu.r[Cpu.RAX] = 0xF9;
        assertThat(m.execute(LOAD_DS)).isEqualTo("13(f8)");
    }

    @Test
    void a_null_selector_can_be_loaded_but_not_used() {
        cpu.r[Cpu.RAX] = 3;
        assertThat(m.execute(LOAD_DS)).isEmpty();
        assertThat(readAt(0x7000)).isEqualTo("13(0)");
        cpu.r[Cpu.RAX] = 0;
        assertThat(m.execute(LOAD_SS)).isEqualTo("13(0)");
    }

    @Test
    void ring_3_may_not_load_ring_0s_data() {
        m.ring(3);
        cpu.r[Cpu.RAX] = SystemMachine.DATA0 | 3;
        assertThat(m.execute(LOAD_DS)).isEqualTo("13(10)");
        assertThat(m.execute(LOAD_SS)).isEqualTo("13(10)");
    }

    @Test
    void a_loaded_descriptor_is_marked_as_accessed() {
        free(0xFFF, DATA_OF_4_KIB & ~1);
        assertThat(m.execute(LOAD_DS)).isEmpty();
        assertThat(m.load(SystemMachine.GDT + SystemMachine.FREE + 5, 1) & 1).isEqualTo(1);
    }

    /// "LAR", "LSL", "VERR", "VERW": ZF tells, nothing faults.
    @Test
    void LAR_LSL_VERR_and_VERW_answer_in_ZF() {
        cpu.r[Cpu.RAX] = SystemMachine.READ_ONLY;
        assertThat(m.execute("0F 00 E0")).as("VERR").isEmpty();
        assertThat(cpu.eflags() & 0x40).isNotZero();
        assertThat(m.execute("0F 00 E8")).as("VERW").isEmpty();
        assertThat(cpu.eflags() & 0x40).isZero();
        assertThat(m.execute("0F 03 D8")).as("LSL").isEmpty();
        assertThat(cpu.r[Cpu.RBX]).isEqualTo(0xFFFF_FFFFL);
        assertThat(m.execute("0F 02 D8")).as("LAR").isEmpty();
        assertThat(cpu.r[Cpu.RBX] & 0xF0_FF00).isEqualTo(0xC0_9100);
    }
}
