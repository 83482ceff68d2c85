package dev.vmexit.softkvm.differential;

import java.util.Map;

/// The flags that the manual leaves undefined: not compared.
///
/// @spec https://www.intel.com/sdm Intel SDM Vol. 2, chapters 3 to 5, "Flags Affected" of each
///       page; Vol. 1, appendix A EFLAGS Cross-Reference
final class Undefined {
    static final int CF = 1;
    static final int PF = 1 << 2;
    static final int AF = 1 << 4;
    static final int ZF = 1 << 6;
    static final int SF = 1 << 7;
    static final int OF = 1 << 11;
    static final int ALL = CF | PF | AF | ZF | SF | OF;
    private static final int BUT_ZF = ALL & ~ZF;
    private static final int BUT_ZF_CF = BUT_ZF & ~CF;
    private static final int MULTIPLY = SF | ZF | AF | PF;

    private static final Map<String, Integer> FLAGS = Map.ofEntries(
            // "AND", "OR", "XOR", "TEST": the state of the AF flag is undefined.
            Map.entry("AND", AF), Map.entry("OR", AF), Map.entry("XOR", AF),
            Map.entry("TEST", AF),
            // "MUL", "IMUL": SF, ZF, AF and PF are undefined.
            Map.entry("MUL", MULTIPLY), Map.entry("IMUL", MULTIPLY),
            Map.entry("IMUL1", MULTIPLY), Map.entry("IMUL3", MULTIPLY),
            // "DIV", "IDIV": CF, OF, SF, ZF, AF and PF are undefined.
            Map.entry("DIV", ALL), Map.entry("IDIV", ALL),
            // "BT", "BTS", "BTR", "BTC": OF, SF, AF and PF are undefined, ZF is unaffected.
            Map.entry("BT", BUT_ZF_CF), Map.entry("BTS", BUT_ZF_CF),
            Map.entry("BTR", BUT_ZF_CF), Map.entry("BTC", BUT_ZF_CF),
            // "BSF", "BSR": CF, OF, SF, AF and PF are undefined.
            Map.entry("BSF", BUT_ZF), Map.entry("BSR", BUT_ZF),
            // "DAA", "DAS": OF. "AAA", "AAS": OF, SF, ZF, PF. "AAM", "AAD": OF, AF, CF.
            Map.entry("DAA", OF), Map.entry("DAS", OF),
            Map.entry("AAA", OF | SF | ZF | PF), Map.entry("AAS", OF | SF | ZF | PF),
            Map.entry("AAM", OF | AF | CF), Map.entry("AAD", OF | AF | CF));

    private Undefined() {}

    /// {@return the flags that this instance may leave as it likes}
    static int flags(Instance i) {
        return switch (i.form.name()) {
            case "SHL", "SHR", "SAR" -> shift(i);
            case "ROL", "ROR", "RCL", "RCR" -> count(i) > 1 ? OF : 0;
            case "SHLD", "SHRD" -> twoWords(i);
            default -> FLAGS.getOrDefault(i.form.name(), 0);
        };
    }

    /// "SAL/SAR/SHL/SHR": AF is undefined for any count but 0, OF for any but 1, CF for SHL and SHR
    /// by more than the operand's size.
    private static int shift(Instance i) {
        int count = count(i);
        int bits = 8 * (i.form.operand(0).equals("Eb") ? 1 : i.operandSize);
        boolean lost = count >= bits && !i.form.name().equals("SAR");
        return count == 0 ? 0 : AF | (count > 1 ? OF : 0) | (lost ? CF : 0);
    }

    /// "SHLD", "SHRD": beyond the operand's size everything is undefined.
    private static int twoWords(Instance i) {
        int count = count(i);
        return count > 8 * i.operandSize ? ALL : count == 0 ? 0 : AF | (count > 1 ? OF : 0);
    }

    /// {@return whether the destination, too, is undefined}
    static boolean result(Instance i) {
        return i.named("SHLD", "SHRD") && count(i) > 8 * i.operandSize;
    }

    private static int count(Instance i) {
        int last = i.form.operands().size() - 1;
        int count = switch (i.form.operand(last)) {
            case "1" -> 1;
            case "CL" -> (int) i.count;
            default -> i.code[i.length - 1];
        };
        return count & (i.operandSize == 8 && !i.form.operand(0).equals("Eb") ? 63 : 31);
    }
}
