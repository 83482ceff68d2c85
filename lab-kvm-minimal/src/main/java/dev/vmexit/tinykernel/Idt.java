package dev.vmexit.tinykernel;

import dev.vmexit.course.Todo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The interrupt descriptor table: for each of 256 vectors, where its handler begins.
///
/// ```
///  byte  0 … 1    2 … 3      4     5             6 … 7      8 … 11     12 … 15
///        offset   selector   IST   P DPL 0 type  offset     offset     0
///        15:0     of CS                          31:16      63:32
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, section 6.14.1, figure 6-8 "64-Bit IDT Gate Descriptors"
public final class Idt {
    public static final int GATE_BYTES = 16;

    /// A gate that also clears RFLAGS.IF, so that the handler is not interrupted.
    public static final int INTERRUPT_GATE = 14;

    private Idt() {}

    /// {@return the sixteen bytes of an interrupt gate that is present}
    ///
    /// @param handler the address of its first instruction
    /// @param selector the code segment it runs in, which decides its privilege
    /// @param dpl who may come here by an `INT` instruction: 0 only the kernel, 3 everybody
    public static byte[] gate(long handler, int selector, int dpl) {
        throw Todo.of("kvm-13", "lay out the gate as the picture above shows");
    }
}
