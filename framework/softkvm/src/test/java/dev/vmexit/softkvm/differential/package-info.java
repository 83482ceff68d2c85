/// Soft KVM's CPU against the host's own: one guest, two kernels, the state compared whole.
///
/// `GuestImage` is the guest: a loop in ring 3 that loads a state, executes one instruction, stores
/// what came of it. `FormGenerator` makes the instructions from the opcode table, `StateGenerator`
/// what they find, `Comparison` says what differs. Start with `DifferentialTest`;
/// `UnicornTest` asks one CPU in software more. What only ring 0
/// can show is in the tests over `SystemMachine`.
package dev.vmexit.softkvm.differential;
