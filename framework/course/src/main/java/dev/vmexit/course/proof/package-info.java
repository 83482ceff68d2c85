/// Proofs about the course itself: that the labs are what the solutions generate, that a skeleton
/// is red and the solution green, that each exercise stands alone, that plausible mistakes are told
/// apart.
///
/// Read [LabProof].
package dev.vmexit.course.proof;
