package dev.vmexit.course.manifest;

import java.util.List;

/// One exercise, as its file in `exercises/` has it.
///
/// @param chapter the id of the chapter that explains it
/// @param hints three: a nudge, where to read, the plan in words
/// @param after shown when it is solved
/// @param causes likely reasons for a failure
public record Exercise(String id, String title, int points, String chapter, List<String> hints,
        String after, List<String> causes, List<TestPoints> tests) {}
