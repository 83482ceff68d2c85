package dev.vmexit.asm;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/// The system's Capstone, an independent disassembler, through JNA.
final class Capstone {
    static final String HOW_TO_GET_IT =
            "libcapstone is not installed (Debian: libcapstone4; macOS: brew install capstone)";

    private static final int CS_ARCH_X86 = 3;
    private static final NativeLibrary LIBRARY = find();

    private final long handle;

    Capstone(Mode mode) {
        int bits = switch (mode) {
            case BITS16 -> 1 << 1;
            case BITS32 -> 1 << 2;
            case BITS64 -> 1 << 3;
        };
        var opened = new LongByReference();
        if (call("cs_open", CS_ARCH_X86, bits, opened) != 0) {
            throw new IllegalStateException("cs_open refused x86, mode " + mode);
        }
        handle = opened.getValue();
    }

    static boolean isInstalled() {
        return LIBRARY != null;
    }

    private static NativeLibrary find() {
        for (String name : new String[]{"capstone", "libcapstone.so.4", "libcapstone.so.5"}) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError absent) {
                continue;
            }
        }
        return null;
    }

    private static long call(String function, Object... arguments) {
        return (long) LIBRARY.getFunction(function).invoke(long.class, arguments);
    }

    /// {@return mnemonic and operands} It must be one instruction that takes all the bytes.
    String disassemble(byte[] code, long address) {
        var found = new PointerByReference();
        long count = call("cs_disasm", handle, code, (long) code.length, address, 0L, found);
        if (count != 1) {
            throw new AssertionError(count + " instructions in " + java.util.HexFormat.of()
                    .formatHex(code));
        }
        Pointer instruction = found.getValue();
        try {
            return text(instruction, code.length);
        } finally {
            call("cs_free", instruction, 1L);
        }
    }

    /// `cs_insn`: id, address, size (u16) at 16, the bytes (16 of them before version 5, then 24),
    /// mnemonic\[32], operands\[160].
    private static String text(Pointer instruction, int expectedSize) {
        int size = instruction.getShort(16);
        if (size != expectedSize) {
            throw new AssertionError(size + " of " + expectedSize + " bytes were read");
        }
        int major = (int) (call("cs_version", Pointer.NULL, Pointer.NULL) >> 8) & 0xFF;
        int mnemonic = 18 + (major < 5 ? 16 : 24);
        return instruction.getString(mnemonic) + " " + instruction.getString(mnemonic + 32);
    }

}
