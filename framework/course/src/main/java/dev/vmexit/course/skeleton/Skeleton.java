package dev.vmexit.course.skeleton;

import dev.vmexit.course.skeleton.TaggedSource.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One file of a lab, made from one file of the solution.
///
/// Exercises that count as solved keep their bodies; the others get their stubs. Marks and the
/// book's callouts go.
final class Skeleton {
    private static final String TODO_IMPORT = "import dev.vmexit.course.Todo;";

    private Skeleton() {}

    /// {@return whether a file has a hole for the learner}
    static boolean hasHole(String text) {
        return text.contains("// tag::stub[]");
    }

    /// @param exercises all ids of the lab
    /// @param solved those whose solutions stay
    static String of(String file, String text, Set<String> exercises, Set<String> solved) {
        var kept = new ArrayList<String>();
        for (Line line : TaggedSource.read(file, text, exercises)) {
            boolean isSolved = line.regions().stream().map(TaggedSource::exercise)
                    .anyMatch(exercise -> exercise != null && solved.contains(exercise));
            if (line.isMark()) {
                continue;
            } else if (line.isIn(TaggedSource.STUB)) {
                if (!isSolved) {
                    kept.add(line.text().replaceFirst("//~ ?", ""));
                }
            } else if (!line.isIn(TaggedSource.SOLUTION) || isSolved) {
                kept.add(withoutCallout(line.text()));
            }
        }
        return String.join("\n", withImport(kept));
    }

    private static String withoutCallout(String line) {
        return line.replaceFirst("\\s*// <\\d+>$", "");
    }

    /// The stubs name [dev.vmexit.course.Todo]; its import goes where the alphabet wants it.
    private static List<String> withImport(List<String> lines) {
        if (lines.stream().noneMatch(line -> line.contains("throw Todo.of("))) {
            return lines;
        }
        var result = new ArrayList<>(lines);
        int at = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            boolean plain = line.startsWith("import ") && !line.startsWith("import static ");
            if (plain && line.compareTo(TODO_IMPORT) < 0) {
                at = i + 1;
            } else if (plain && at < 0) {
                at = i;
            }
        }
        if (at >= 0) {
            result.add(at, TODO_IMPORT);
        } else {
            insertAfterPackage(result);
        }
        return result;
    }

    private static void insertAfterPackage(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("package ")) {
                lines.addAll(i + 1, List.of("", TODO_IMPORT));
                return;
            }
        }
    }
}
