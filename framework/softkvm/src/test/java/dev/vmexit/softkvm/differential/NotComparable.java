package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.util.Map;
import java.util.Set;

/// Forms that two kernels cannot agree on in ring 3, and why.
final class NotComparable {
    private static final String VALUES = "its answer is the host's own: AnswersTest";
    private static final String ABSENT = "not every host has it, and then it is #UD: AnswersTest";
    private static final String LEAVES = "leaves ring 3 otherwise than by an exception:"
            + " SystemFormsTest";
    private static final String SEGMENTS = "shows or loads selectors, which this KVM does not"
            + " keep in ring 3: SegmentationTest, SystemFormsTest";

    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("CPUID", VALUES), Map.entry("RDTSC", VALUES), Map.entry("RDTSCP", VALUES),
            Map.entry("RDRAND", VALUES), Map.entry("RDSEED", VALUES),
            Map.entry("SGDT", VALUES), Map.entry("SIDT", VALUES), Map.entry("SLDT", VALUES),
            Map.entry("STR", VALUES), Map.entry("SMSW", VALUES), Map.entry("RDPMC", VALUES),
            Map.entry("XGETBV", VALUES), Map.entry("INVPCID", ABSENT),
            Map.entry("NOT_HERE", ABSENT),
            Map.entry("INT", LEAVES), Map.entry("INT1", LEAVES), Map.entry("SYSCALL", LEAVES),
            Map.entry("SYSENTER", LEAVES), Map.entry("VMCALL", LEAVES),
            Map.entry("LES", SEGMENTS), Map.entry("LDS", SEGMENTS), Map.entry("LSS", SEGMENTS),
            Map.entry("LFS", SEGMENTS), Map.entry("LGS", SEGMENTS),
            Map.entry("MOV_FROM_SEG", SEGMENTS), Map.entry("MOV_TO_SEG", SEGMENTS),
            Map.entry("PUSH_ES", SEGMENTS), Map.entry("PUSH_CS", SEGMENTS),
            Map.entry("PUSH_SS", SEGMENTS), Map.entry("PUSH_DS", SEGMENTS),
            Map.entry("PUSH_FS", SEGMENTS), Map.entry("PUSH_GS", SEGMENTS),
            Map.entry("POP_ES", SEGMENTS), Map.entry("POP_SS", SEGMENTS),
            Map.entry("POP_DS", SEGMENTS), Map.entry("POP_FS", SEGMENTS),
            Map.entry("POP_GS", SEGMENTS), Map.entry("LAR", SEGMENTS),
            Map.entry("LSL", SEGMENTS), Map.entry("VERR", SEGMENTS),
            Map.entry("VERW", SEGMENTS), Map.entry("IRET", SEGMENTS));

    /// Of the instructions without an attribute, those that KVM's emulator of instructions does not
    /// have or has otherwise. (AAM's SF, for one, it takes from bit 31 of EAX.)
    private static final Set<String> EMULATED_OTHERWISE = Set.of("NOPE", "DAA", "DAS", "AAA", "AAS",
            "AAM", "AAD", "BOUND", "ARPL", "ENTER", "INT3", "INTO", "POPF", "POPA", "SALC",
            "CALLF", "CALLF_M", "JMPF", "JMPF_M", "RETF", "UD0", "UD1", "XLAT", "MOVNTI");
    private static final Set<String> PLAIN = Set.of("lock", "rep", "end", "i64", "d64", "f64");

    private NotComparable() {}

    /// {@return why 32-bit code with it is not compared, or an empty text}
    static String outside64(Form form, Traits traits) {
        boolean plain = PLAIN.containsAll(form.attributes()) && form.prefix().isEmpty()
                && !EMULATED_OTHERWISE.contains(form.name());
        return traits.compatibility() || plain
                ? ""
                : "this KVM emulates 32-bit code: LegacyFormsTest";
    }

    /// {@return why not, or an empty text}
    static String reason(Form form, Traits traits) {
        String reason = REASONS.getOrDefault(form.name(), "");
        if (reason.isEmpty() && form.has("i64")) {
            return outside64(form, traits);
        }
        return reason.equals(SEGMENTS) && traits.segments() ? "" : reason;
    }
}
