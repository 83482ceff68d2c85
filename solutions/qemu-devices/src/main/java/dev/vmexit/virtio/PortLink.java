package dev.vmexit.virtio;

/// What a port of a [VirtioConsole] leads to outside the machine: a terminal, a socket.
///
/// Bytes go both ways under flow control: who cannot take them says how many it took, and says
/// later that there is room again. Nothing is lost on the way but what the guest sends while
/// nobody is there.
public interface PortLink {
    /// The device's side. Any thread may call it, except from inside a call that the device makes.
    interface Port {
        /// Takes bytes for the guest, in their order.
        ///
        /// @return how many of them; if not all, [PortLink#roomAgain] follows
        int deliver(byte[] bytes, int from, int length);

        /// Somebody is there now: the guest sees the port open.
        ///
        /// @return false, and nothing has happened, if the guest has no driver for the port yet, or
        ///         has still to read of the last one, or to hear that it left; [PortLink#vacant]
        ///         follows
        boolean open();

        /// Nobody is there any more. The guest sees the port closed when it has what was delivered;
        /// then comes [PortLink#vacant].
        void close();

        /// There is room for the guest's bytes, after a [PortLink#send] that did not take all.
        void roomOutside();

        /// The size of the terminal in characters, each 1 to 65,535; 0 and 0 where it is unknown.
        /// Means something to a console only.
        void resize(int columns, int rows);
    }

    /// Begins with a machine; called once for each, before anything else.
    void connect(Port port);

    /// Takes bytes from the guest, in their order; called while the port is open.
    ///
    /// @return how many of them; after fewer than all the link calls [Port#roomOutside]
    int send(byte[] bytes);

    /// The port has room, after a [Port#deliver] that did not take all.
    void roomAgain();

    /// The guest has a driver for the port, and nobody is there: it can be opened. May come more
    /// than once.
    void vacant();
}
