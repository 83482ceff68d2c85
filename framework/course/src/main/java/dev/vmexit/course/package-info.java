/// The course: exercises with holes, tests with points, hints, and a grader that trusts nobody.
///
/// This package holds what a lab's code and tests name: [Todo] and [Graded]. It knows nothing of
/// hypervisors. Read `skeleton` for how the holes come about, `grade` for how they are judged.
package dev.vmexit.course;
