package dev.vmexit.course;

/// A hole that nobody has filled yet. Every open exercise throws it, so that a test can tell "not
/// done" from "done wrong".
public final class Todo extends UnsupportedOperationException {
    private static final long serialVersionUID = 1;

    private final String exercise;

    private Todo(String exercise, String what) {
        super(exercise + " is still to be done: " + what);
        this.exercise = exercise;
    }

    public static Todo of(String exercise, String what) {
        return new Todo(exercise, what);
    }

    public String exercise() {
        return exercise;
    }
}
