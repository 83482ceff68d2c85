package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.Ipv4Packet;
import dev.vmexit.net.user.wire.PacketSink;
import dev.vmexit.net.user.wire.SackBlock;
import dev.vmexit.net.user.wire.TcpOptions;
import dev.vmexit.net.user.wire.TcpSegment;
import java.util.List;
import java.util.function.LongSupplier;

/// What the guest sees of a connection: the state machine and the segments. It has no timers and no
/// socket; those are [TcpConnection]'s.
///
/// Left out: keep-alive, timestamps, urgent data, path MTU discovery (there is one hop).
///
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.10 "Event Processing"
final class TcpEndpoint {
    final SendHalf send;
    final ReceiveHalf receive;
    /// Of data in a segment for several packets: what an IPv4 packet holds behind TCP's header.
    private static final int MOST_LARGE_BYTES = Ipv4Packet.MAX_PAYLOAD_BYTES
            - TcpSegment.HEADER_BYTES;
    private final Flow flow;
    private final PacketSink guest;
    private final LongSupplier clock;
    /// What goes into one packet in either direction, in bytes of data.
    private final int maxMss;
    private TcpState state = TcpState.CLOSED;
    private boolean windowScaling = true;
    private boolean sackPermitted = true;

    /// @param iss the initial sequence number
    /// @param clock in milliseconds
    TcpEndpoint(Flow flow, PacketSink guest, LongSupplier clock, int iss) {
        this.flow = flow;
        this.guest = guest;
        this.clock = clock;
        this.maxMss = guest.mtu() - Ipv4Packet.HEADER_BYTES - TcpSegment.HEADER_BYTES;
        this.send = new SendHalf(iss, maxMss, new Output());
        this.receive = new ReceiveHalf(maxMss);
    }

    TcpState state() {
        return state;
    }

    /// The guest's SYN has come; its answer has to wait.
    void hold(TcpSegment syn) {
        agree(syn);
        state = TcpState.CONNECTING;
    }

    /// Answers the SYN that was held.
    void answer() {
        state = TcpState.SYN_RECEIVED;
        sendSyn();
    }

    /// Asks the guest.
    void open() {
        state = TcpState.SYN_SENT;
        sendSyn();
    }

    void close() {
        state = TcpState.CLOSED;
    }

    private void agree(TcpSegment syn) {
        windowScaling = syn.options().windowScale() >= 0;
        sackPermitted = syn.options().sackPermitted();
        receive.adopt(syn);
        send.adopt(syn);
    }

    /// Takes a segment.
    ///
    /// @return false if it ends the connection
    boolean receive(TcpSegment segment) {
        return switch (state) {
            case CLOSED -> true;
            case CONNECTING -> !segment.has(TcpSegment.RST);
            case SYN_SENT -> receiveInSynSent(segment);
            default -> receiveInOtherStates(segment);
        };
    }

    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.10.7.3 "SYN-SENT State"
    private boolean receiveInSynSent(TcpSegment segment) {
        boolean acks = segment.has(TcpSegment.ACK);
        if (segment.has(TcpSegment.RST)) {
            return !acks || segment.ack() != send.nxt();
        } else if (acks && segment.ack() != send.nxt()) {
            guest.send(flow.packet(TcpReset.to(segment)));
        } else if (segment.has(TcpSegment.SYN)) {
            agree(segment);
            if (acks) {
                send.acknowledge(segment, clock.getAsLong());
                state = TcpState.ESTABLISHED;
                receive.requestAck();
            } else {
                answer(); // both have opened at once
            }
        }
        return true;
    }

    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.10.7.4 "Other States"
    private boolean receiveInOtherStates(TcpSegment segment) {
        if (state == TcpState.SYN_RECEIVED && segment.has(TcpSegment.SYN)
                && segment.seq() + 1 == receive.nxt()) {
            sendSyn(); // the answer was lost
        } else if (segment.has(TcpSegment.RST)) {
            return !believes(segment);
        } else if (!receive.isAcceptable(segment) || segment.has(TcpSegment.SYN)) {
            receive.requestAck();
        } else if (segment.has(TcpSegment.ACK)) {
            receiveAcceptable(segment);
        }
        return true;
    }

