package dev.vmexit.softkvm.insn;

import java.util.List;
import java.util.Set;

/// One line of the opcode table.
///
/// @param map 0 one-byte, 1 `0F`, 2 `0F38`, 3 `0F3A`
/// @param prefix `np`, `66`, `F3`, `F2`, or empty: any
/// @param extension the reg field it needs, or −1
/// @param wholeModRm the ModRM byte it needs, or −1
/// @param where 'm' memory only, 'r' register only, ' ' both
/// @param text the line itself
public record Form(int map, int opcode, String prefix, int extension, int wholeModRm, char where,
        String name, List<String> operands, Set<String> attributes, String text, Action action) {
    /// Operand letters that live in a ModRM byte.
    private static final String IN_MODRM = "EGMRVWUPQNSCD";

    public boolean hasModRm() {
        return extension >= 0 || wholeModRm >= 0 || where != ' '
                || operands.stream().anyMatch(o -> IN_MODRM.indexOf(o.charAt(0)) >= 0
                        && !o.equals("DX") && !o.equals("CL"));
    }

    public boolean has(String attribute) {
        return attributes.contains(attribute);
    }

    public String operand(int n) {
        return n < operands.size() ? operands.get(n) : "";
    }
}
