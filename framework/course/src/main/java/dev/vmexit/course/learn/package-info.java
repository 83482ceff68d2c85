/// The learner's way: what comes next, what a red test means, hints one at a time, and running
/// again when a file is saved.
///
/// Read [Workbench].
package dev.vmexit.course.learn;
