package dev.vmexit.net;

/// The cable of a network card, seen from the card: what it sends goes in here, and what it is to
/// receive comes out of a [Receiver].
///
/// A frame is an Ethernet frame from its destination address to its last byte of data: without
/// preamble and check sequence, at least 14 bytes.
public interface NetworkLink extends AutoCloseable {
    /// The card's side. Called by threads of the link.
    interface Receiver {
        /// Takes a frame; the array is the receiver's from now on.
        ///
        /// @return false if there is no room: the frame is lost
        boolean deliver(byte[] frame);
    }

    /// Begins; called once, before the first frame.
    void connect(Receiver receiver);

    /// Sends a frame of the guest's. Returns soon, throws nothing for what the frame contains; one
    /// that cannot be carried is lost, as on a real cable.
    void send(byte[] frame);

    /// The guest has new room for frames, after a [Receiver#deliver] that failed.
    void roomAgain();

    /// Ends all connections; no frame is delivered once this has returned.
    @Override
    void close();
}
