package dev.vmexit.softkvm.cpu;

/// A segment register with its hidden part: the descriptor as it was when the selector was loaded.
///
/// ```
///  type 3:0 │ s │ dpl │ present │ avl │ l │ db │ g │ unusable
/// ```
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 3, 3.4.5 Segment Descriptors
public final class SegmentRegister {
    public static final int ES = 0;
    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;
    public static final int LDTR = 6;
    public static final int TR = 7;

    public int selector;
    public long base;
    /// In bytes, granularity applied: the last valid offset.
    public long limit;
    public int type;
    public boolean s;
    public int dpl;
    public boolean present;
    public boolean avl;
    public boolean l;
    public boolean db;
    public boolean g;
    public boolean unusable;

    public boolean isCode() {
        return s && (type & 8) != 0;
    }

    public boolean isConforming() {
        return (type & 12) == 12;
    }

    public boolean isExpandDown() {
        return (type & 12) == 4;
    }

    public boolean isWritable() {
        return (type & 10) == 2;
    }

    public boolean isReadable() {
        return (type & 8) == 0 || (type & 2) != 0;
    }

    /// Real mode and virtual-8086 mode: the selector is the base, the limit 64 KiB.
    public void loadReal(int newSelector) {
        selector = newSelector & 0xFFFF;
        base = (long) selector << 4;
    }

    /// Virtual-8086 mode's fixed attributes: a writable 64-KiB segment of ring 3.
    public void loadVirtual8086(int newSelector) {
        loadReal(newSelector);
        set(0xFFFF, 3, true, 3);
        db = false;
        l = false;
        g = false;
    }

    public void set(long newLimit, int newType, boolean isSystemFalse, int newDpl) {
        limit = newLimit;
        type = newType;
        s = isSystemFalse;
        dpl = newDpl;
        present = true;
        unusable = false;
    }

    /// What a null selector leaves: nothing can be reached through it.
    public void loadNull(int newSelector) {
        selector = newSelector & 0xFFFF;
        unusable = true;
        present = false;
    }

    public void load(int newSelector, Descriptor d) {
        selector = newSelector & 0xFFFF;
        base = d.base();
        limit = d.limit();
        type = d.type();
        s = d.s();
        dpl = d.dpl();
        present = d.present();
        avl = d.avl();
        l = d.l();
        db = d.db();
        g = d.g();
        unusable = false;
    }

    public void copyFrom(SegmentRegister o) {
        selector = o.selector;
        base = o.base;
        limit = o.limit;
        set(o.limit, o.type, o.s, o.dpl);
        present = o.present;
        avl = o.avl;
        l = o.l;
        db = o.db;
        g = o.g;
        unusable = o.unusable;
    }
}
