package dev.vmexit.softkvm.cpu;

/// The model-specific registers that instructions themselves use; the rest belongs to the vCPU.
public final class MsrFile {
    public long star;
    public long lstar;
    public long cstar;
    public long fmask;
    public long kernelGsBase;
    public long sysenterCs;
    public long sysenterEsp;
    public long sysenterEip;
    public long tscAux;
}
