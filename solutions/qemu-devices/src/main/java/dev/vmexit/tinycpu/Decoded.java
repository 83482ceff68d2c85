package dev.vmexit.tinycpu;

/// An instruction and where it stands.
///
/// @param start the address of its first byte
/// @param next the address behind its last byte, at most 0x1_0000
record Decoded(Insn insn, int start, int next) {}
