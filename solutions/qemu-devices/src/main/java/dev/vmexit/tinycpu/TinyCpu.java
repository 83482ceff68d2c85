package dev.vmexit.tinycpu;

import dev.vmexit.tiny.Devices;
import java.util.Arrays;

/// The state of the CPU, and its 64 KiB of memory: one segment, read, written and executed.
///
/// ```
///  slot    0  1  2  3  4  5  6  7   8       9      10
///          AX CX DX BX SP BP SI DI  RESULT  CARRY  OVERFLOW   (see Flags)
/// ```
///
/// All slots hold 16 bits, without sign. Not thread-safe. An [Interpreter] and a [Translator] may
/// take turns with one CPU.
public final class TinyCpu {
    public static final int MEMORY_BYTES = 1 << 16;

    static final int AX = 0;
    static final int DX = 2;
    static final int RESULT = 8;
    static final int CARRY = 9;
    static final int OVERFLOW = 10;
    private static final int SLOTS = 11;
    private static final int REGISTERS = 8;
    private static final int RFLAGS_RESERVED = 1 << 1;

    // The engines, and the classes that the translator generates, use these.
    final byte[] memory = new byte[MEMORY_BYTES];
    final int[] slots = new int[SLOTS];
    final TranslationCache translations = new TranslationCache();
    int ip;
    boolean halted;
    long executed;

    private final Devices devices;

    /// A CPU about to execute the first byte of `image`; registers and flags are 0.
    ///
    /// @param origin where the image stands in memory
    /// @param devices gets what the guest writes to ports
    /// @throws IllegalArgumentException if the image does not fit into the memory
    public TinyCpu(int origin, byte[] image, Devices devices) {
        if (origin < 0 || origin > MEMORY_BYTES - image.length) {
            throw new IllegalArgumentException(
                    "an image of %d bytes at 0x%x does not fit into 64 KiB"
                            .formatted(image.length, origin));
        }
        System.arraycopy(image, 0, memory, origin, image.length);
        this.devices = devices;
        ip = origin;
        slots[RESULT] = 1;
    }

    /// {@return AX, CX, DX, BX, SP, BP, SI, DI} A copy.
    public int[] registers() {
        return Arrays.copyOf(slots, REGISTERS);
    }

    /// @param number 0 … 7, as in ModRM
    /// @param value of which the low 16 bits count
    public void setRegister(int number, int value) {
        slots[java.util.Objects.checkIndex(number, REGISTERS)] = value & 0xFFFF;
    }

    /// {@return the address of the next instruction} 0x1_0000 behind the last byte of memory.
    public int ip() {
        return ip;
    }

    /// {@return CF, ZF, SF and OF at their places in RFLAGS, and bit 1, which is always set}
    public int flags() {
        int result = slots[RESULT];
        return RFLAGS_RESERVED | slots[CARRY] * Flags.CF | (result == 0 ? Flags.ZF : 0)
                | (result >>> 15) * Flags.SF | slots[OVERFLOW] * Flags.OF;
    }

    /// {@return how many instructions have been executed so far}
    public long executed() {
        return executed;
    }

    /// {@return whether it has executed HLT; nothing can wake it up}
    public boolean isHalted() {
        return halted;
    }

    /// {@return a copy of the whole memory}
    public byte[] memory() {
        return memory.clone();
    }

    /// {@return the word at an address, the lower byte first}
    ///
    /// @throws SegmentOverrun if it does not end inside the memory
    int load(int address) {
        if (address >= MEMORY_BYTES - 1) {
            throw new SegmentOverrun(address);
        }
        return Byte.toUnsignedInt(memory[address]) | Byte.toUnsignedInt(memory[address + 1]) << 8;
    }

    /// {@return whether this changed code that has been translated}
    ///
    /// @throws SegmentOverrun if the word does not end inside the memory
    // tag::store[]
    boolean store(int address, int value) {
        if (address >= MEMORY_BYTES - 1) {
            throw new SegmentOverrun(address);
        }
        memory[address] = (byte) value;
        memory[address + 1] = (byte) (value >>> 8);
        return translations.written(address);
    }
    // end::store[]

    /// `OUT DX, AL`.
    void out(int port, int value) {
        devices.out(port, 1, value & 0xFF);
    }
}
