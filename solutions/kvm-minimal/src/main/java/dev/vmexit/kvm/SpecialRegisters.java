package dev.vmexit.kvm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.List;

/// The registers that say in which mode the CPU is, `struct kvm_sregs`.
///
/// @param segments CS, DS, ES, FS, GS, SS, TR, LDT, in this order
/// @param control CR0, CR2, CR3, CR4, CR8, EFER, APIC base, in this order
/// @param pending the interrupt that waits to be injected, one bit a vector
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 4.13 "KVM_GET_SREGS"
public record SpecialRegisters(List<Segment> segments, DescriptorTable gdt, DescriptorTable idt,
        List<Long> control, List<Long> pending) {

    public static final long CR0_PE = 1 << 0;
    public static final long CR0_ET = 1 << 4;
    public static final long CR0_NE = 1 << 5;
    public static final long CR0_PG = 1L << 31;
    public static final long CR4_PAE = 1 << 5;
    public static final long EFER_LME = 1 << 8;
    public static final long EFER_LMA = 1 << 10;

    private static final int SEGMENTS = 8;
    private static final int TASK = 6;
    private static final int CONTROLS = 7;
    private static final int PENDING = 4;

    static final StructLayout LAYOUT = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(SEGMENTS, Segment.LAYOUT).withName("segments"),
            DescriptorTable.LAYOUT.withName("gdt"), DescriptorTable.LAYOUT.withName("idt"),
            MemoryLayout.sequenceLayout(CONTROLS, JAVA_LONG).withName("control"),
            MemoryLayout.sequenceLayout(PENDING, JAVA_LONG).withName("interrupt_bitmap"));

    private static final long GDT = offset("gdt");
    private static final long IDT = offset("idt");
    private static final long CONTROL = offset("control");
    private static final long BITMAP = offset("interrupt_bitmap");

    public SpecialRegisters {
        segments = List.copyOf(segments);
        control = List.copyOf(control);
        pending = List.copyOf(pending);
    }

    private static long offset(String field) {
        return LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement(field));
    }

    static SpecialRegisters read(MemorySegment struct) {
        return new SpecialRegisters(
                java.util.stream.IntStream.range(0, SEGMENTS)
                        .mapToObj(i -> Segment.read(struct, i * Segment.LAYOUT.byteSize()))
                        .toList(),
                DescriptorTable.read(struct, GDT), DescriptorTable.read(struct, IDT),
                longs(struct, CONTROL, CONTROLS), longs(struct, BITMAP, PENDING));
    }

    private static List<Long> longs(MemorySegment struct, long offset, int count) {
        return java.util.stream.LongStream.range(0, count)
                .mapToObj(i -> struct.get(JAVA_LONG, offset + 8 * i)).toList();
    }

    void write(MemorySegment struct) {
        for (int i = 0; i < SEGMENTS; i++) {
            segments.get(i).write(struct, i * Segment.LAYOUT.byteSize());
        }
        gdt.write(struct, GDT);
        idt.write(struct, IDT);
        for (int i = 0; i < CONTROLS; i++) {
            struct.set(JAVA_LONG, CONTROL + 8L * i, control.get(i));
        }
        for (int i = 0; i < PENDING; i++) {
            struct.set(JAVA_LONG, BITMAP + 8L * i, pending.get(i));
        }
    }

    public Segment cs() {
        return segments.getFirst();
    }

    public Segment ss() {
        return segments.get(5);
    }

    public long cr0() {
        return control.get(0);
    }

    /// {@return the address of the last page fault}
    public long cr2() {
        return control.get(1);
    }

    public long cr3() {
        return control.get(2);
    }

    public long cr4() {
        return control.get(3);
    }

    public long efer() {
        return control.get(5);
    }

    // tag::with-segments[]
    /// {@return the same, with CS replaced, and DS, ES, FS, GS, SS all replaced by `data`}
    public SpecialRegisters withSegments(Segment code, Segment data) {
        return new SpecialRegisters(List.of(code, data, data, data, data, data, segments.get(6),
                segments.get(7)), gdt, idt, control, pending);
    }
    // end::with-segments[]

    /// {@return the same, with TR replaced}
    public SpecialRegisters withTask(Segment task) {
        var changed = new java.util.ArrayList<>(segments);
        changed.set(TASK, task);
        return new SpecialRegisters(changed, gdt, idt, control, pending);
    }

    public SpecialRegisters withGdt(DescriptorTable table) {
        return new SpecialRegisters(segments, table, idt, control, pending);
    }

    public SpecialRegisters withCr0(long value) {
        return withControl(0, value);
    }

    public SpecialRegisters withCr3(long value) {
        return withControl(2, value);
    }

    public SpecialRegisters withCr4(long value) {
        return withControl(3, value);
    }

    public SpecialRegisters withEfer(long value) {
        return withControl(5, value);
    }

    private SpecialRegisters withControl(int index, long value) {
        var changed = new java.util.ArrayList<>(control);
        changed.set(index, value);
        return new SpecialRegisters(segments, gdt, idt, changed, pending);
    }
}
