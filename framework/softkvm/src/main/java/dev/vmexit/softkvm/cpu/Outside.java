package dev.vmexit.softkvm.cpu;

/// What a CPU reaches that is neither register nor memory. Each call may leave through
/// [ExitToUser]: then the instruction has not happened, and is executed again when the answer is
/// there.
public interface Outside {
    long readMmio(long physical, int size);

    void writeMmio(long physical, int size, long value);

    long in(int port, int size);

    void out(int port, int size, long value);

    /// `count` items at once for `REP INS`, `REP OUTS`; at most a page.
    ///
    /// @return how many of the `count` were moved
    int inString(int port, int size, int count, byte[] buffer);

    int outString(int port, int size, int count, byte[] buffer);

    /// A repeated string instruction has completed an iteration: what it has read and written
    /// outside is done with.
    void stepDone();

    long tsc();

    /// @throws GuestFault `#GP` for one that does not exist
    long readMsr(int index);

    void writeMsr(int index, long value);

    int cr8();

    void cr8(int value);

    void cpuid(Cpu c);

    /// `VMCALL` and `VMMCALL`.
    void hypercall(Cpu c);

    /// 64 random bits for `RDRAND`.
    long random();

    /// `HLT`; returns when there is something to do, or leaves.
    void halt();

    /// The page that holds this host address has got code for the first time.
    void codePageMarked(long hostPage);
}
