package dev.vmexit.softkvm.insn;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// `opcodes.txt`, read once and sorted by opcode.
public final class FormTable {
    private final Form[][] byOpcode = new Form[4 * 256][];
    private final boolean[] modRm = new boolean[4 * 256];
    private final List<Form> all = new ArrayList<>();
    private final Map<String, Action> actions;
    private final Function<Insn, Action> choice;

    /// @param actions by name; `NAME/P` and `NAME/V` where MMX and SSE forms differ
    /// @param choice for a decoded instruction: the action it has, or one for exactly its operands
    public FormTable(Map<String, Action> actions, Function<Insn, Action> choice) {
        this.actions = actions;
        this.choice = choice;
        try (var in = new BufferedReader(new InputStreamReader(
                FormTable.class.getResourceAsStream("opcodes.txt"), StandardCharsets.US_ASCII))) {
            in.lines().filter(line -> !line.isBlank() && line.charAt(0) != '#').forEach(this::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return what a decoded instruction does}
    Action actionOf(Insn insn) {
        return choice.apply(insn);
    }

    public List<Form> all() {
        return all;
    }

    public boolean hasModRm(int map, int opcode) {
        return modRm[map << 8 | opcode];
    }

    /// {@return the form that fits, or null: an undefined opcode}
    /// @param prefix 0, 0x66, 0xF3, 0xF2: the last mandatory prefix seen, F3 and F2 before 66
    public Form find(int map, int opcode, int prefix, int modRmByte, boolean is64) {
        Form[] candidates = byOpcode[map << 8 | opcode];
        if (candidates != null) {
            for (Form form : candidates) {
                if (fits(form, prefix, modRmByte, is64)) {
                    return form;
                }
            }
        }
        return null;
    }

    private static boolean fits(Form f, int prefix, int modRmByte, boolean is64) {
        boolean memory = modRmByte < 0xC0;
        return (f.extension() < 0 || (modRmByte >> 3 & 7) == f.extension())
                && (f.wholeModRm() < 0 || modRmByte == f.wholeModRm())
                && (f.where() == ' ' || memory == (f.where() == 'm'))
                && prefixFits(f.prefix(), prefix)
                && !f.has(is64 ? "i64" : "o64");
    }

    private static boolean prefixFits(String wanted, int prefix) {
        return switch (wanted) {
            case "np" -> prefix == 0;
            case "66" -> prefix == 0x66;
            case "F3" -> prefix == 0xF3;
            case "F2" -> prefix == 0xF2;
            default -> true;
        };
    }

    private void add(String line) {
        Form form = parse(line);
        int slot = form.map() << 8 | form.opcode();
        Form[] old = byOpcode[slot] == null ? new Form[0] : byOpcode[slot];
        byOpcode[slot] = Arrays.copyOf(old, old.length + 1);
        byOpcode[slot][old.length] = form;
        modRm[slot] |= form.hasModRm();
        all.add(form);
    }

    private Form parse(String line) {
        int colon = line.indexOf(" : ");
        String head = colon < 0 ? line : line.substring(0, colon);
        Set<String> attributes = colon < 0
                ? Set.of()
                : new HashSet<>(Arrays.asList(line.substring(colon + 3).trim().split("\\s+")));
        var words = new ArrayList<>(Arrays.asList(head.trim().split("\\s+")));
        String code = words.removeFirst();
        int map = code.startsWith("0F38") && code.length() > 4
                ? 2
                : code.startsWith("0F3A") && code.length() > 4
                        ? 3
                        : code.startsWith("0F") && code.length() > 2 ? 1 : 0;
        int opcode = Integer.parseInt(code.substring(code.length() - 2), 16);
        var where = new Where();
        while (where.take(words.getFirst())) {
            words.removeFirst();
        }
        String name = words.removeFirst();
        return new Form(map, opcode, where.prefix, where.extension, where.wholeModRm,
                where.memoryOrRegister, name, List.copyOf(words), attributes, line,
                action(name, words, attributes));
    }

    // tag::action[]
    private Action action(String name, List<String> operands, Set<String> attributes) {
        String kind = operands.isEmpty() ? "" : switch (operands.getFirst().charAt(0)) {
            case 'P', 'N' -> "/P";
            default -> "/V";
        };
        Action found = actions.getOrDefault(name + kind, actions.get(name));
        if (found == null) {
            throw new IllegalStateException("opcodes.txt: nothing executes " + name);
        }
        return Guards.around(found, operands, attributes);
    }
    // end::action[]

    /// The words between opcode and name.
    private static final class Where {
        String prefix = "";
        int extension = -1;
        int wholeModRm = -1;
        char memoryOrRegister = ' ';

        boolean take(String word) {
            switch (word) {
                case "np", "66", "F3", "F2" -> prefix = word;
                case "m", "r" -> memoryOrRegister = word.charAt(0);
                default -> {
                    if (word.startsWith("/")) {
                        extension = word.charAt(1) - '0';
                    } else if (word.startsWith("=")) {
                        wholeModRm = Integer.parseInt(word.substring(1), 16);
                    } else {
                        return false;
                    }
                }
            }
            return true;
        }
    }
}
