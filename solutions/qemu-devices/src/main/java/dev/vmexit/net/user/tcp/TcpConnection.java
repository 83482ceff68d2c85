package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.loop.Alarm;
import dev.vmexit.net.user.wire.IcmpMessage;
import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.TcpSegment;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/// One connection of the guest's and the host's socket that continues it. Belongs to the loop's
/// thread.
///
/// A slow end slows the other: a full [ReceiveBuffer] closes the window towards the guest, a full
/// [SendBuffer] ends the reading of the socket.
final class TcpConnection {
    /// Twice the longest life of a segment; on this cable nothing is under way for long.
    static final long TIME_WAIT_MILLIS = 10_000;
    /// "An ACK MUST be generated within 0.5 seconds"; an answer of the host's usually carries it.
    static final long DELAYED_ACK_MILLIS = 40;
    static final long CONNECT_MILLIS = 75_000;

    final Flow flow;
    private final TcpSetting setting;
    private final TcpEndpoint end;
    private final SendHalf send;
    private final ReceiveHalf receive;
    private final Alarm retransmit;
    private final Alarm delayedAck;
    /// How long to wait for the host to connect, or for stray segments at the end.
    private final Alarm patience;
    private Ipv4Packet firstSyn;
    private HostSocket host;

    /// @param iss the initial sequence number of what the guest gets
    TcpConnection(Flow flow, TcpSetting setting, int iss) {
        this.flow = flow;
        this.setting = setting;
        end = new TcpEndpoint(flow, setting.guest(), this::now, iss);
        send = end.send;
        receive = end.receive;
        retransmit = setting.loop().alarm(this::retransmissionTimeout);
        delayedAck = setting.loop().alarm(this::ackAtLast);
        patience = setting.loop().alarm(this::patienceEnds);
    }

    TcpState state() {
        return end.state();
    }

    /// {@return whether a SYN may open a new connection in place of this one, which only waits for
    /// stray segments: no number that the guest has used is behind the SYN's}
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6191 RFC 6191, section 2 "Improved Processing of Incoming Connection Requests"
    boolean mayBeReopenedBy(TcpSegment syn) {
        return state() == TcpState.TIME_WAIT && syn.seq() - receive.nxt() >= 0;
    }

    /// {@return an initial sequence number for the connection that replaces this one: "larger than
    /// the largest sequence number it used on the previous connection incarnation"}
    ///
    /// @param random a number that cannot be guessed
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.6.1 "Half-Closed Connections"
    int sequenceBehind(int random) {
        return send.nxt() + 1 + (random >>> 2); // less than half of the circle away
    }

    /// The guest's SYN has come: connects the host's socket and answers when that has an outcome.
    void connect(Ipv4Packet packet, TcpSegment syn, InetSocketAddress to) {
        firstSyn = packet;
        // tag::doc-connect[]
        end.hold(syn);
        patience.set(now() + CONNECT_MILLIS);
        try {
            host = HostSocket.connect(setting.loop(), to, this::hostReady);
        } catch (IOException | RuntimeException e) {
            refuse(e);
        }
        // end::doc-connect[]
    }

    /// Somebody has connected to a forwarded port of the host: asks the guest.
    ///
    /// @throws IOException if the socket is gone already
    void forward(SocketChannel accepted) throws IOException {
        host = HostSocket.accepted(setting.loop(), accepted, this::hostReady);
        end.open();
        setTimers();
    }

    /// Takes a segment whose flow is this one.
    void receive(TcpSegment segment) {
        int una = send.una();
        TcpState before = state();
        if (!end.receive(segment)) {
            drop();
            return;
        }
        if (send.una() != una) {
            retransmit.cancel(); // and set anew for what is still under way
        }
        if (state() == TcpState.TIME_WAIT
                && (before != TcpState.TIME_WAIT || segment.has(TcpSegment.FIN))) {
            patience.set(now() + TIME_WAIT_MILLIS);
        }
        progress();
    }

    /// The socket is ready for something it was asked about.
    private void hostReady() {
        boolean connecting = state() == TcpState.CONNECTING;
        try {
            // tag::doc-ready[]
            if (!connecting) {
                host.fill(send.buffer);
            } else if (host.finishConnect()) {
                patience.cancel();
                end.answer();
            }
            // end::doc-ready[]
        } catch (IOException e) {
            if (connecting) {
                refuse(e);
            } else {
                abort();
            }
            return;
        }
        progress();
    }

    /// Moves bytes from buffer to buffer, then says what to wait for.
    private void progress() {
        if (state() != TcpState.CONNECTING) {
            try {
                moveToHost();
            } catch (IOException e) {
                abort();
                return;
            }
        }
        if (state().isSynchronized()) {
            end.pump(host.inputEnded());
            // tag::doc-back[]
            host.await(!send.buffer.isFull(), !receive.buffer.isEmpty());
            // end::doc-back[]
        }
        setTimers();
        closeWhenDone();
    }

    private void moveToHost() throws IOException {
        if (host.isOpen()) {
            host.drain(receive.buffer);
            if (receive.finReceived() && receive.buffer.isEmpty()) {
                host.shutdownOutput();
            }
        }
    }

    /// The guest may be through before the host's socket has taken everything.
    private void closeWhenDone() {
        boolean drained = receive.buffer.isEmpty();
        if (drained && (state() == TcpState.TIME_WAIT || state() == TcpState.CLOSED)) {
            host.close();
        }
        if (state() == TcpState.CLOSED) {
            if (drained) {
                end();
            } else {
                host.await(false, true);
            }
        }
    }

    private void setTimers() {
        boolean talking = state() != TcpState.CONNECTING && state() != TcpState.CLOSED;
        if (!talking || !send.isPending()) {
            retransmit.cancel();
        } else if (!retransmit.isSet()) {
            retransmit.set(now() + send.timing.timeoutMillis());
        }
        if (!state().isSynchronized() || !receive.isAckOwed() && !receive.isAckDue()) {
            delayedAck.cancel();
        } else if (!delayedAck.isSet()) {
            delayedAck.set(now() + DELAYED_ACK_MILLIS);
        }
    }

    private void retransmissionTimeout() {
        if (end.retransmit()) {
            progress();
        } else {
            abort();
        }
    }

    private void ackAtLast() {
        receive.requestAck();
        progress();
    }

    private void patienceEnds() {
        if (state() == TcpState.CONNECTING) {
            refuse(new IOException("nobody answers"));
        } else {
            end.close();
            progress();
        }
    }

    /// The guest has room again.
    void roomAgain() {
        if (send.isBlocked() || state().isSynchronized() && receive.isAckDue()) {
            progress();
        }
    }

    /// The host's socket could not be connected. A refusal is the other end's word, so the guest
    /// gets what that end would have sent; anything else is the network's.
    private void refuse(Exception why) {
        if (why instanceof ConnectException) {
            abort();
        } else {
            setting.guest().send(IcmpMessage.error(IcmpMessage.DESTINATION_UNREACHABLE,
                    IcmpMessage.HOST_UNREACHABLE, firstSyn).toPacket(flow.remote(), flow.guest()));
            drop();
        }
    }

    /// Ends it, and tells both ends.
    private void abort() {
        if (state() != TcpState.CLOSED) {
            end.sendReset();
        }
        drop();
    }

    /// Ends it, and tells the host's end.
    void drop() {
        end.close();
        if (host != null) {
            host.reset();
        }
        end();
    }

    private void end() {
        retransmit.cancel();
        delayedAck.cancel();
        patience.cancel();
        setting.ended().accept(this);
    }

    private long now() {
        return setting.loop().now();
    }
}
