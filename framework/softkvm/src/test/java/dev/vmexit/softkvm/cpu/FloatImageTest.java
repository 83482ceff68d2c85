package dev.vmexit.softkvm.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.ram.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FloatImageTest {
    private final Cpu cpu = new Cpu(new GuestMemory(), null);

    @Test
    void kvm_fpu_has_the_layout_of_the_kernel_header() {
        populate();
        MemorySegment fpu = MemorySegment.ofArray(new byte[FloatImage.KVM_FPU_BYTES]);
        FloatImage.getFpu(cpu, fpu);
        assertThat(hex(fpu, 0, 16)).as("fpr[0]").isEqualTo("00000000000000a00140000000000000");
        assertThat(hex(fpu, 128, 24)).as("fcw fsw ftwx pad1 last_opcode last_ip last_dp")
                .isEqualTo("7f02" + "0038" + "80" + "00" + "3402"
                        + "8877665544332211" + "0200000000000000");
        assertThat(hex(fpu, 152 + 16 * 15, 16)).as("xmm[15]")
                .isEqualTo("0f00000000000000f0ffffffffffffff");
        assertThat(hex(fpu, 408, 8)).as("mxcsr").isEqualTo("a01f000000000000");
    }

    @Test
    void KVM_SET_FPU_takes_what_KVM_GET_FPU_gives_but_for_MXCSR() {
        populate();
        MemorySegment fpu = MemorySegment.ofArray(new byte[FloatImage.KVM_FPU_BYTES]);
        FloatImage.getFpu(cpu, fpu);
        Cpu other = new Cpu(new GuestMemory(), null);
        FloatImage.setFpu(other, fpu);
        assertThat(other.mxcsr.value).isEqualTo(0x1F80);
        other.mxcsr.value = 0x1FA0;
        assertSame(other);
    }

    @Test
    void KVM_SET_XSAVE_takes_what_KVM_GET_XSAVE_gives() {
        populate();
        MemorySegment xsave = MemorySegment.ofArray(new byte[FloatImage.KVM_XSAVE_BYTES]);
        FloatImage.getXsave(cpu, xsave);
        assertThat(hex(xsave, 512, 16)).isEqualTo("03000000000000000000000000000000");
        Cpu other = new Cpu(new GuestMemory(), null);
        assertThat(FloatImage.setXsave(other, xsave)).isTrue();
        assertSame(other);
    }

    @Test
    void an_invalid_MXCSR_or_header_is_refused() {
        MemorySegment xsave = MemorySegment.ofArray(new byte[FloatImage.KVM_XSAVE_BYTES]);
        xsave.set(ValueLayout.JAVA_BYTE, 512, (byte) 4);
        assertThat(FloatImage.setXsave(cpu, xsave)).isFalse();
        xsave.set(ValueLayout.JAVA_BYTE, 512, (byte) 3);
        xsave.set(ValueLayout.JAVA_BYTE, 26, (byte) 1);
        assertThat(FloatImage.setXsave(cpu, xsave)).isFalse();
    }

    @Test
    void KVM_SET_XSAVE_of_zeros_initializes_and_keeps_MXCSR() {
        populate();
        MemorySegment zeros = MemorySegment.ofArray(new byte[FloatImage.KVM_XSAVE_BYTES]);
        assertThat(FloatImage.setXsave(cpu, zeros)).isTrue();
        assertThat(cpu.x87.controlWord()).isEqualTo(0x37F);
        assertThat(cpu.vectors.lo[15]).isZero();
        assertThat(cpu.mxcsr.value).isEqualTo(0x1FA0);
    }

    private void populate() {
        cpu.x87.controlWord(0x27F);
        cpu.x87.push(new Float80(0x4001, 0xA000_0000_0000_0000L));
        cpu.x87.fop = 0x234;
        cpu.x87.fip = 0x1122_3344_5566_7788L;
        cpu.x87.fdp = 2;
        cpu.vectors.lo[15] = 15;
        cpu.vectors.hi[15] = -16;
        cpu.mxcsr.value = 0x1FA0;
    }

    private void assertSame(Cpu other) {
        assertThat(other.x87.controlWord()).isEqualTo(0x27F);
        assertThat(other.x87.statusWord()).isEqualTo(7 << 11);
        assertThat(other.x87.abridgedTags()).isEqualTo(0x80);
        assertThat(other.x87.st(0)).hasToString("4001:a000000000000000");
        assertThat(other.x87.fop).isEqualTo(0x234);
        assertThat(other.x87.fip).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(other.x87.fdp).isEqualTo(2);
        assertThat(other.vectors.lo).isEqualTo(cpu.vectors.lo);
        assertThat(other.vectors.hi).isEqualTo(cpu.vectors.hi);
        assertThat(other.mxcsr.value).isEqualTo(0x1FA0);
    }

    private static String hex(MemorySegment from, long at, int length) {
        return HexFormat.of().formatHex(
                from.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE));
    }
}
