package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.stream.Stream;

/// The general registers of a vCPU, `struct kvm_regs`: eighteen 64-bit numbers in this order.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.11 "KVM_GET_REGS"
public record Registers(long rax, long rbx, long rcx, long rdx, long rsi, long rdi, long rsp,
        long rbp, long r8, long r9, long r10, long r11, long r12, long r13, long r14, long r15,
        long rip, long rflags) {

    /// Bit 1 of RFLAGS is always 1; a guest cannot be entered with it clear.
    public static final long RFLAGS_RESERVED = 1 << 1;

    static final StructLayout LAYOUT = MemoryLayout.structLayout(
            Stream.of(Registers.class.getRecordComponents())
                    .map(component -> JAVA_LONG.withName(component.getName()))
                    .toArray(MemoryLayout[]::new));

    // tag::starting-at[]
    /// {@return registers that are all 0, but for the instruction pointer and the reserved flag}
    public static Registers startingAt(long rip) {
        return new Registers(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, rip,
                RFLAGS_RESERVED);
    }
    // end::starting-at[]

    static Registers read(MemorySegment struct) {
        long[] r = struct.toArray(JAVA_LONG);
        return new Registers(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10],
                r[11], r[12], r[13], r[14], r[15], r[16], r[17]);
    }

    void write(MemorySegment struct) {
        long[] values = {rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13, r14,
                r15, rip, rflags};
        MemorySegment.copy(values, 0, struct, JAVA_LONG, 0, values.length);
    }

    public Registers withRax(long value) {
        return new Registers(value, rbx, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13,
                r14, r15, rip, rflags);
    }

    public Registers withRbx(long value) {
        return new Registers(rax, value, rcx, rdx, rsi, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13,
                r14, r15, rip, rflags);
    }

    public Registers withRsi(long value) {
        return new Registers(rax, rbx, rcx, rdx, value, rdi, rsp, rbp, r8, r9, r10, r11, r12, r13,
                r14, r15, rip, rflags);
    }

    public Registers withRsp(long value) {
        return new Registers(rax, rbx, rcx, rdx, rsi, rdi, value, rbp, r8, r9, r10, r11, r12, r13,
                r14, r15, rip, rflags);
    }

    /// {@return a table of four columns, for people}
    @Override
    public String toString() {
        String line = "%-6s %016x  %-6s %016x  %-6s %016x  %-6s %016x%n";
        return line.formatted("rax", rax, "rbx", rbx, "rcx", rcx, "rdx", rdx)
                + line.formatted("rsi", rsi, "rdi", rdi, "rsp", rsp, "rbp", rbp)
                + line.formatted("r8", r8, "r9", r9, "r10", r10, "r11", r11)
                + line.formatted("r12", r12, "r13", r13, "r14", r14, "r15", r15)
                + "%-6s %016x  %-6s %016x".formatted("rip", rip, "rflags", rflags);
    }
}
