/// A result, in the form that each platform reads. The canonical form is [CanonicalJson]; the
/// others are made from the same values and lose something.
///
/// Read [Format].
package dev.vmexit.course.report;
