package dev.vmexit.asm;

import static dev.vmexit.asm.Memory.at;
import static dev.vmexit.asm.Register.AL;
import static dev.vmexit.asm.Register.AX;
import static dev.vmexit.asm.Register.BX;
import static dev.vmexit.asm.Register.DX;
import static dev.vmexit.asm.Register.EAX;
import static dev.vmexit.asm.Register.RAX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AssemblerTest {
    private static String hex(Assembler a) {
        return HexFormat.ofDelimiter(" ").formatHex(a.assemble());
    }

    @Test
    void a_backward_jump_that_reaches_is_short_and_a_forward_jump_is_near() {
        var a = new Assembler(0x1000, Mode.BITS16);
        Label end = a.label("end");
        Label start = a.here("start");
        a.jmp(end);
        a.jmp(start);
        a.bind(end);
        assertThat(hex(a)).isEqualTo("e9 02 00 eb fb");
    }

    @Test
    void a_label_stands_for_an_address_at_run_time() {
        var a = new Assembler(0x7C00, Mode.BITS16);
        Label message = a.label("message");
        a.mov(Register.SI, message);
        a.bind(message);
        assertThat(hex(a)).isEqualTo("be 03 7c");
    }

    @Test
    void a_far_jump_has_a_32_bit_offset_also_in_16_bit_code() {
        var a = new Assembler(0x1000, Mode.BITS16);
        Label there = a.label("there");
        a.jmpFar(8, there);
        a.bind(there);
        assertThat(hex(a)).isEqualTo("66 ea 08 10 00 00 08 00");
    }

    @Test
    void the_listing_shows_address_bytes_text_and_source_line() {
        var a = new Assembler(0x1000, Mode.BITS16);
        a.mov(DX, 0x3F8);
        assertThat(a.listing()).startsWith("00001000  ba f8 03 ").contains("mov dx, 0x3f8")
                .contains("AssemblerTest.java:");
    }

    @Test
    void errors_name_the_source_line() {
        var a = new Assembler(0, Mode.BITS16);
        assertThatThrownBy(() -> a.mov(AL, BX)).isInstanceOf(AssemblyException.class)
                .hasMessageMatching("AssemblerTest.java:\\d+: mov al, bx: 8 bits and 16 bits");
        assertThatThrownBy(() -> a.mov(AL, 300)).hasMessageContaining("0x12c does not fit");
        assertThatThrownBy(() -> a.mov(RAX, 1)).hasMessageContaining("64-bit register in BITS16");
        assertThatThrownBy(() -> a.mov(EAX, at(AX))).hasMessageContaining("no 16-bit base");
        assertThatThrownBy(() -> a.out(BX, AL)).hasMessageContaining("the port is dx");
        assertThatThrownBy(() -> a.out(0x3F8, AL)).hasMessageContaining("use dx above");
        assertThatThrownBy(() -> a.push(EAX)).hasMessageContaining("push eax in BITS16");
    }

    @Test
    void a_label_that_is_never_bound_is_reported_where_it_is_used() {
        var a = new Assembler(0, Mode.BITS32);
        a.jmp(a.label("nowhere"));
        assertThatThrownBy(a::assemble).hasMessageMatching(
                "AssemblerTest.java:\\d+: label nowhere is used here and never bound");
    }

    @Test
    void a_label_is_bound_once() {
        var a = new Assembler(0, Mode.BITS32);
        Label twice = a.here("twice");
        assertThatThrownBy(() -> a.bind(twice)).hasMessageContaining("bound twice");
    }

    @Test
    void an_address_that_does_not_fit_its_field_is_refused() {
        var a = new Assembler(0x10_0000, Mode.BITS16);
        a.mov(AX, a.here("far"));
        assertThatThrownBy(a::assemble).hasMessageContaining("too far away for 16 bits");
    }
}
