package dev.vmexit.course.skeleton;

import dev.vmexit.course.CourseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A source file with marks, read line by line and checked.
///
/// ```
///  // tag::kvm-03[]              an exercise's region; kvm-03-more belongs to kvm-03 too
///      // tag::solution[]        the body, in the solution
///      // end::solution[]
///      // tag::stub[]            the body, in the skeleton: each line begins with //~
///      // end::stub[]
///  // end::kvm-03[]
/// ```
///
/// The marks are Asciidoctor's own, so the book includes the same regions. Other names are the
/// book's and mean nothing here.
final class TaggedSource {
    static final String SOLUTION = "solution";
    static final String STUB = "stub";

    /// A line, and the regions around it, the innermost last.
    record Line(int number, String text, List<String> regions, boolean isMark) {
        boolean isIn(String region) {
            return regions.contains(region);
        }
    }

    private record Open(String name, int line, int linesBefore) {}

    private static final Pattern MARK = Pattern.compile("\\s*// (tag|end)::([^\\[\\]]+)\\[\\]\\s*");
    private static final Pattern EXERCISE = Pattern.compile("([a-z]+-\\d\\d)(-[a-z0-9-]+)?");

    private final String file;
    private final Set<String> exercises;
    private final Deque<Open> open = new ArrayDeque<>();
    private final List<Line> lines = new ArrayList<>();

    private TaggedSource(String file, Set<String> exercises) {
        this.file = file;
        this.exercises = exercises;
    }

    /// {@return the lines of a file}
    ///
    /// @param exercises the ids that may occur
    /// @throws CourseException that names file and line if a region is unknown, crossed, left open,
    ///     empty, or where it makes no sense
    static List<Line> read(String file, String text, Set<String> exercises) {
        var source = new TaggedSource(file, exercises);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            source.line(++number, line);
        }
        if (!source.open.isEmpty()) {
            Open left = source.open.peek();
            throw source.problem(left.line, "the region " + left.name + " is never closed");
        }
        return source.lines;
    }

    /// {@return the exercise that a region belongs to, or null}
    static String exercise(String region) {
        Matcher match = EXERCISE.matcher(region);
        return match.matches() ? match.group(1) : null;
    }

    private void line(int number, String text) {
        Matcher mark = MARK.matcher(text);
        if (!mark.matches()) {
            requireStubForm(number, text);
            lines.add(new Line(number, text, regions(), false));
            return;
        }
        if (mark.group(1).equals("tag")) {
            begin(number, mark.group(2));
        } else {
            end(number, mark.group(2));
        }
        lines.add(new Line(number, text, regions(), true));
    }

    private void requireStubForm(int number, String text) {
        if (regions().contains(STUB) && !text.strip().startsWith("//~")) {
            throw problem(number, "a line of a stub must begin with //~");
        }
    }

    private void begin(int number, String name) {
        String exercise = exercise(name);
        boolean inner = name.equals(SOLUTION) || name.equals(STUB);
        if (exercise != null && !exercises.contains(exercise)) {
            throw problem(number, "the lab has no exercise " + exercise);
        }
        if (inner && regions().stream().noneMatch(region -> exercise(region) != null)) {
            throw problem(number, name + " must stand inside an exercise's region");
        }
        if (inner && (regions().contains(SOLUTION) || regions().contains(STUB))) {
            throw problem(number, name + " inside another solution or stub");
        }
        open.push(new Open(name, number, codeLines()));
    }

    private void end(int number, String name) {
        Open last = open.peek();
        if (last == null) {
            throw problem(number, "the region " + name + " ends here and was never begun");
        } else if (!last.name.equals(name)) {
            throw problem(number, "the region %s ends here, but %s, begun in line %d, is still open"
                    .formatted(name, last.name, last.line));
        } else if (codeLines() == last.linesBefore) {
            throw problem(number, "the region " + name + " is empty");
        }
        open.pop();
    }

    private int codeLines() {
        return (int) lines.stream().filter(line -> !line.isMark && !line.text.isBlank()).count();
    }

    private List<String> regions() {
        var names = new ArrayList<String>();
        open.descendingIterator().forEachRemaining(region -> names.add(region.name));
        return names;
    }

    private CourseException problem(int line, String what) {
        return new CourseException(file + ":" + line + ": " + what);
    }
}
