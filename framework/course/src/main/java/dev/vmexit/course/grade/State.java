package dev.vmexit.course.grade;

/// What became of a graded test.
public enum State {
    PASSED,
    /// It ran and an expectation was not met.
    FAILED,
    /// The exercise is still open.
    TODO,
    /// An earlier exercise that it needs is still open.
    BLOCKED,
    /// It could not be finished: an exception nobody expected, or no event at all.
    ERROR,
    /// It did not end in time.
    TIMEOUT,
    /// The machine lacks what it needs; never a pass.
    ENVIRONMENT;

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
