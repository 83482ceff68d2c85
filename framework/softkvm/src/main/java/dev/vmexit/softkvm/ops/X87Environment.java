package dev.vmexit.softkvm.ops;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.cpu.Memory;
import dev.vmexit.softkvm.cpu.SlowMemory;
import dev.vmexit.softkvm.cpu.X87State;
import dev.vmexit.softkvm.fp.Float80;
import dev.vmexit.softkvm.insn.Action;
import dev.vmexit.softkvm.insn.Insn;
import dev.vmexit.softkvm.ram.Host;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/// The control instructions: control, status and tag word, alone, with the pointers (the
/// environment), and with the registers.
///
/// ```
///  unit 0 control   1 status   2 tags
///  protected, 4 bytes each     3 FIP          4 FOP, FCS         5 FDP         6 FDS
///  protected, 2 bytes each     3 FIP          4 FCS              5 FDP         6 FDS
///  real and v8086              3 FIP 15:0     4 FIP high, FOP    5 FDP 15:0    6 FDP high
///  then ST(0) ... ST(7), 10 bytes each
/// ```
///
/// FCS and FDS are 0. What a real-mode program sees as FIP is therefore an offset.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 1, 8.1.10 Saving the x87 FPU's State with
///       FSTENV/FNSTENV and FSAVE/FNSAVE
final class X87Environment {
    private static final int UNITS = 7;
    private static final int REGISTERS_BYTES = 80;
    private static final int FOP_BITS = 0x7FF;
    private static final long UNUSED = 0xFFFF_0000L;

    private X87Environment() {}

    static void bind(Map<String, Action> actions) {
        actions.put("FWAIT", (c, i) -> c.x87.requireNoPendingFault(c));
        actions.put("FNINIT", (c, i) -> c.x87.reset());
        actions.put("FNCLEX", (c, i) -> c.x87.clearExceptions());
        actions.put("FNSTSW", (c, i) -> Memory.store2(c, Access.linear(c, i, 2, true),
                c.x87.statusWord()));
        actions.put("FNSTSW_AX", (c, i) -> Access.register(c, Cpu.RAX, 2, c.x87.statusWord()));
        actions.put("FNSTCW", (c, i) -> Memory.store2(c, Access.linear(c, i, 2, true),
                c.x87.controlWord()));
        actions.put("FLDCW", waiting((c, i) -> c.x87.controlWord((int) Memory.load2(c,
                Access.linear(c, i, 2, false)))));
        actions.put("FNSTENV", (c, i) -> {
            store(c, i, 0);
            c.x87.maskAll();
        });
        actions.put("FNSAVE", (c, i) -> {
            store(c, i, REGISTERS_BYTES);
            c.x87.reset();
        });
        actions.put("FLDENV", waiting((c, i) -> load(c, i, 0)));
        actions.put("FRSTOR", waiting((c, i) -> load(c, i, REGISTERS_BYTES)));
    }

    private static Action waiting(Action body) {
        return (c, i) -> {
            c.x87.requireNoPendingFault(c);
            body.run(c, i);
        };
    }

    private static int unit(Insn i) {
        return i.operandSize == 2 ? 2 : 4;
    }

    private static void store(Cpu c, Insn i, int registersBytes) {
        int unit = unit(i);
        int bytes = UNITS * unit + registersBytes;
        long at = Access.linear(c, i, bytes, true);
        SlowMemory.probeWrite(c, at + bytes - 1);
        SlowMemory.probeWrite(c, at);
        MemorySegment image = c.x87.image;
        saveWords(c, image, unit);
        saveRegisters(c.x87, image, UNITS * unit);
        for (int offset = 0; offset < bytes; offset += unit) {
            Memory.store(c, at + offset, unit, get(image, unit, offset / unit));
        }
    }

    private static void load(Cpu c, Insn i, int registersBytes) {
        int unit = unit(i);
        int bytes = UNITS * unit + registersBytes;
        long at = Access.linear(c, i, bytes, false);
        MemorySegment image = c.x87.image;
        for (int offset = 0; offset < bytes; offset += unit) {
            put(image, unit, offset / unit, Memory.load(c, at + offset, unit));
        }
        restoreWords(c, image, unit);
        if (registersBytes != 0) {
            restoreRegisters(c.x87, image, UNITS * unit);
        }
    }

    private static void saveWords(Cpu c, MemorySegment image, int unit) {
        X87State x = c.x87;
        put(image, unit, 0, UNUSED | x.controlWord());
        put(image, unit, 1, UNUSED | x.statusWord());
        put(image, unit, 2, UNUSED | x.tagWord());
        if (c.usesDescriptors()) {
            put(image, unit, 3, x.fip);
            put(image, unit, 4, (long) x.fop << 16);
            put(image, unit, 5, x.fdp);
            put(image, unit, 6, UNUSED);
        } else {
            put(image, unit, 3, UNUSED | x.fip & 0xFFFF);
            put(image, unit, 4, (x.fip >>> 16 & 0xFFFF) << 12 | x.fop);
            put(image, unit, 5, UNUSED | x.fdp & 0xFFFF);
            put(image, unit, 6, (x.fdp >>> 16 & 0xFFFF) << 12);
        }
    }

    private static void restoreWords(Cpu c, MemorySegment image, int unit) {
        X87State x = c.x87;
        x.controlWord((int) get(image, unit, 0));
        x.statusWord((int) get(image, unit, 1));
        x.tagWord((int) get(image, unit, 2));
        long pointer = get(image, unit, 3);
        long code = get(image, unit, 4);
        long data = get(image, unit, 5);
        if (c.usesDescriptors()) {
            x.fip = pointer;
            x.fop = (int) (code >>> 16) & FOP_BITS;
            x.fdp = data;
        } else {
            x.fip = pointer & 0xFFFF | (code >>> 12 & 0xFFFF) << 16;
            x.fop = (int) code & FOP_BITS;
            x.fdp = data & 0xFFFF | (get(image, unit, 6) >>> 12 & 0xFFFF) << 16;
        }
    }

    private static void saveRegisters(X87State x, MemorySegment image, int at) {
        for (int n = 0; n < 8; n++) {
            Float80 st = x.st(n);
            image.set(Host.LONG, at + 10 * n, st.significand);
            image.set(Host.SHORT, at + 10 * n + 8, (short) st.signExponent);
        }
    }

    private static void restoreRegisters(X87State x, MemorySegment image, int at) {
        for (int n = 0; n < 8; n++) {
            x.st(n).set(image.get(Host.SHORT, at + 10 * n + 8) & 0xFFFF,
                    image.get(Host.LONG, at + 10 * n));
        }
    }

    private static void put(MemorySegment image, int unit, int n, long value) {
        if (unit == 2) {
            image.set(Host.SHORT, 2 * n, (short) value);
        } else {
            image.set(Host.INT, 4 * n, (int) value);
        }
    }

    private static long get(MemorySegment image, int unit, int n) {
        return unit == 2
                ? image.get(Host.SHORT, 2 * n) & 0xFFFFL
                : image.get(Host.INT, 4 * n) & 0xFFFF_FFFFL;
    }
}
