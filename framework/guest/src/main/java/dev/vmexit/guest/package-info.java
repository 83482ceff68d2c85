/// The tiny guests: programs of ten to forty instructions, each for one idea, each with the output
/// it must produce.
///
/// Read [Guests].
package dev.vmexit.guest;
