package dev.vmexit.softkvm.cpu;

/// Loading segment registers: selectors, descriptors, and every check between the two.
///
/// ```
///  selector   15:3 index │ 2 TI: 0 GDT, 1 LDT │ 1:0 RPL
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 5.6 Privilege Level Checking When Accessing Data
///       Segments; Vol. 2, "MOV—Move"
public final class SegmentLoad {
    private SegmentLoad() {}

    public static boolean isNull(int selector) {
        return (selector & ~3) == 0;
    }

    /// {@return the descriptor that this selector names}
    /// @throws GuestFault `vector` with the selector as error code, if it is beyond its table
    public static Descriptor find(Cpu c, int selector, int vector) {
        boolean local = (selector & 4) != 0;
        SegmentRegister ldt = c.segment[SegmentRegister.LDTR];
        long limit = local ? ldt.limit : c.gdtr.limit;
        long base = local ? ldt.base : c.gdtr.base;
        int offset = selector & ~7;
        if (isNull(selector) || local && ldt.unusable || offset + 7 > limit) {
            throw GuestFault.of(vector, selector & ~3);
        }
        return new Descriptor(base + offset, SlowMemory.loadSystem(c, base + offset, 8), 0);
    }

    /// A TSS or LDT descriptor: 16 bytes in long mode.
    public static Descriptor findSystem(Cpu c, int selector, int vector) {
        Descriptor d = find(c, selector, vector);
        if (!c.longMode) {
            return d;
        }
        if ((selector & ~7) + 15 > c.gdtr.limit) {
            throw GuestFault.of(vector, selector & ~3);
        }
        long high = SlowMemory.loadSystem(c, d.address() + 8, 8);
        return new Descriptor(d.address(), d.raw(), high & 0xFFFF_FFFFL);
    }

    /// MOV, POP, LxS into ES, SS, DS, FS, GS.
    public static void data(Cpu c, int segment, int selector) {
        if (!c.usesDescriptors()) {
            c.segment[segment].loadReal(selector);
        } else if (segment == SegmentRegister.SS) {
            stack(c, selector);
        } else {
            protectedData(c, segment, selector);
        }
        Mode.update(c);
    }

    private static void protectedData(Cpu c, int segment, int selector) {
        if (isNull(selector)) {
            c.segment[segment].loadNull(selector);
            c.segment[segment].base = 0;
            return;
        }
        Descriptor d = find(c, selector, GuestFault.GP);
        int rpl = selector & 3;
        boolean readable = d.isReadable();
        boolean conforming = d.isCode() && d.isConforming();
        if (!readable || !conforming && (rpl > d.dpl() || c.cpl > d.dpl())) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        requirePresent(d, selector, GuestFault.NP);
        markAccessed(c, d);
        c.segment[segment].load(selector, accessed(d));
    }

    private static void stack(Cpu c, int selector) {
        SegmentRegister ss = c.segment[SegmentRegister.SS];
        if (isNull(selector)) {
            if (!c.is64() || c.cpl == 3 || (selector & 3) != c.cpl) {
                throw GuestFault.gp();
            }
            nullStack(c, selector, c.cpl);
            return;
        }
        Descriptor d = stackDescriptor(c, selector, c.cpl, GuestFault.GP);
        ss.load(selector, accessed(d));
    }

    /// In 64-bit mode SS may be null below ring 3; its DPL still is the CPL.
    static void nullStack(Cpu c, int selector, int dpl) {
        SegmentRegister ss = c.segment[SegmentRegister.SS];
        ss.loadNull(selector);
        ss.dpl = dpl;
    }

    static Descriptor stackDescriptor(Cpu c, int selector, int cpl, int vector) {
        Descriptor d = find(c, selector, vector);
        if ((selector & 3) != cpl || d.dpl() != cpl || !d.isWritableData()) {
            throw GuestFault.of(vector, selector & ~3);
        }
        requirePresent(d, selector, GuestFault.SS);
        markAccessed(c, d);
        return d;
    }

    static void requirePresent(Descriptor d, int selector, int vector) {
        if (!d.present()) {
            throw GuestFault.of(vector, selector & ~3);
        }
    }

    static void markAccessed(Cpu c, Descriptor d) {
        if ((d.type() & 1) == 0) {
            SlowMemory.storeSystem(c, d.address() + 5, 1, d.raw() >>> 40 & 0xFF | 1);
        }
    }

    static Descriptor accessed(Descriptor d) {
        return new Descriptor(d.address(), d.raw() | 1L << 40, d.high());
    }

    /// Puts a checked code segment into CS, for privilege level `cpl`.
    static void code(Cpu c, int selector, Descriptor d, int cpl) {
        markAccessed(c, d);
        SegmentRegister cs = c.segment[SegmentRegister.CS];
        cs.load(selector & ~3 | cpl, accessed(d));
    }

    /// A code segment's L and D: both set is reserved.
    static void requireSaneCode(Cpu c, Descriptor d, int selector) {
        if (c.longMode && d.l() && d.db()) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
    }

    public static void ldt(Cpu c, int selector) {
        SegmentRegister ldtr = c.segment[SegmentRegister.LDTR];
        if (isNull(selector)) {
            ldtr.loadNull(selector);
            return;
        }
        if ((selector & 4) != 0) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        Descriptor d = findSystem(c, selector, GuestFault.GP);
        if (d.s() || d.type() != 2) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        requirePresent(d, selector, GuestFault.NP);
        ldtr.load(selector, d);
    }

    public static void task(Cpu c, int selector) {
        if (isNull(selector) || (selector & 4) != 0) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        Descriptor d = findSystem(c, selector, GuestFault.GP);
        boolean available = d.type() == 9 || d.type() == 1 && !c.longMode;
        if (d.s() || !available) {
            throw GuestFault.of(GuestFault.GP, selector & ~3);
        }
        requirePresent(d, selector, GuestFault.NP);
        SlowMemory.storeSystem(c, d.address() + 5, 1, d.raw() >>> 40 & 0xFF | 2);
        c.segment[SegmentRegister.TR].load(selector,
                new Descriptor(d.address(), d.raw() | 2L << 40, d.high()));
    }
}
