package dev.vmexit.kvm;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.MemoryLayout.paddingLayout;
import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.MemoryLayout.unionLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/// The page that KVM and this process share: why the guest exited, and what we answer.
///
/// ```
///  offset  field                       who writes
///   1      immediate_exit              we: the next KVM_RUN returns at once
///   8      exit_reason                 KVM
///  32      a union, by exit_reason:
///            io      direction size port count data_offset     the data stand at data_offset
///            mmio    phys_addr data len is_write
///            …
/// ```
///
/// The guest cannot write this page, but what KVM reports in it the guest chose.
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
final class KvmRun {
    static final StructLayout LAYOUT = structLayout(
            JAVA_BYTE.withName("request_interrupt_window"),
            JAVA_BYTE.withName("immediate_exit"),
            paddingLayout(6),
            JAVA_INT.withName("exit_reason"),
            JAVA_BYTE.withName("ready_for_interrupt_injection"),
            JAVA_BYTE.withName("if_flag"),
            JAVA_SHORT.withName("flags"),
            JAVA_LONG.withName("cr8"),
            JAVA_LONG.withName("apic_base"),
            // tag::union[]
            unionLayout(
                    structLayout(JAVA_BYTE.withName("direction"), JAVA_BYTE.withName("size"),
                            JAVA_SHORT.withName("port"), JAVA_INT.withName("count"),
                            JAVA_LONG.withName("data_offset")).withName("io"),
                    structLayout(JAVA_LONG.withName("phys_addr"), JAVA_LONG.withName("data"),
                            JAVA_INT.withName("len"), JAVA_BYTE.withName("is_write"),
                            paddingLayout(3)).withName("mmio"),
                    // end::union[]
                    structLayout(JAVA_LONG.withName("reason"), JAVA_INT.withName("cpu"),
                            paddingLayout(4)).withName("fail_entry"),
                    structLayout(JAVA_INT.withName("suberror"), JAVA_INT.withName("ndata"),
                            sequenceLayout(16, JAVA_LONG).withName("data")).withName("internal"),
                    structLayout(JAVA_INT.withName("type"), JAVA_INT.withName("ndata"),
                            sequenceLayout(16, JAVA_LONG).withName("data"))
                            .withName("system_event"),
                    structLayout(JAVA_INT.withName("exception"), paddingLayout(4),
                            JAVA_LONG.withName("pc"), JAVA_LONG.withName("dr6"),
                            JAVA_LONG.withName("dr7")).withName("debug"),
                    paddingLayout(256)).withName("exit"));

    private static final VarHandle IMMEDIATE_EXIT = LAYOUT.varHandle(
            groupElement("immediate_exit"));
    private static final long EXIT_REASON = LAYOUT.byteOffset(groupElement("exit_reason"));

    private final MemorySegment page;

    KvmRun(MemorySegment page) {
        this.page = page;
    }

    /// {@return the offset of a field of one member of the union}
    // tag::offset[]
    static long offset(String member, String field) {
        return LAYOUT.byteOffset(groupElement("exit"), groupElement(member), groupElement(field));
    }
    // end::offset[]

    // tag::accessors[]
    int exitReason() {
        return page.get(JAVA_INT, EXIT_REASON);
    }

    int u8(long offset) {
        return Byte.toUnsignedInt(page.get(JAVA_BYTE, offset));
    }

    int u16(long offset) {
        return Short.toUnsignedInt(page.get(JAVA_SHORT, offset));
    }
    // end::accessors[]

    long u32(long offset) {
        return Integer.toUnsignedLong(page.get(JAVA_INT, offset));
    }

    long u64(long offset) {
        return page.get(JAVA_LONG, offset);
    }

    /// {@return a copy of some bytes of the page}
    // tag::bytes[]
    byte[] bytes(long offset, long sizeBytes) {
        return page.asSlice(offset, sizeBytes).toArray(JAVA_BYTE);
    }
    // end::bytes[]

    /// Ordered before everything the caller does next, such as sending a signal.
    // tag::immediate-exit[]
    void setImmediateExit(boolean set) {
        IMMEDIATE_EXIT.setVolatile(page, 0L, (byte) (set ? 1 : 0));
    }
    // end::immediate-exit[]

    /// Puts one value of an answer where KVM will look for it: at `data_offset` for a port, where a
    /// string instruction has room for several, in `mmio.data` for an address.
    // tag::answer[]
    void answer(VmExit.Question question, int index, long value) {
        long offset = switch (question) {
            case VmExit.In in -> u64(offset("io", "data_offset")) + (long) index * in.size();
            case VmExit.MmioRead read -> offset("mmio", "data");
        };
        for (int i = 0; i < question.size(); i++) {
            page.set(JAVA_BYTE, offset + i, (byte) (value >>> 8 * i));
        }
    }
    // end::answer[]
}
