/// The command line: `vmexit doctor`, `vmexit run`, `vmexit boot`, and the course's commands.
///
/// Read [Main].
package dev.vmexit.cli;