    /// Of resets only the very next sequence number is believed; others are asked about.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5961 RFC 5961, section 3.2 "Mitigation"
    private boolean believes(TcpSegment reset) {
        boolean exact = reset.seq() == receive.nxt();
        if (!exact && receive.isAcceptable(reset)) {
            receive.requestAck();
        }
        return exact;
    }

    /// Takes a segment that is inside the window and acknowledges something.
    ///
    /// ```
    ///  in SYN-RECEIVED   ACK of just our SYN: ESTABLISHED; of anything else: a RST, and no more
    ///  then              ACK of what was never sent: requestAck, and no more
    ///                    ACK of our FIN, for the first time: finAcknowledged
    ///                    where data may come: accept it; was that the last: finReceived
    /// ```
    // tag::dev-17[]
    private void receiveAcceptable(TcpSegment segment) {
        // tag::solution[]
        if (state == TcpState.SYN_RECEIVED) {
            if (segment.ack() != send.nxt()) {
                guest.send(flow.packet(TcpReset.to(segment)));
                return;
            }
            state = TcpState.ESTABLISHED;
        }
        if (!send.isAcceptable(segment.ack())) {
            receive.requestAck();
            return;
        }
        boolean before = send.finAcked();
        send.acknowledge(segment, clock.getAsLong());
        if (send.finAcked() && !before) {
            state = state.finAcknowledged();
        }
        if (state.receives()) {
            receive.accept(segment);
            if (receive.finReceived()) {
                state = state.finReceived();
            }
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-17", "the acknowledgment, then the data, then the FIN");
        // end::stub[]
    }
    // end::dev-17[]

    /// Sends what the guest may get.
    ///
    /// @param last whether nothing will come after what is in the buffer
    void pump(boolean last) {
        if (last) {
            send.queueFin();
        }
        send.pump(clock.getAsLong());
        if (send.finSent()) {
            state = state.finSent();
        }
        if (receive.isAckDue()) {
            emit(send.nxt(), 0, new byte[0]);
        }
    }

    /// The retransmission timer has run out.
    ///
    /// @return false if the guest is given up
    boolean retransmit() {
        if (!send.timeout(clock.getAsLong())) {
            return false;
        }
        if (!send.synAcked()) {
            sendSyn();
        }
        return true;
    }

    void sendReset() {
        emit(send.nxt(), TcpSegment.RST, new byte[0]);
    }

    private void sendSyn() {
        boolean answer = state == TcpState.SYN_RECEIVED;
        int scale = windowScaling ? ReceiveHalf.SCALE : -1;
        int flags = TcpSegment.SYN | (answer ? TcpSegment.ACK : 0);
        guest.send(flow.packet(new TcpSegment(flow.remotePort(), flow.guestPort(),
                send.una(), answer ? receive.nxt() : 0, flags, ReceiveHalf.firstWindow(),
                new TcpOptions(maxMss, scale, sackPermitted, List.of()), new byte[0])));
    }

    /// SACK blocks go where there is room, so that no packet is too large. An acknowledgment that
    /// is due for what came behind a gap is of little use without them, and follows by itself.
    private boolean emit(int seq, int flags, byte[] data) {
        boolean due = receive.isAckDue();
        List<SackBlock> blocks = sackPermitted ? receive.sack() : List.of();
        TcpOptions options = TcpOptions.of(blocks, send.mss() - data.length);
        boolean sent = send(new TcpSegment(flow.remotePort(), flow.guestPort(), seq,
                receive.nxt(), flags | TcpSegment.ACK, receive.announceWindow(), options, data));
        boolean told = blocks.isEmpty() || !options.sack().isEmpty();
        if (!sent || due && !told) {
            receive.requestAck();
        }
        return sent;
    }

    private boolean send(TcpSegment segment) {
        return segment.data().length > send.mss()
                ? guest.sendLarge(flow.unfinishedPacket(segment), send.mss())
                : guest.send(flow.packet(segment));
    }

    private final class Output implements SendHalf.Output {
        @Override
        public boolean emit(int seq, int flags, byte[] data) {
            return TcpEndpoint.this.emit(seq, flags, data);
        }

        @Override
        public int mostBytes() {
            return guest.takesLarge() ? MOST_LARGE_BYTES : 0;
        }
    }
}
