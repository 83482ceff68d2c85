package dev.vmexit.softkvm.differential;

import java.lang.foreign.ValueLayout;

/// What the host's KVM does in ring 3 as the CPU would: found out by trying.
///
/// With hardware virtualization all are true. A para-virtual KVM lets 64-bit code run as it is but
/// has its own segments, and an instruction emulator that steps in after some faults.
///
/// @param compatibility 32-bit code is executed by the CPU, SSE and all
/// @param segments selectors that are loaded can be read back
/// @param precise a misaligned SSE operand is `#GP` and not what an emulator makes of it
record Traits(boolean compatibility, boolean segments, boolean precise) {
    private static final int STACK_FAULT = 12;
    private static final int GENERAL_PROTECTION = 13;

    static Traits of(Machine machine) {
        // UNPCKLPS XMM0, XMM0; MOV EAX, DS; SQRTPS XMM0, [RSP+1]
        boolean compatibility = run(machine, 4, "0F 14 C0", Layout.INFO_OUT) == Layout.LANDED_NEXT;
        boolean segments = run(machine, 8, "8C D8", 0) == Layout.USER_DATA16;
        boolean precise =
                run(machine, 8, "0F 51 44 24 01", Layout.INFO_OUT + 8) == GENERAL_PROTECTION;
        return new Traits(compatibility, segments, precise);
    }

    /// {@return a word of the record that this instruction leaves}
    private static long run(Machine machine, int codeSize, String hex, int result) {
        var ram = machine.ram();
        ram.asSlice(Layout.RECORDS, Layout.RECORD_BYTES).fill((byte) 0);
        var code = new Code(ram, Layout.CODE).put(hex);
        boolean far = codeSize != 8;
        if (far) {
            code.farJump(Layout.USER_CODE64, machine.image().next);
        } else {
            code.jump(machine.image().next);
        }
        long record = Layout.RECORDS;
        ram.set(ValueLayout.JAVA_LONG, record + 32, Layout.WINDOW + 512);
        ram.set(ValueLayout.JAVA_LONG, record + Layout.FLAGS, 0x202);
        ram.set(ValueLayout.JAVA_LONG, record + Layout.TARGET_IN,
                Layout.CODE | (far ? (long) Layout.USER_CODE32 << 32 : 0));
        ram.set(ValueLayout.JAVA_INT, record + Layout.FAR, far ? 1 : 0);
        ram.set(ValueLayout.JAVA_INT, record + Layout.FX, 0x37F);
        ram.set(ValueLayout.JAVA_INT, record + Layout.FX + 24, 0x1F80);
        if (!far) {
            short[] selectors = {Layout.USER_DATA16, Layout.USER_DATA, Layout.USER_FS,
                    Layout.USER_GS, Layout.USER_DATA};
            for (int n = 0; n < selectors.length; n++) {
                ram.set(ValueLayout.JAVA_SHORT, record + Layout.SELECTORS + 2 * n, selectors[n]);
            }
            ram.set(ValueLayout.JAVA_INT, record + Layout.RELOAD, 1);
        }
        machine.execute(0, 1);
        return ram.get(ValueLayout.JAVA_LONG, record + result);
    }

    /// {@return whether the host's answer may be that of its emulator, which stepped in after what
    /// would have been this exception}
    boolean mayBeEmulated(long hostVector, long softVector) {
        return !precise && hostVector != softVector
                && (softVector == GENERAL_PROTECTION || softVector == STACK_FAULT);
    }
}
