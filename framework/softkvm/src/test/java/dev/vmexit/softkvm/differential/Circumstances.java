package dev.vmexit.softkvm.differential;

/// What an instruction needs besides its operands to do more than fault: a stack, string pointers,
/// a count, a comparand that is equal now and then.
final class Circumstances {
    private static final int RAX = 0;
    private static final int RCX = 1;
    private static final int RDX = 2;
    private static final int RBX = 3;
    private static final int RSP = 4;
    private static final int RBP = 5;
    private static final int RSI = 6;
    private static final int RDI = 7;
    private static final int TF = 1 << 8;
    /// CF, PF, AF, ZF, SF, IF, DF, OF, NT, RF, ID: what IRET in ring 3 may find.
    private static final int LOADABLE = 0x21_4ED5;

    /// The last one is beyond the GDT's limit.
    private static final int[] SELECTORS = {0, 3, Layout.USER_CODE32, Layout.USER_DATA,
            Layout.USER_CODE64, Layout.USER_DATA16, Layout.USER_CODE16, Layout.USER_FS, 0x83F7,
            0xFFFC};

    private final Instance i;
    private final Encoder e;
    private final Values values;
    private final String name;

    Circumstances(Instance instance, Encoder encoder) {
        this.i = instance;
        this.e = encoder;
        this.values = instance.values;
        this.name = instance.form.name();
    }

    void arrange() {
        if (usesStack()) {
            stack();
        }
        if (i.form.has("rep")) {
            pointer(RSI, sourceBase());
            pointer(RDI, i.dataBase());
            i.lowPart(RCX, i.addressSize, values.oneIn(4) ? 0 : values.below(24));
        }
        switch (name) {
            case "XLAT" -> pointer(RBX, sourceBase());
            // Whether it faults where its mask names no byte is up to the CPU.
            case "MASKMOVDQU", "MASKMOVQ" -> i.lowPart(RDI, i.addressSize,
                    Layout.WINDOW + 0x180 + values.below(0x100) - sourceBase());
            case "LEAVE" -> i.lowPart(RBP, i.codeSize, Targets.stack(values) - i.dataBase());
            case "ENTER" -> i.lowPart(RBP, i.codeSize, Layout.WINDOW + 0x300 - i.dataBase());
            case "LOOP", "LOOPE", "LOOPNE", "JCXZ" -> count();
            case "DIV", "IDIV" -> smallDividend();
            case "CMPXCHG", "CMPXCHG8B" -> comparand();
            case "BT", "BTS", "BTR", "BTC" -> bitNumber();
            case "LDMXCSR" -> memory(values.any() & 0xFFFF, 4);
            case "FXRSTOR" -> i.memory(i.target + 24L, 4, values.any() & 0xFFFF);
            case "XSAVE", "XSAVEOPT", "XRSTOR" -> extendedState();
            case "WRFSBASE", "WRGSBASE" -> canonicalBase();
            case "F2XM1", "FYL2XP1" -> smallSt0();
            case "MOV_TO_SEG", "LAR", "LSL", "VERR", "VERW" -> selectorOperand();
            case "BOUND" -> bounds();
            default -> transfers();
        }
    }

    private boolean usesStack() {
        return name.startsWith("PUSH") || name.startsWith("POP") && !name.equals("POPCNT")
                || name.startsWith("CALL") || name.startsWith("RET") || name.equals("ENTER")
                || name.equals("IRET");
    }

    private void stack() {
        int sp = Targets.stack(values);
        i.lowPart(RSP, i.codeSize, sp - i.dataBase());
        if (i.codeSize == 8) {
            i.register(RSP, sp);
        }
        int size = i.operandSize;
        switch (name) {
            case "POPF" -> i.memory(sp, size, values.any() & ~TF);
            case "RET" -> i.memory(sp, size, returnAddress());
            case "RETF" -> {
                i.memory(sp, size, returnAddress());
                i.memory(sp + size, size, i.codeSelector());
            }
            case "POP_ES", "POP_SS", "POP_DS", "POP_FS", "POP_GS" ->
                i.memory(sp, size, selector());
            case "IRET" -> {
                i.memory(sp, size, returnAddress());
                i.memory(sp + size, size, i.codeSelector());
                i.memory(sp + 2 * size, size, values.any() & LOADABLE);
                i.memory(sp + 3 * size, size, Targets.stack(values));
                i.memory(sp + 4 * size, size,
                        i.codeSize == 2 ? Layout.USER_DATA16 : Layout.USER_DATA);
            }
            default -> {
            }
        }
    }

