package dev.vmexit.softkvm.differential;

import com.sun.jna.Callback;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The system's Unicorn, an independent x86 CPU in software (made of QEMU 5.0's), through JNA.
///
/// It has no interrupt descriptor table: an exception stops it, and the caller says where it goes
/// on.
///
/// @spec https://www.unicorn-engine.org/docs/ Unicorn 2.1, `unicorn.h` and `x86.h`
final class Unicorn implements AutoCloseable {
    static final int CS = 11;
    static final int RIP = 41;
    static final int RSP = 44;
    static final int CR0 = 50;
    static final int CR2 = 52;
    static final int CR3 = 53;
    static final int CR4 = 54;
    static final int GDTR = 243;
    static final int LDTR = 244;
    static final int TR = 245;
    static final int RFLAGS = 253;
    /// What [#run] answers where the library stopped for another reason than an exception.
    static final int NONE = -1;

    private static final String HOW_TO_GET_IT = "Unicorn 2.1 is not installed (its library is in"
            + " PyPI's package unicorn: name the file in VMEXIT_UNICORN; macOS: brew install"
            + " unicorn)";
    /// Those before show a CPU with neither no-execute pages nor FSGSBASE.
    private static final int LEAST_VERSION = 0x0201;
    private static final int ARCH_X86 = 4;
    private static final int MODE_64 = 1 << 3;
    private static final int ICELAKE_SERVER = 26;
    private static final int ALL = 7;
    private static final int HOOK_INTR = 1;
    private static final int SET_CPU_MODEL = 0x4400_0007;
    private static final int FLUSH = 0x4000_000A;
    private static final int INVALID_INSTRUCTION = 10;
    private static final int INVALID_OPCODE = 6;
    private static final int MSR = 248;
    private static final String NAMED = System.getenv("VMEXIT_UNICORN");
    private static final NativeLibrary LIBRARY = find();

    /// Called with the number of each exception.
    interface Hook extends Callback {
        void invoke(Pointer engine, int vector, Pointer data);
    }

    private final Pointer engine;
    private final Hook hook = this::exception;
    private final Pointer context;
    private int vector;

    /// With all of `ram` as its memory, from address 0.
    Unicorn(MemorySegment ram) {
        var opened = new PointerByReference();
        check("uc_open", ARCH_X86, MODE_64, opened);
        engine = opened.getValue();
        check("uc_ctl", engine, SET_CPU_MODEL, ICELAKE_SERVER);
        check("uc_mem_map_ptr", engine, 0L, ram.byteSize(), ALL, new Pointer(ram.address()));
        check("uc_context_alloc", engine, opened);
        context = opened.getValue();
        check("uc_hook_add", engine, new LongByReference(), HOOK_INTR, hook, Pointer.NULL, 1L, 0L);
    }

    /// {@return why it cannot be used here, or an empty text}
    static String whyNot() {
        if (LIBRARY == null) {
            return NAMED == null
                    ? HOW_TO_GET_IT
                    : "VMEXIT_UNICORN names " + NAMED + ", which cannot be loaded as a library";
        }
        int version = call("uc_version", Pointer.NULL, Pointer.NULL);
        return version >>> 16 >= LEAST_VERSION ? "" : "Unicorn before 2.1: " + HOW_TO_GET_IT;
    }

    private static NativeLibrary find() {
        for (String name : NAMED != null ? List.of(NAMED) : List.of("unicorn", "libunicorn.so.2")) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError absent) {
                continue;
            }
        }
        return null;
    }

    private static int call(String function, Object... arguments) {
        return (int) LIBRARY.getFunction(function).invoke(int.class, arguments);
    }

    private static void check(String function, Object... arguments) {
        int error = call(function, arguments);
        if (error != 0) {
            throw new IllegalStateException(function + ": error " + error);
        }
    }

    private void exception(Pointer from, int number, Pointer data) {
        vector = number;
        call("uc_emu_stop", engine);
    }

    long get(int register) {
        var value = new LongByReference();
        check("uc_reg_read", engine, register, value);
        return value.getValue();
    }

    void set(int register, long value) {
        check("uc_reg_write", engine, register, new LongByReference(value));
    }

    /// `uc_x86_msr`: number, value.
    void setMsr(int number, long value) {
        try (var msr = new Memory(16)) {
            msr.setInt(0, number);
            msr.setLong(8, value);
            check("uc_reg_write", engine, MSR, msr);
        }
    }

    /// `uc_x86_mmr`: selector, base, limit, flags.
    void setTable(int register, int selector, long base, int limit, int flags) {
        try (var table = new Memory(24)) {
            table.clear();
            table.setShort(0, (short) selector);
            table.setLong(8, base);
            table.setInt(16, limit);
            table.setInt(20, flags);
            check("uc_reg_write", engine, register, table);
        }
    }

    /// Keeps all registers and what is pending, for [#restore].
    void save() {
        check("uc_context_save", engine, context);
    }

    /// As at [#save]: also the exception before is forgotten, with which another would make a
    /// double fault.
    void restore() {
        check("uc_context_restore", engine, context);
    }

    /// Forgets what it has translated: its memory was written from outside.
    void flush() {
        check("uc_ctl", engine, FLUSH);
    }

    /// Runs from this address to the next exception.
    ///
    /// @return its vector
    int run(long address) {
        vector = NONE;
        int error = call("uc_emu_start", engine, address, 0L, 0L, 0L);
        if (vector == NONE && error == INVALID_INSTRUCTION) {
            return INVALID_OPCODE;
        }
        if (error != 0) {
            throw new IllegalStateException("uc_emu_start: error %d at 0x%x".formatted(error,
                    get(RIP)));
        }
        return vector;
    }

    @Override
    public void close() {
        check("uc_context_free", context);
        check("uc_close", engine);
    }
}
