package dev.vmexit.course.grade;

import dev.vmexit.course.Visibility;

/// One test of a submission.
///
/// @param points those it earned: all of `max` or none
/// @param message for people; empty when it passed
public record TestResult(String id, String exercise, State state, int points, int max,
        Visibility visibility, long millis, String message) {}
