package dev.vmexit.softkvm.cpu;

/// Who may use a port: CPL ≤ IOPL, else the TSS's bitmap says.
public final class PortRights {
    private PortRights() {}

    public static void require(Cpu c, int port, int size) {
        boolean ask = c.protectedMode() && (c.cpl > c.iopl() || c.virtual8086());
        if (ask && !TaskState.allowsPort(c, port, size)) {
            throw GuestFault.gp();
        }
    }
}
