/// Judging a submission: which of its files count, compiling them apart, running the tests in a JVM
/// that may die, and writing down what happened.
///
/// ```
///   Submission ──► Compilation ──► TestRun ──► child JVM (ChildMain), one a test class
///   which files?   javac, alone    the parent: manifest, clock, points
/// ```
///
/// Read [Grader].
package dev.vmexit.course.grade;
