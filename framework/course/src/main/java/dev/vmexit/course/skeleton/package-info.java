/// How a lab's files come from the solution's: bodies are cut out between marks, and a line that
/// says "to be done" is put in.
///
/// Read [TaggedSource], then [Skeleton].
package dev.vmexit.course.skeleton;
