package dev.vmexit.softkvm.differential;

/// Linear addresses for memory operands: nearly always inside the window.
final class Targets {
    private static final int MIDDLE = Layout.WINDOW + 0x200;

    private Targets() {}

    /// {@return one for ModRM's operand}
    static int of(Instance i) {
        Values v = i.values;
        if (i.form.operands().contains("M") && i.named("FXSAVE", "FXRSTOR", "XSAVE", "XRSTOR",
                "XSAVEOPT", "FNSAVE", "FRSTOR")) {
            int at = Layout.WINDOW + 64 * v.below(4);
            return at;
        }
        return any(v);
    }

    static int any(Values v) {
        return switch (v.below(32)) {
            case 0 -> Layout.READ_ONLY + 16 * v.below(8);
            case 1 -> Layout.RING0_ONLY + 16 * v.below(8);
            case 2 -> Layout.DATA_END + v.below(64);
            case 3, 4 -> Layout.DATA_END - v.below(24);
            case 5, 6, 7, 8, 9, 10 -> Layout.WINDOW + 0x80 + v.below(0x300);
            default -> Layout.WINDOW + 0x80 + 16 * v.below(0x30);
        };
    }

    /// {@return one for the stack pointer}
    static int stack(Values v) {
        return switch (v.below(24)) {
            case 0 -> Layout.DATA_END - v.below(20);
            case 1 -> Layout.RING0_ONLY + 0x800;
            case 2 -> MIDDLE + v.below(64);
            default -> MIDDLE + 8 * v.below(16);
        };
    }
}
