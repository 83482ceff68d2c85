package dev.vmexit.softkvm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `KVM_EXIT_MMIO`: physical address u64 · data[8] · length u32 · is_write u8.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "KVM_EXIT_MMIO"
class MemoryExitTest extends AgreementTest {
    private static final int DATA = Exit.DETAILS + 8;

    /// In front of each: mov ax,0x8000 · mov ds,ax
    private VirtualCpu guest(String hex) {
        machine.ram.bytes(Machine.CODE, HexFormat.of().parseHex("b800808ed8" + hex));
        return machine.vcpu().realMode();
    }

    private static String mmio(VirtualCpu vcpu) {
        assertThat(vcpu.runToExit()).isEqualTo(Exit.MMIO);
        Struct page = vcpu.page;
        return "%s %x length %d".formatted(page.u8(Exit.DETAILS + 20) == 1 ? "write" : "read",
                page.u64(Exit.DETAILS), page.u32(Exit.DETAILS + 16));
    }

    /// mov [0x10],… from EAX = 0x11223344
    @ParameterizedTest
    @CsvSource({"a21000,1,44", "a31000,2,4433", "66a31000,4,44332211"})
    void a_store_tells_what_was_written(String code, int size, String data) {
        VirtualCpu vcpu = guest("66b844332211" + code + "f4");
        assertThat(mmio(vcpu)).isEqualTo("write 80010 length " + size);
        assertThat(vcpu.page.hex(DATA, size)).isEqualTo(data);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    /// mov …,[0x10] with RAX all ones
    @ParameterizedTest
    @CsvSource({"a01000,1,ffffffffffffff44", "a11000,2,ffffffffffff3344",
            "66a11000,4,11223344"})
    void a_load_takes_what_is_put_into_the_page(String code, int size, String rax) {
        VirtualCpu vcpu = guest(code + "f4");
        vcpu.register(0, 0x8000);
        machine.ram.bytes(Machine.CODE, HexFormat.of().parseHex("8ed8" + code + "f4"));
        Struct sregs = vcpu.get(Request.GET_SREGS).u64(24, 0x8_0000).u16(24 + 12, 0x8000);
        vcpu.set(Request.SET_SREGS, sregs);
        vcpu.set(Request.SET_REGS, vcpu.get(Request.GET_REGS).u64(0, -1)
                .u64(VirtualCpu.RIP, Machine.CODE + 2));
        assertThat(mmio(vcpu)).isEqualTo("read 80010 length " + size);
        vcpu.page.bytes(DATA, HexFormat.of().parseHex("4433221188776655"));
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.register(0)).isEqualTo(Long.parseUnsignedLong(rax, 16));
    }

    /// add byte [0x10],5 · hlt
    @Test
    void a_read_modify_write_is_two_exits() {
        VirtualCpu vcpu = guest("8006100005f4");
        assertThat(mmio(vcpu)).isEqualTo("read 80010 length 1");
        vcpu.page.u8(DATA, 0x20);
        assertThat(mmio(vcpu)).isEqualTo("write 80010 length 1");
        assertThat(vcpu.page.u8(DATA)).isEqualTo(0x25);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
    }

    /// cld · mov si,0x3000 · mov ax,0x8000 · mov es,ax · xor ax,ax · mov ds,ax · mov di,0x10 ·
    /// mov cx,3 · rep movsb · hlt
    @Test
    void a_string_of_stores_is_as_many_exits_as_stores() {
        machine.ram.bytes(0x3000, (byte) 1, (byte) 2, (byte) 3);
        VirtualCpu vcpu = guest("fcbe0030b800808ec031c08ed8bf1000b90300f3a4f4");
        for (int n = 0; n < 3; n++) {
            assertThat(mmio(vcpu)).isEqualTo("write " + Integer.toHexString(0x8_0010 + n)
                    + " length 1");
            assertThat(vcpu.page.u8(DATA)).isEqualTo(n + 1);
        }
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.register(2)).as("CX").isZero();
    }

    /// mov ax,[0xfffe] with DS = 0x0000 reaches memory, with a base that ends it nothing
    @Test
    void a_load_across_the_end_of_memory_exits_for_the_part_behind_it() {
        machine.ram.u8(0xFFFF, 0x77);
        // mov ax,0x0ffe · mov ds,ax · mov ax,[0x1f] · hlt
        machine.ram.bytes(Machine.CODE, HexFormat.of().parseHex("b8fe0f8ed8a11f00f4"));
        VirtualCpu vcpu = machine.vcpu().realMode();
        assertThat(mmio(vcpu)).isEqualTo("read 10000 length 1");
        vcpu.page.u8(DATA, 0x66);
        assertThat(vcpu.runToExit()).isEqualTo(Exit.HLT);
        assertThat(vcpu.register(0) & 0xFFFF).isEqualTo(0x6677);
    }

    /// rep stosb · hlt, with RCX = -1: a count has no sign, and stops where memory does.
    @Test
    void a_string_may_count_down_from_2_to_the_64() {
        VirtualCpu vcpu = machine.vcpu().realMode().protectedMode();
        machine.ram.u64(0x8000, 0x9003).u64(0x9000, 0xA003).u64(0xA000, 0x83);
        vcpu.set(Request.SET_SREGS, vcpu.get(Request.GET_SREGS).u8(19, 1).u8(17, 0)
                .u64(224, 1L << 31 | 0x11).u64(240, 0x8000).u64(248, 1 << 5).u64(264, 0x500));
        machine.ram.bytes(Machine.CODE, HexFormat.of().parseHex("f3aaf4"));
        vcpu.set(Request.SET_REGS, vcpu.get(Request.GET_REGS).u64(0, 0x77)
                .u64(16, -1).u64(40, 0xC000));
        assertThat(mmio(vcpu)).isEqualTo("write 10000 length 1");
        assertThat(machine.ram.u8(0xBFFF)).isZero();
        assertThat(machine.ram.u8(0xC000)).isEqualTo(0x77);
        assertThat(machine.ram.u8(0xFFFF)).isEqualTo(0x77);
    }
}
