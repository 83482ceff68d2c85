package dev.vmexit.softkvm;

import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// `struct kvm_run` and the page of port data behind it: where a vCPU tells why it left.
///
/// ```
///   0 request_interrupt_window u8 · 1 immediate_exit u8 · 8 exit_reason u32
///  12 ready_for_interrupt_injection u8 · 13 if_flag u8 · 14 flags u16 · 16 cr8 · 24 apic_base
///  32 io: direction u8, size u8, port u16, count u32, data_offset u64
///     mmio: phys_addr u64, data[8], len u32, is_write u8
///     internal: suberror u32, ndata u32, data[16] u64
///     debug: exception u32, pad, pc u64, dr6 u64, dr7 u64
/// ```
///
/// @spec https://docs.kernel.org/virt/kvm/api.html KVM API, section 5 "The kvm_run structure"
final class RunPage {
    static final int EXIT_IO = 2;
    static final int EXIT_DEBUG = 4;
    static final int EXIT_HLT = 5;
    static final int EXIT_MMIO = 6;
    static final int EXIT_IRQ_WINDOW_OPEN = 7;
    static final int EXIT_SHUTDOWN = 8;
    static final int EXIT_FAIL_ENTRY = 9;
    static final int EXIT_INTR = 10;
    static final int EXIT_INTERNAL_ERROR = 17;

    static final int EMULATION = 1;
    static final int DELIVERY_EVENT = 3;

    private static final int IO_DATA = 4096;
    private static final int UNION = 32;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment page = arena.allocate(KvmDevice.VCPU_MMAP_SIZE, 4096);

    long address() {
        return page.address();
    }

    void close() {
        arena.close();
    }

    boolean wantsInterruptWindow() {
        return page.get(Host.BYTE, 0) != 0;
    }

    boolean immediateExit() {
        return page.get(Host.BYTE, 1) != 0;
    }

    int exitReason() {
        return page.get(Host.INT, 8);
    }

    void exit(int reason) {
        page.set(Host.INT, 8, reason);
    }

    long cr8() {
        return page.get(Host.LONG, 16);
    }

    void state(boolean ready, boolean interruptFlag, int cr8, long apicBase) {
        page.set(Host.BYTE, 12, (byte) (ready ? 1 : 0));
        page.set(Host.BYTE, 13, (byte) (interruptFlag ? 1 : 0));
        page.set(Host.SHORT, 14, (short) 0);
        page.set(Host.LONG, 16, (long) cr8);
        page.set(Host.LONG, 24, apicBase);
    }

    void exitIo(boolean out, int size, int port, int count) {
        exit(EXIT_IO);
        page.set(Host.BYTE, UNION, (byte) (out ? 1 : 0));
        page.set(Host.BYTE, UNION + 1, (byte) size);
        page.set(Host.SHORT, UNION + 2, (short) port);
        page.set(Host.INT, UNION + 4, count);
        page.set(Host.LONG, UNION + 8, (long) IO_DATA);
    }

    void ioData(byte[] bytes, int length) {
        MemorySegment.copy(bytes, 0, page, Host.BYTE, IO_DATA, length);
    }

    byte[] ioData(int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(page, Host.BYTE, IO_DATA, bytes, 0, length);
        return bytes;
    }

    void exitMmio(long physical, int size, boolean write, long value) {
        exit(EXIT_MMIO);
        page.set(Host.LONG, UNION, physical);
        page.set(Host.LONG, UNION + 8, value);
        page.set(Host.INT, UNION + 16, size);
        page.set(Host.BYTE, UNION + 20, (byte) (write ? 1 : 0));
    }

    long mmioData() {
        return page.get(Host.LONG, UNION + 8);
    }

    void exitDebug(int exception, long pc, long dr6, long dr7) {
        exit(EXIT_DEBUG);
        page.set(Host.INT, UNION, exception);
        page.set(Host.INT, UNION + 4, 0);
        page.set(Host.LONG, UNION + 8, pc);
        page.set(Host.LONG, UNION + 16, dr6);
        page.set(Host.LONG, UNION + 24, dr7);
    }

    /// @param bytes the instruction that could not be done, at most 15; for emulation errors in the
    ///        format of `emulation_failure`: flags, then length and bytes
    void exitInternalError(int suberror, byte[] bytes) {
        exit(EXIT_INTERNAL_ERROR);
        page.asSlice(UNION, 144).fill((byte) 0);
        page.set(Host.INT, UNION, suberror);
        page.set(Host.INT, UNION + 4, bytes.length == 0 ? 1 : 3);
        if (bytes.length > 0) {
            page.set(Host.LONG, UNION + 8, 1L);
            page.set(Host.BYTE, UNION + 16, (byte) bytes.length);
            MemorySegment.copy(bytes, 0, page, Host.BYTE, UNION + 17, bytes.length);
        }
    }

    void exitFailEntry(long reason) {
        exit(EXIT_FAIL_ENTRY);
        page.set(Host.LONG, UNION, reason);
        page.set(Host.INT, UNION + 8, 0);
    }
}
