package dev.vmexit.course;

/// When the result of a test is shown to a student.
public enum Visibility {
    VISIBLE, HIDDEN, AFTER_DUE_DATE, AFTER_PUBLISHED
}
