package dev.vmexit.softkvm.cpu;

/// GDTR or IDTR: where a table of descriptors is, and its last valid byte.
public final class DescriptorTable {
    public long base;
    public int limit = 0xFFFF;
}
