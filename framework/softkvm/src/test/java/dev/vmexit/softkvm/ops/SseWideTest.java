package dev.vmexit.softkvm.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Flags;
import org.junit.jupiter.api.Test;

class SseWideTest {
    private static final String PCMPESTRI_EQUAL_EACH = "66 0f 3a 61 ca 18";
    private static final String PCMPESTRI_EQUAL_EACH_WIDE = "66 48 0f 3a 61 ca 18";

    private final SseMachine machine = new SseMachine();
    private final Cpu cpu = machine.cpu;

    @Test
    void PCMPESTRI_takes_its_lengths_from_EAX_and_EDX_or_with_REX_W_from_all_64_bits() {
        cpu.r[Cpu.RAX] = 1L << 32 | 2;
        cpu.r[Cpu.RDX] = 2;
        machine.xmm(1, 0, 'A' | 'B' << 8);
        machine.xmm(2, 0, 'A' | 'B' << 8);

        machine.execute(PCMPESTRI_EQUAL_EACH);
        assertThat(cpu.r[Cpu.RCX]).as("no difference").isEqualTo(16);
        machine.execute(PCMPESTRI_EQUAL_EACH_WIDE);
        assertThat(cpu.r[Cpu.RCX]).as("the first ends later").isEqualTo(2);
    }

    @Test
    void PTEST_sets_ZF_for_no_common_bit_and_CF_for_none_outside() {
        machine.xmm(1, 0xF0, 0);
        machine.xmm(2, 0x30, 0);
        cpu.eflags(Flags.OF | Flags.SF | Flags.PF | Flags.AF | Flags.ZF);

        machine.execute("66 0f 38 17 ca");

        assertThat(Flags.arithmetic(cpu)).isEqualTo(Flags.CF);
    }

    @Test
    void the_mask_of_PBLENDVB_is_XMM0() {
        machine.xmm(0, 0, 0x80L << 56 | 0x7F);
        machine.xmm(1, 1, 0);
        machine.xmm(2, -1, -1);

        machine.execute("66 0f 38 10 ca");

        assertThat(cpu.vectors.lo[1]).isEqualTo(0xFFL << 56);
        assertThat(cpu.vectors.hi[1]).isEqualTo(1);
    }

    @Test
    void MMX_PUNPCKL_reads_only_four_bytes_of_memory() {
        cpu.r[Cpu.RSI] = SseMachine.PAGE_END - 4;
        machine.store(SseMachine.PAGE_END - 8, 0x0403_0201L << 32);

        machine.execute("0f 60 0e");

        assertThat(cpu.x87.mmx(1)).isEqualTo(0x0400_0300_0200_0100L);
    }
}
