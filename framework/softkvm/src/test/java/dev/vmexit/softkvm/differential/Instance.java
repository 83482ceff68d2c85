package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// One random instruction with the state it finds. Everything follows from form, code size and
/// seed.
final class Instance {
    private static final String PREFIXES =
            "\u0026\u002e\u0036\u003e\u0064\u0065\u0066\u0067\u00f0\u00f2\u00f3";
    private static final int LANDING64 = 5;
    private static final int LANDING32 = 7;
    private static final int LANDING16 = 8;

    final Form form;
    /// 2, 4 or 8.
    final int codeSize;
    final long seed;
    final int slot;
    final Values values;
    final MemorySegment ram;
    final byte[] code = new byte[Layout.SLOT_BYTES];
    int length;
    /// Of a program: memory operands are at fixed places, and no register is arranged.
    boolean absolute;
    int codeAddress;
    int operandSize;
    int addressSize;
    boolean memory;
    /// A string instruction with REP or REPNE.
    boolean repeated;
    /// Linear, where ModRM's operand is.
    int target;
    /// RCX before.
    long count;
    private final Machine machine;
    private final GuestImage image;

    Instance(Form form, int codeSize, long seed, int slot, Machine machine) {
        this.form = form;
        this.codeSize = codeSize;
        this.seed = seed;
        this.slot = slot;
        this.values = new Values(new SplittableRandom(seed));
        this.machine = machine;
        this.ram = machine.ram();
        this.image = machine.image();
        this.codeAddress = Layout.CODE + slot * Layout.SLOT_BYTES;
    }

    /// {@return the same one, not yet prepared}
    Instance again() {
        return new Instance(form, codeSize, seed, slot, machine);
    }

    /// Writes code and record into the guest's memory.
    void prepare() {
        new StateGenerator(ram, values, record()).fill();
        new Encoder(this).encode();
        count = register(1);
        if (reload()) {
            selectors();
        }
        int at = address();
        MemorySegment.copy(code, 0, ram, ValueLayout.JAVA_BYTE, at, length);
        var pads = new Code(ram, at + length);
        if (codeSize == 8) {
            pads.jump(image.next).jump(image.taken);
            set(Layout.TARGET_IN, 8, at);
            return;
        }
        for (int target : new int[]{image.next, image.taken}) {
            if (codeSize == 2) {
                pads.put("66");
            }
            pads.farJump(Layout.USER_CODE64, target);
        }
        boolean is16 = codeSize == 2;
        long selector = is16 ? Layout.USER_CODE16 : Layout.USER_CODE32;
        set(Layout.TARGET_IN, 8, offset(at) | selector << 32);
        set(Layout.FAR, 4, 1);
    }

    /// {@return whether segment registers are to be loaded before and stored after}
    boolean reload() {
        return codeSize == 2 || form.name().endsWith("_TO_SEG") || form.name().endsWith("FROM_SEG")
                || form.name().matches("(PUSH|POP)_..") || named("IRET");
    }

    private void selectors() {
        int data = codeSize == 2 ? Layout.USER_DATA16 : Layout.USER_DATA;
        set(Layout.SELECTORS, 8, data | (long) data << 16 | (long) Layout.USER_FS << 32
                | (long) Layout.USER_GS << 48);
        set(Layout.SELECTORS + 8, 2, data);
        set(Layout.RELOAD, 4, 1);
    }

    long record() {
        return Layout.RECORDS + (long) slot * Layout.RECORD_BYTES;
    }

    int address() {
        return codeAddress;
    }

    /// {@return a code address as the code itself sees it}
    long offset(long address) {
        return codeSize == 2 ? address - Layout.CODE : address;
    }

    int landingBytes() {
        return codeSize == 8 ? LANDING64 : codeSize == 4 ? LANDING32 : LANDING16;
    }

    /// {@return where jumps are to go, for an instruction whose end is known}
    long takenOffset() {
        return offset(address() + length + landingBytes());
    }

    int codeSelector() {
        return codeSize == 8
                ? Layout.USER_CODE64
                : codeSize == 4 ? Layout.USER_CODE32 : Layout.USER_CODE16;
    }

    int dataBase() {
        return codeSize == 2 ? Layout.DATA : 0;
    }

    long register(int n) {
        return ram.get(ValueLayout.JAVA_LONG, record() + 8L * n);
    }

    void register(int n, long value) {
        ram.set(ValueLayout.JAVA_LONG, record() + 8L * n, value);
    }

    /// Writes the low `size` bytes of a register only.
    void lowPart(int n, int size, long value) {
        long mask = size == 8 ? -1 : (1L << 8 * size) - 1;
        register(n, register(n) & ~mask | value & mask);
    }

    /// Writes into the record.
    void set(long at, int size, long value) {
        for (int n = 0; n < size; n++) {
            ram.set(ValueLayout.JAVA_BYTE, record() + at + n, (byte) (value >>> 8 * n));
        }
    }

    /// Writes what will be in the window at this linear address, as far as it is in there.
    void memory(long linear, int size, long value) {
        for (int n = 0; n < size; n++) {
            long at = linear + n - Layout.WINDOW;
            if (at >= 0 && at < Layout.WINDOW_BYTES) {
                set(Layout.MEMORY_COPY + at, 1, value >>> 8 * n);
            }
        }
    }

    /// {@return whether this legacy prefix is among its prefixes}
    boolean prefixedBy(int prefix) {
        for (int at = 0; PREFIXES.indexOf(code[at] & 0xFF) >= 0; at++) {
            if ((code[at] & 0xFF) == prefix) {
                return true;
            }
        }
        return false;
    }

    boolean named(String... names) {
        for (String name : names) {
            if (form.name().equals(name)) {
                return true;
            }
        }
        return false;
    }

    String bytes() {
        return HexFormat.ofDelimiter(" ").formatHex(code, 0, length);
    }

    @Override
    public String toString() {
        return "%s   (%s), %d-bit code, seed 0x%xL".formatted(bytes(), form.text(), 8 * codeSize,
                seed);
    }
}
