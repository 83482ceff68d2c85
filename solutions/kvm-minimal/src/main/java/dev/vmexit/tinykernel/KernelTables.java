package dev.vmexit.tinykernel;

import static dev.vmexit.asm.Memory.at;
import static dev.vmexit.asm.Register.AX;

import dev.vmexit.asm.Assembler;
import dev.vmexit.asm.Label;
import dev.vmexit.kvm.Segment;
import dev.vmexit.mode.Gdt;
import dev.vmexit.mode.LongMode;
import java.util.LinkedHashMap;
import java.util.Map;

/// What stands behind the code of [TinyKernel]: GDT, TSS, IDT, and its texts.
///
/// The IDT comes last, because a gate holds the address of its handler, and those are known by
/// then.
final class KernelTables {
    private final Assembler a;
    private final Label tick;
    private final Label systemCall;
    private final Label gdtr;
    private final Label idtr;
    private final Map<String, Label> texts = new LinkedHashMap<>();

    KernelTables(Assembler a, Label tick, Label systemCall) {
        this.a = a;
        this.tick = tick;
        this.systemCall = systemCall;
        this.gdtr = a.label("gdtr");
        this.idtr = a.label("idtr");
    }

    /// Code that makes the CPU use the tables. CS keeps its hidden part: the selector means the
    /// same in the new table.
    void load() {
        a.lgdt(at(gdtr));
        TinyKernel.loadStack(a);
        a.lidt(at(idtr));
        a.mov(AX, TinyKernel.TASK);
        a.ltr(AX);
    }

    Label text(String text) {
        return texts.computeIfAbsent(text, _ -> a.label("\"" + text.strip() + "\""));
    }

    void emit() {
        texts.forEach((text, label) -> {
            a.bind(label);
            a.ascii(text + "\0");
        });
        a.align(16);
        Label tss = a.here("tss");
        a.bytes(Tss.bytes(TinyKernel.KERNEL_STACK));
        gdt(tss.address());
        idt();
    }

    // tag::gdt[]
    private void gdt(long tss) {
        a.align(16);
        Label gdt = a.here("gdt");
        Segment code = LongMode.CODE;
        Segment data = LongMode.DATA;
        a.qword(0);
        a.qword(Gdt.descriptor(code));
        a.qword(Gdt.descriptor(data));
        a.qword(Gdt.descriptor(forRing3(data)));
        a.qword(Gdt.descriptor(forRing3(code)));
        a.qword(Gdt.descriptor(Tss.segment(tss, TinyKernel.TASK)));
        a.qword(tss >>> 32);
        pseudoDescriptor(gdtr, gdt, 7 * 8);
    }
    // end::gdt[]

    private static Segment forRing3(Segment s) {
        return new Segment(s.base(), s.limit(), s.selector(), s.type(), s.present(), 3, s.db(),
                s.s(), s.l(), s.g(), s.avl());
    }

    // tag::idt[]
    private void idt() {
        a.align(16);
        Label idt = a.here("idt");
        int vectors = TinyKernel.TIMER_VECTOR + 1;
        for (int vector = 0; vector < vectors; vector++) {
            a.bytes(switch (vector) {
                case TinyKernel.TIMER_VECTOR -> Idt.gate(tick.address(), TinyKernel.KERNEL_CODE, 0);
                case TinyKernel.SYSTEM_CALL_VECTOR -> Idt.gate(systemCall.address(),
                        TinyKernel.KERNEL_CODE, 3);
                default -> new byte[Idt.GATE_BYTES];
            });
        }
        pseudoDescriptor(idtr, idt, vectors * Idt.GATE_BYTES);
    }
    // end::idt[]

    /// What `LGDT` and `LIDT` read: the last byte's offset, then the address.
    private void pseudoDescriptor(Label label, Label table, int bytes) {
        a.align(8);
        a.bind(label);
        a.word(bytes - 1);
        a.qword(table);
    }
}
