package dev.vmexit.course.manifest;

/// One test in the manifest.
public record TestPoints(String id, int points) {}
