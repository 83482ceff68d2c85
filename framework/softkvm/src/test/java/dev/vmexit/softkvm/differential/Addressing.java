package dev.vmexit.softkvm.differential;

/// ModRM's memory forms: chooses one, and gives base and index registers what leads to the target.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, 2.1.5, tables 2-1 to 2-3
final class Addressing {
    private static final int RSP = 4;
    private static final int RBP = 5;
    private static final int[] BASE16 = {3, 3, 5, 5, 6, 7, 5, 3};
    private static final int[] INDEX16 = {6, 7, 6, 7};

    private final Encoder e;
    private final Instance i;
    private final Values values;

    Addressing(Encoder encoder) {
        this.e = encoder;
        this.i = encoder.i;
        this.values = encoder.values;
    }

    void choose() {
        if (i.absolute) {
            i.target = Layout.WINDOW + 0x80 + 16 * values.below(0x30);
            absolute(i.target);
            return;
        }
        i.target = Targets.of(i);
        long offset = i.target - segmentBase();
        boolean strange = i.codeSize == 8 && i.addressSize == 8 && values.oneIn(100);
        if (strange && !e.form.name().equals("LEA")) {
            offset = (1L << 47 ^ values.any() >>> 20) & -64;
        }
        if (i.addressSize == 2) {
            form16(offset);
        } else {
            form32(offset);
        }
    }

    private int segmentBase() {
        return switch (e.segmentPrefix) {
            case 0x64 -> Layout.FS_BASE;
            case 0x65 -> Layout.GS_BASE;
            default -> i.dataBase();
        };
    }

    private void form16(long offset) {
        int form = values.below(8);
        int mod = values.below(3);
        e.rm = form;
        e.modRm.add(mod << 6 | (e.reg & 7) << 3 | form);
        if (mod == 0 && form == 6) {
            displacement(offset, 2);
            return;
        }
        long displacement = mod == 0 ? 0 : mod == 1 ? (byte) values.any() : (short) values.any();
        long rest = offset - displacement;
        if (form < 4) {
            long index = values.any() & 0xFFFF;
            i.lowPart(INDEX16[form], 2, index);
            rest -= index;
        }
        i.lowPart(BASE16[form], 2, rest);
        displacement(displacement, mod == 0 ? 0 : mod == 1 ? 1 : 2);
    }

    private void form32(long offset) {
        int registers = i.codeSize == 8 ? 16 : 8;
        int base = values.below(registers);
        boolean absolute = values.oneIn(16) && offset == (int) offset;
        if (absolute) {
            absolute(offset);
            return;
        }
        if (stackForm() && (base == RSP || base == RBP) || i.form.has("xsave") && base < 3) {
            base = 3;
        }
        boolean sib = (base & 7) == RSP || values.oneIn(2);
        int mod = (base & 7) == RBP ? 1 + values.below(2) : values.below(3);
        e.modRm.add(mod << 6 | (e.reg & 7) << 3 | (sib ? RSP : base & 7));
        e.rm = base;
        long displacement = mod == 0
                ? 0
                : mod == 1
                        ? (byte) values.any()
                        : values.oneIn(3) ? (int) values.any() : values.below(0x400) - 0x200;
        long rest = offset - displacement;
        if (sib) {
            rest -= sib(base, registers);
        }
        i.lowPart(base, i.addressSize, rest);
        displacement(displacement, mod == 0 ? 0 : mod == 1 ? 1 : 4);
    }

    /// {@return what the index adds}
    private long sib(int base, int registers) {
        int index = values.below(registers);
        int scale = values.below(4);
        boolean used = stackForm() && index == RBP || i.form.has("xsave") && index < 3;
        if (index == base || used) {
            index = RSP;
        }
        e.modRm.add(scale << 6 | (index & 7) << 3 | base & 7);
        e.index = index;
        if (index == RSP) {
            return 0;
        }
        long value = values.oneIn(2) ? values.below(64) - 32 : values.any();
        i.lowPart(index, i.addressSize, value);
        return value << scale;
    }

    private void absolute(long offset) {
        boolean sib = i.codeSize == 8 && values.oneIn(2);
        e.modRm.add((e.reg & 7) << 3 | (sib ? RSP : RBP));
        e.ripRelative = i.codeSize == 8 && !sib;
        if (sib) {
            e.modRm.add(0x25);
        }
        e.ripOffset = offset;
        displacement(offset, 4);
    }

    private boolean stackForm() {
        return i.named("PUSH", "POP", "CALL_E", "CALLF_M");
    }

    private void displacement(long value, int size) {
        for (int n = 0; n < size; n++) {
            e.modRm.add((int) (value >> 8 * n) & 0xFF);
        }
    }
}
