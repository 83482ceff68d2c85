package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `KVM_EXIT_IO`: direction u8 · size u8 · port u16 · count u32 · offset of the data u64.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "KVM_EXIT_IO"
class PortExitTest extends AgreementTest {
    private static final int DATA = 4096;
    private static final int BUFFER = 0x3000;

    private static String io(VirtualCpu vcpu) {
        assertThat(vcpu.runToExit()).isEqualTo(Exit.IO);
        Struct page = vcpu.page;
        assertThat(page.u64(Exit.DETAILS + 8)).as("data_offset").isEqualTo(DATA);
        return "%s size %d port %x count %d".formatted(page.u8(Exit.DETAILS) == 1 ? "out" : "in",
                page.u8(Exit.DETAILS + 1), page.u16(Exit.DETAILS + 2), page.u32(Exit.DETAILS + 4));
    }

    @ParameterizedTest
    @CsvSource({"ee,1,44", "ef,2,3344", "66ef,4,11223344"})
    void OUT_tells_what_was_written(String code, int size, String value) {
        // mov eax,0x11223344 · mov dx,0x3f8 · out dx,… · hlt
        VirtualCpu vcpu = guest("66b844332211baf803" + code + "f4");
        assertThat(io(vcpu)).isEqualTo("out size " + size + " port 3f8 count 1");
        assertThat(vcpu.page.u32(DATA) & -1L >>> 64 - 8 * size)
                .isEqualTo(Long.parseLong(value, 16));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    @ParameterizedTest
    @CsvSource({"ec,1,ffffffffffffffdd", "ed,2,ffffffffffffccdd", "66ed,4,aabbccdd"})
    void IN_takes_what_is_put_into_the_page(String code, int size, String rax) {
        VirtualCpu vcpu = guest("baf803" + code + "f4"); // mov dx,0x3f8 · in …,dx · hlt
        vcpu.register(0, -1);
        assertThat(io(vcpu)).isEqualTo("in size " + size + " port 3f8 count 1");
        vcpu.page.u32(DATA, 0xAABB_CCDD);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.register(0)).isEqualTo(Long.parseUnsignedLong(rax, 16));
    }

    @Test
    void while_IN_waits_for_its_answer_it_is_not_done() {
        VirtualCpu vcpu = guest("e442f4"); // in al,0x42 · hlt
        assertThat(io(vcpu)).isEqualTo("in size 1 port 42 count 1");
        assertThat(vcpu.rip()).isEqualTo(Machine.CODE);
        vcpu.page.u8(Exit.IMMEDIATE_EXIT, 1);
        assertThat(vcpu.run()).isNegative();
        assertThat(vcpu.rip()).as("completed by a run that executes nothing")
                .isEqualTo(Machine.CODE + 2);
    }

    /// cld · mov si,0x3000 · mov cx,5 · mov dx,0x42 · rep outsb · hlt
    @Test
    void OUTS_with_a_count_tells_all_its_bytes() {
        machine.ram.bytes(BUFFER, "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        VirtualCpu vcpu = guest("fcbe0030b90500ba4200f36ef4");
        var written = new StringBuilder();
        while (vcpu.runToExit() == Exit.IO) {
            int count = vcpu.page.u32(Exit.DETAILS + 4);
            assertThat(vcpu.page.u8(Exit.DETAILS + 1)).isEqualTo(1);
            written.append(new String(vcpu.page.bytes(DATA, count),
                    java.nio.charset.StandardCharsets.US_ASCII));
        }
        assertThat(written).hasToString("hello");
        assertThat(vcpu.register(2)).as("CX").isZero();
        assertThat(vcpu.register(4)).as("SI").isEqualTo(BUFFER + 5);
    }

    /// cld · mov di,0x3000 · mov cx,6 · mov dx,0x42 · rep insw · hlt
    @Test
    void INS_with_a_count_takes_as_many_as_the_exit_asks_for() {
        VirtualCpu vcpu = guest("fcbf0030b90600ba4200f36df4");
        int next = 1;
        while (vcpu.runToExit() == Exit.IO) {
            assertThat(vcpu.page.u8(Exit.DETAILS)).as("in").isZero();
            assertThat(vcpu.page.u8(Exit.DETAILS + 1)).as("size").isEqualTo(2);
            int count = vcpu.page.u32(Exit.DETAILS + 4);
            for (int n = 0; n < count; n++) {
                vcpu.page.u16(DATA + 2L * n, next++);
            }
        }
        assertThat(next).isEqualTo(7);
        assertThat(machine.ram.hex(BUFFER, 14)).isEqualTo("010002000300040005000600" + "0000");
        assertThat(vcpu.register(5)).as("DI").isEqualTo(BUFFER + 12);
    }

    /// std · mov si,0x3002 · mov cx,3 · rep outsb · hlt
    @Test
    void OUTS_downwards_tells_the_bytes_in_that_order() {
        machine.ram.bytes(BUFFER, (byte) 'a', (byte) 'b', (byte) 'c');
        VirtualCpu vcpu = guest("fdbe0230b90300ba4200f36ef4");
        var written = new StringBuilder();
        while (vcpu.runToExit() == Exit.IO) {
            int count = vcpu.page.u32(Exit.DETAILS + 4);
            written.append(new String(vcpu.page.bytes(DATA, count),
                    java.nio.charset.StandardCharsets.US_ASCII));
        }
        assertThat(written).hasToString("cba");
        assertThat(vcpu.register(4)).isEqualTo(BUFFER - 1);
    }

    private VirtualCpu guest(String hex) {
        machine.ram.bytes(Machine.CODE, java.util.HexFormat.of().parseHex(hex));
        return machine.vcpu().realMode();
    }
}
