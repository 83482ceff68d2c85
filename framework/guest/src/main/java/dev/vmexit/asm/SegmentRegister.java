package dev.vmexit.asm;

/// The segment registers, numbered as in a ModRM byte.
public enum SegmentRegister {
    ES, CS, SS, DS, FS, GS;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
