package dev.vmexit.softkvm.insn;

/// Where the decoder gets an instruction's bytes from, one after the other.
public interface CodeBytes {
    /// {@return the byte `n` after the instruction's first, 0 to 255}
    int at(int n);
}
