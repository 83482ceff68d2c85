package dev.vmexit.course;

/// The course, a submission or a command is not as it must be; one sentence says what to do.
public class CourseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CourseException(String why) {
        super(why);
    }
}
