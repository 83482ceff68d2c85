package dev.vmexit.net;

/// The cable of a network card, seen from the card: what it sends goes in here, and what it is to
/// receive comes out of a [Receiver].
///
/// A frame is an Ethernet frame from its destination address to its last byte of data: without
/// preamble and check sequence, at least 14 bytes. One with work left over goes only to a side that
/// said it can do that work.
public interface NetworkLink extends AutoCloseable {
    /// The card's side. Called by threads of the link.
    interface Receiver {
        /// Takes a frame; its array is the receiver's from now on.
        ///
        /// @return false if there is no room: the frame is lost
        boolean deliver(Frame frame);

        /// {@return whether it now takes large TCP segments, of up to 65,535 bytes with their IPv4
        /// header}
        default boolean takesLarge() {
            return false;
        }
    }

    /// Begins; called once, before the first frame.
    void connect(Receiver receiver);

    /// Sends a frame of the guest's. Returns soon, throws nothing for what the frame contains; one
    /// that cannot be carried is lost, as on a real cable.
    void send(Frame frame);

    /// {@return whether it carries unfinished and large frames} The checksums of what such a link
    /// delivers are right.
    default boolean offloads() {
        return false;
    }

    /// The guest has new room for frames, after a [Receiver#deliver] that failed.
    void roomAgain();

    /// Ends all connections; no frame is delivered once this has returned.
    @Override
    void close();
}
