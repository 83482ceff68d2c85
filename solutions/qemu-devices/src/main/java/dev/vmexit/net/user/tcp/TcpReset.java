package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.TcpOptions;
import dev.vmexit.net.user.wire.TcpSegment;

/// The answer to a segment that belongs to no connection.
final class TcpReset {
    private TcpReset() {}

    /// {@return a RST that the sender of `segment`, which is no RST itself, will believe}
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.10.7.1 "CLOSED State"
    static TcpSegment to(TcpSegment segment) {
        boolean acks = segment.has(TcpSegment.ACK);
        return new TcpSegment(segment.destinationPort(), segment.sourcePort(),
                acks ? segment.ack() : 0,
                acks ? 0 : segment.seq() + segment.length(),
                acks ? TcpSegment.RST : TcpSegment.RST | TcpSegment.ACK, 0, TcpOptions.NONE,
                new byte[0]);
    }
}
