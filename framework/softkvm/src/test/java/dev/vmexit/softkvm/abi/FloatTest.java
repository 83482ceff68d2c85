package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.host.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `struct kvm_fpu`, `kvm_xsave`, `kvm_xcrs`.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, 4.22, 4.23, 4.42 to 4.45
class FloatTest extends AgreementTest {
    private static final int FPU_XMM = 152;
    private static final int XSAVE_MXCSR = 24;
    private static final int XSAVE_XMM = 160;
    private static final int XSTATE_BV = 512;

    private VirtualCpu vcpu;

    @BeforeEach
    void make() {
        vcpu = machine.vcpu();
    }

    private static Struct registers(int stack, int xmm, int sizeBytes) {
        Struct image = Struct.ofSize(sizeBytes);
        for (int n = 0; n < 8; n++) {
            image.u64(stack + 16L * n, 0x8000_0000_0000_0000L + n).u16(stack + 16L * n + 8, 0x3FFF);
        }
        for (int n = 0; n < 16; n++) {
            image.u64(xmm + 16L * n, 0x1111_1111_1111_1111L * n).u64(xmm + 16L * n + 8, ~n);
        }
        return image;
    }

    /// FCW FSW FTW, last opcode, last instruction, last operand.
    private static Struct fpu() {
        return registers(0, FPU_XMM, 416).u16(128, 0x027F).u16(130, 0x3800).u8(132, 0x81)
                .u16(134, 0x123).u64(136, 0x1_2345_6789L).u64(144, 0x9876);
    }

    private static Struct xsave() {
        return registers(32, XSAVE_XMM, 4096).u16(0, 0x0A7F).u16(2, 0x3000).u8(4, 0xC0)
                .u16(6, 0x42).u64(8, 0x5566).u64(16, 0x7788).u32(XSAVE_MXCSR, 0x1FA0)
                .u64(XSTATE_BV, 3);
    }

    @Test
    void the_FPU_comes_back_as_it_was_set() {
        Struct fpu = fpu();
        vcpu.set(Request.SET_FPU, fpu);
        assertThat(vcpu.get(Request.GET_FPU).hex()).isEqualTo(fpu.hex());
    }

    @Test
    void kvm_fpu_has_a_field_for_MXCSR_that_is_not_used() {
        vcpu.set(Request.SET_FPU, fpu().u32(408, -1));
        assertThat(vcpu.get(Request.GET_FPU).u32(408)).isZero();
        assertThat(vcpu.get(Request.GET_XSAVE).u32(XSAVE_MXCSR)).isEqualTo(0x1F80);
    }

    @Test
    void XSAVE_comes_back_as_it_was_set() {
        Struct xsave = xsave();
        vcpu.set(Request.SET_XSAVE, xsave);
        Struct back = vcpu.get(Request.GET_XSAVE);
        assertThat(back.hex(0, 28)).isEqualTo(xsave.hex(0, 28));
        assertThat(back.hex(32, 384)).as("ST and XMM").isEqualTo(xsave.hex(32, 384));
        assertThat(back.u64(XSTATE_BV)).isEqualTo(3);
        assertThat(back.hex(520, 56)).as("the rest of the header").matches("0*");
    }

    @Test
    void both_views_show_the_same_registers() {
        vcpu.set(Request.SET_XSAVE, xsave());
        Struct fpu = vcpu.get(Request.GET_FPU);
        assertThat(fpu.hex(0, 128)).isEqualTo(xsave().hex(32, 128));
        assertThat(fpu.hex(FPU_XMM, 256)).isEqualTo(xsave().hex(XSAVE_XMM, 256));
        assertThat(fpu.u16(128)).isEqualTo(0x0A7F);
    }

    @Test
    void components_that_XSTATE_BV_leaves_out_are_initialized() {
        vcpu.set(Request.SET_XSAVE, xsave());
        vcpu.set(Request.SET_XSAVE, xsave().u64(XSTATE_BV, 2));
        Struct back = vcpu.get(Request.GET_XSAVE);
        assertThat(back.u16(0)).as("FCW").isEqualTo(0x037F);
        assertThat(back.u64(XSAVE_XMM + 16)).isEqualTo(0x1111_1111_1111_1111L);
    }

    @Test
    void XSAVE_of_components_or_MXCSR_bits_that_do_not_exist_is_EINVAL() {
        assertErrno(vcpu.ioctl(Request.SET_XSAVE, xsave().u64(XSTATE_BV, 1L << 62)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_XSAVE, xsave().u32(XSAVE_MXCSR, -1)), Errno.EINVAL);
    }

    @Test
    void a_guest_sees_the_registers_that_were_set() {
        // movaps [0x3000],xmm1 · fnstcw [0x3010] · hlt
        machine.load(0x0F, 0x29, 0x0E, 0x00, 0x30, 0xD9, 0x3E, 0x10, 0x30, 0xF4);
        vcpu.realMode();
        Struct sregs = vcpu.get(Request.GET_SREGS);
        vcpu.set(Request.SET_SREGS, sregs.u64(248, 1 << 9)); // CR4.OSFXSR
        vcpu.set(Request.SET_XSAVE, xsave());
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(machine.ram.hex(0x3000, 16)).isEqualTo(xsave().hex(XSAVE_XMM + 16, 16));
        assertThat(machine.ram.u16(0x3010)).isEqualTo(0x0A7F);
    }

    @Test
    void XCR0_always_has_x87_and_only_what_CPUID_offers() {
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(3)), Errno.EINVAL);
        offerXsave();
        assertThat(vcpu.ioctl(Request.SET_XCRS, xcr0(3))).isZero();
        assertThat(vcpu.get(Request.GET_XCRS).hex()).isEqualTo(xcr0(3).hex());
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(2)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(1L << 40 | 1)), Errno.EINVAL);
        assertThat(vcpu.get(Request.GET_XCRS).hex()).isEqualTo(xcr0(3).hex());
    }

    @Test
    void XCRS_has_no_flags_and_at_most_16_registers() {
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(1).u32(0, 17)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(1).u32(4, 1)), Errno.EINVAL);
        assertErrno(vcpu.ioctl(Request.SET_XCRS, xcr0(1).u32(0, -1)), Errno.EINVAL);
        assertThat(vcpu.ioctl(Request.SET_XCRS, xcr0(1).u32(0, 0))).isZero();
    }

    private static Struct xcr0(long value) {
        return Struct.ofSize(392).u32(0, 1).u64(16, value);
    }

    private void offerXsave() {
        Struct cpuid = Struct.ofSize(8 + 40 * 256).u32(0, 256);
        Machine.must(machine.ioctl(machine.device, Request.GET_SUPPORTED_CPUID, cpuid.address()));
        assertThat(vcpu.ioctl(Request.SET_CPUID2, cpuid)).isZero();
    }
}