    private long returnAddress() {
        // Which comes first in a call, a bad target or a bad stack, differs.
        boolean lost = i.codeSize == 8 && !name.equals("CALL_E") && values.oneIn(12);
        return lost ? nowhere() : i.takenOffset();
    }

    /// Not into the guest's own program: that would begin with this instance once more, for ever.
    private long nowhere() {
        long address = values.any();
        return Long.compareUnsigned(address, Layout.RAM_BYTES) < 0 ? -1L << 13 : address;
    }

    private int sourceBase() {
        return switch (e.segmentPrefix) {
            case 0x64 -> Layout.FS_BASE;
            case 0x65 -> Layout.GS_BASE;
            default -> i.dataBase();
        };
    }

    private void pointer(int register, int base) {
        int to = values.oneIn(20)
                ? Targets.any(values)
                : Layout.WINDOW + 0x180 + values.below(0x100);
        i.lowPart(register, i.addressSize, to - base);
    }

    private void count() {
        i.lowPart(RCX, i.addressSize, values.oneIn(2) ? values.below(3) : values.any());
    }

    private void smallDividend() {
        if (values.oneIn(4)) {
            return;
        }
        int size = i.form.operand(0).equals("Eb") ? 1 : i.operandSize;
        long value = values.integer();
        if (size == 1) {
            i.lowPart(RAX, 2, values.oneIn(2) ? value & 0x1FF : (byte) value);
        } else {
            boolean signed = name.equals("IDIV") && values.oneIn(2);
            i.lowPart(RDX, size, signed ? i.register(RAX) >> 63 : values.below(4));
        }
    }

    private void comparand() {
        if (values.oneIn(2)) {
            return;
        }
        if (name.equals("CMPXCHG8B")) {
            int size = i.operandSize == 8 ? 8 : 4;
            i.memory(i.target, size, i.register(RAX));
            i.memory(i.target + size, size, i.register(RDX));
        } else if (i.memory) {
            i.memory(i.target, 8, i.register(RAX));
        } else if (e.rm != RSP) {
            i.register(e.rm, i.register(RAX));
        }
    }

    private void bitNumber() {
        boolean address = e.rm == e.reg || e.index == e.reg;
        if (i.memory && i.form.operand(1).startsWith("G") && !address && !implicit16(e.reg)) {
            i.lowPart(e.reg, i.operandSize, values.below(1024) - 512);
        }
    }

    private boolean implicit16(int register) {
        return i.addressSize == 2 && register >= RBX;
    }

    private void memory(long value, int size) {
        if (i.memory) {
            i.memory(i.target, size, values.oneIn(8) ? values.any() : value);
        }
    }

    /// Only x87 and SSE, whatever else the host has; and a header as XSAVE leaves it.
    private void extendedState() {
        i.register(RAX, values.below(4));
        i.register(RDX, 0);
        i.memory(i.target + 24L, 4, values.any() & 0xFFFF);
        i.memory(i.target + 512L, 8, values.below(4));
        for (int n = 8; n < 64; n += 8) {
            i.memory(i.target + 512L + n, 8, 0);
        }
    }

    /// Beyond these the result is undefined.
    private void smallSt0() {
        i.set(Layout.FX + 40L, 2, (int) values.any() & 0x8000 | 0x3FFD - values.below(60));
        i.set(Layout.FX + 39L, 1, 0x80 | values.below(0x80));
    }

    private long selector() {
        return SELECTORS[values.below(SELECTORS.length)];
    }

    private void selectorOperand() {
        if (i.memory) {
            i.memory(i.target, 2, selector());
        } else {
            i.lowPart(e.rm, 2, selector());
        }
    }

    private void canonicalBase() {
        if (!values.oneIn(4)) {
            i.lowPart(e.rm, 8, values.any() >> 17);
        }
    }

    private void bounds() {
        int size = i.operandSize;
        i.memory(i.target, size, values.below(300) - 200);
        i.memory(i.target + size, size, values.below(300));
        if (!implicit16(e.reg) && e.rm != e.reg && e.index != e.reg) {
            i.lowPart(e.reg, size, values.below(400) - 200);
        }
    }

    private void transfers() {
        switch (name) {
            case "CALL_E", "JMP_E" -> {
                if (e.rm == RSP && !i.memory && name.equals("CALL_E")) {
                    return;
                }
                if (i.memory) {
                    i.memory(i.target, i.operandSize, returnAddress());
                } else {
                    i.lowPart(e.rm, i.operandSize, returnAddress());
                }
            }
            case "CALLF_M", "JMPF_M" -> {
                i.memory(i.target, i.operandSize, i.takenOffset());
                i.memory(i.target + i.operandSize, 2, i.codeSelector());
            }
            default -> {
            }
        }
    }
}
