package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Small guests, the same for both kernels: every exit with its details, all registers and the run
/// page behind it are compared as bytes. Repeated strings have a test of their own, [PortExitTest]:
/// how much of one is done at an exit differs.
class ExitAgreementTest {
    @BeforeEach
    void both() {
        Assumptions.assumeTrue(Kernel.KVM.libc().isPresent(),
                "not run: there is no /dev/kvm to compare with");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|',
            textBlock = """
                        hlt                              | f4
                        sti, nop, hlt                    | fb90f4
                        out 0x10,al and ax and eax       | b8bbaae610e71066e710f4
                        out dx,al and dx,ax              | bacdabb83412eeeff4
                        in al and ax and eax             | e410e51066e510f4
                        in al,dx; out dx,al              | ba2143eceef4
                        rep outsb, none                  | be0010b90000baf803f36ef4
                        outsb without a prefix           | be0010baf8036ef4
                        insb without a prefix            | bf0030baf8036cf4
                        mov [mmio],al and ax and eax     | b800808ed8b8bbaaa20000a3020066a30400f4
                        mov al,[mmio] and ax and eax     | b800808ed8a00000a1020066a10400f4
                        or byte [mmio],1                 | b800808ed8800e050001f4
                        inc word [mmio]                  | b800808ed8ff060600f4
                        xchg [mmio],ax                   | b800808ed887060800f4
                        cmp word [mmio],5                | b800808ed8833e080005f4
                        push word [mmio]                 | b800808ed8ff360800f4
                        mov word [mmio],imm across eight | b800808ed8c7060700cdabf4
                        stosb into mmio                  | b800808ec0bf1000aaf4
                        lodsw out of mmio                | b800808ed8be1000b90200f3adf4
                        movsb from mmio to memory        | b800808ed8be1000bf0030a4f4
                        movsw from memory to mmio        | b800808ec0be0010bf1000a5f4
                        test of mmio and a jump          | b800808ed8f6060000017500f4
                        ud2 to its handler               | 0f0bf4
                        division by zero to its handler  | 31c9f7f1f4
                        int 5 to its handler             | cd05f4
                        int3 to its handler              | ccf4
                        into to its handler              | b07f0401cef4
                        rdmsr of nothing is a #GP        | 66b9785634120f32f4
                        wrmsr of EFER, rdmsr             | 66b9800000c066b8010000006631d20f300f32f4
                        hlt in an interrupt shadow       | fbf4
                        mov cr0 keeps its bits           | 0f20c0660d00000200f4
                        lidt and sidt                    | 0f011e00100f010e0030a10230f4
                        push and pop of segments         | 1e06071ff4
                        pushf                            | f99c58f4
                    """)
    void in_real_mode(String name, String code) {
        agree(Trace.Mode.REAL, code);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|',
            textBlock = """
                        hlt                              | f4
                        out 0x10,al and eax and ax       | b8ddccbbaae610e71066e710f4
                        in al and eax and ax             | e410e51066e510f4
                        mov [mmio],eax                   | b844332211a300000080f4
                        mov eax,[mmio]                   | a100000080f4
                        movzx eax,byte [mmio]            | 0fb60500000080f4
                        movsx eax,word [mmio]            | 0fbf0500000080f4
                        lock add [mmio],eax              | f0010500000080f4
                        bts dword [mmio],3               | 0fba2d0000008003f4
                        cmpxchg [mmio],ebx               | 0fb11d00000080f4
                        and [mmio],ecx; jz               | 210d000000807400f4
                        neg dword [mmio]                 | f71d00000080f4
                        call through mmio                | ff1500000080
                        jump to where no memory is       | e9fbffff7f
                        ud2 without a table              | 0f0b
                        mov cr3, mov cr4                 | b8000050000f22d80f20d8b8100000000f22e0f4
                        sgdt                             | 0f010500300000f4
                    """)
    void in_protected_mode(String name, String code) {
        agree(Trace.Mode.PROTECTED, code);
    }

    private static void agree(Trace.Mode mode, String code) {
        String bytes = code.replace(" ", "");
        assertThat(Trace.of(Kernel.SOFT, mode, bytes)).isEqualTo(Trace.of(Kernel.KVM, mode, bytes));
    }
}
