/// A machine in a file: what every part says of itself, in sections with names and versions.
///
/// Read [Saved], then [StateFile].
package dev.vmexit.state;
