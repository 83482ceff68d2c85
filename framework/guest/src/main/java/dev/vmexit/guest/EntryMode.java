package dev.vmexit.guest;

/// In which mode a guest expects to find the CPU at its first instruction.
public enum EntryMode {
    /// 16 bits, as after power-on; every segment base is 0.
    REAL,
    /// 32 bits, flat segments, paging off.
    PROTECTED,
    /// 64 bits; the first GiB is mapped to itself.
    LONG
}
