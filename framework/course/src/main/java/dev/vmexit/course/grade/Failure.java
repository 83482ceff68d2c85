package dev.vmexit.course.grade;

import dev.vmexit.course.Todo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.opentest4j.AssertionFailedError;

/// What a thrown exception says to a learner.
///
/// @param message what happened, where the first byte differs, and the topmost line of their own
/// code
record Failure(State state, String message) {
    private static final int MOST_LINES = 14;
    private static final Pattern BYTES = Pattern.compile("([0-9a-f]{2})( [0-9a-f]{2})*");

    /// @param exercise the one that the test belongs to
    /// @param theirs names of the student's classes
    static Failure of(Throwable thrown, String exercise, Set<String> theirs) {
        Optional<Todo> todo = causes(thrown).stream().filter(Todo.class::isInstance)
                .map(Todo.class::cast).findFirst();
        if (todo.isPresent()) {
            boolean own = todo.get().exercise().equals(exercise);
            if (todo.get().exercise().compareTo(exercise) > 0) {
                return new Failure(State.FAILED, "your code came to a part that belongs to "
                        + todo.get().exercise() + ", which this test does not need: did it go on "
                        + "where it should have ended?");
            }
            return new Failure(own ? State.TODO : State.BLOCKED, own
                    ? todo.get().getMessage()
                    : "it needs " + todo.get().exercise() + " first");
        }
        var text = new ArrayList<String>();
        boolean expectation = thrown instanceof AssertionError;
        String message = thrown.getMessage() == null
                ? thrown.getClass().getSimpleName()
                : thrown.getMessage().strip();
        String first = expectation ? message : thrown.getClass().getSimpleName() + ": " + message;
        first.lines().filter(line -> !line.isBlank()).limit(MOST_LINES).forEach(text::add);
        difference(thrown).ifPresent(text::add);
        ownLine(thrown, theirs).ifPresent(line -> text.add("In your code: " + line));
        return new Failure(expectation ? State.FAILED : State.ERROR, String.join("\n", text));
    }

    private static List<Throwable> causes(Throwable thrown) {
        var chain = new ArrayList<Throwable>();
        for (Throwable t = thrown; t != null && chain.size() < 20; t = t.getCause()) {
            chain.add(t);
        }
        return chain;
    }

    /// Where two rows of bytes begin to differ.
    private static Optional<String> difference(Throwable thrown) {
        if (!(thrown instanceof AssertionFailedError failed) || !failed.isExpectedDefined()
                || !failed.isActualDefined()) {
            return Optional.empty();
        }
        String expected = plain(failed.getExpected());
        String actual = plain(failed.getActual());
        if (!BYTES.matcher(expected).matches() || !BYTES.matcher(actual).matches()) {
            return Optional.empty();
        }
        int at = 0;
        while (at < Math.min(expected.length(), actual.length())
                && expected.charAt(at) == actual.charAt(at)) {
            at++;
        }
        return Optional.of("the first difference is at byte " + at / 3);
    }

    /// AssertJ hands over what it shows, in quotes.
    private static String plain(org.opentest4j.ValueWrapper value) {
        return String.valueOf(value.getValue()).replaceAll("^\"|\"$", "");
    }

    private static Optional<String> ownLine(Throwable thrown, Set<String> theirs) {
        for (Throwable cause : causes(thrown)) {
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (theirs.contains(frame.getClassName().replaceFirst("\\$.*", ""))) {
                    String type = frame.getClassName().replaceFirst(".*\\.", "");
                    return Optional.of("%s.%s (%s:%d)".formatted(type, frame.getMethodName(),
                            frame.getFileName(), frame.getLineNumber()));
                }
            }
        }
        return Optional.empty();
    }
}
