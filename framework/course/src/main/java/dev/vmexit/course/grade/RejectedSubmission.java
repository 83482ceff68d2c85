package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;

/// A submission that is not graded at all: it holds something that could be more than a solution.
public final class RejectedSubmission extends CourseException {
    private static final long serialVersionUID = 1;

    RejectedSubmission(String why) {
        super("rejected: " + why);
    }
}
