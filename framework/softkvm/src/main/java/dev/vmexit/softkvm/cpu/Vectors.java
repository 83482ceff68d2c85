package dev.vmexit.softkvm.cpu;

/// XMM0 to XMM15, each as its low and its high half.
public final class Vectors {
    public final long[] lo = new long[16];
    public final long[] hi = new long[16];
    /// Where a function that mixes the halves works.
    public final long[] scratch = new long[2];
}
