package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.TcpSegment;

/// The sending half of a connection: from the host's socket to the guest.
///
/// ```
///      SND.UNA        SND.NXT       max
///  ─────┼──────────────┼────────────┼─────►  sequence numbers
///       │ under way    │ to be sent again   │ never sent
/// ```
///
/// After a timeout SND.NXT goes back to SND.UNA, and everything is sent again but what the guest
/// says that it has. When duplicate acknowledgments tell of a loss, each brings one of the holes.
/// What the guest has behind a hole counts as under way until it is acknowledged.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.3.1 "Key Connection State Variables"
final class SendHalf {
    /// Sends a segment with the connection's own acknowledgment.
    interface Output {
        /// {@return false if the guest has no room}
        boolean emit(int seq, int flags, byte[] data);

        /// {@return how many bytes of data it takes in a segment for several packets; 0 if it takes
        /// no such segment}
        int mostBytes();
    }

    /// A guest that asks for tiny segments would get more headers than data.
    private static final int MIN_MSS = 64;
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.7.1 "Maximum Segment Size Option"
    private static final int DEFAULT_MSS = 536;
    /// With doubling timeouts about two minutes; R2 must be at least 100 seconds.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.8.3 "TCP Connection Failures"
    private static final int MAX_RETRIES = 8;
    /// Or as many packets that are known to have come behind the hole: in one piece they bring one.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc6675 RFC 6675, section 4 "Processing and Acting Upon SACK Information", IsLost
    private static final int DUPLICATES_THAT_MEAN_LOSS = 3;

    final SendBuffer buffer = new SendBuffer();
    final Retransmission timing = new Retransmission();
    private final Output output;
    private final Scoreboard sacked = new Scoreboard();
    private final int maxMss;
    private CongestionWindow congestion = new CongestionWindow(DEFAULT_MSS);
    private int mss = DEFAULT_MSS;
    private int scale;
    private int una;
    private int nxt;
    private int max;
    private boolean synAcked;
    private boolean finQueued;
    private boolean finSent;
    private boolean finAcked;
    private int window;
    private int largestWindow;
    private int wl1;
    private int wl2;
    private int duplicates;
    private int retries;
    private boolean probing;
    private boolean blocked;
    /// The one segment whose round trip is measured, if any.
    private boolean timed;
    private int timedSeq;
    private long timedAt;

    /// @param maxMss the most that goes into one packet, in bytes of data
    SendHalf(int iss, int maxMss, Output output) {
        this.output = output;
        this.maxMss = maxMss;
        una = iss;
        nxt = iss + 1; // the SYN
        max = nxt;
    }

    /// What the guest's SYN says of the segments it takes.
    void adopt(TcpSegment syn) {
        int offered = syn.options().mss();
        mss = Math.clamp(offered == 0 ? DEFAULT_MSS : offered, MIN_MSS, maxMss);
        congestion = new CongestionWindow(mss);
        scale = Math.max(0, syn.options().windowScale());
        window = syn.window(); // "the window field in a segment with SYN is never scaled"
        largestWindow = window;
        wl1 = syn.seq();
        wl2 = syn.ack();
    }

    /// {@return whether an acknowledgment is of something that was sent}
    boolean isAcceptable(int ack) {
        return ack - max <= 0;
    }

    void acknowledge(TcpSegment segment, long now) {
        int acked = segment.ack() - una;
        if (acked < 0) {
            return;
        }
        sacked.mark(segment.options().sack(), una, max);
        boolean duplicate = acked == 0 && segment.length() == 0 && nxt != una
                && segment.window() << scale == window && window > 0;
        boolean closed = window == 0;
        updateWindow(segment);
        if (acked > 0) {
            advance(segment.ack(), acked, now);
        } else if (duplicate) {
            duplicate();
        } else if (closed) {
            retries = 0; // a guest that answers probes is alive
        }
        if (probing && window > 0) {
            probing = false;
            nxt = una; // the guest had no room for the probe
            timing.progress();
        }
    }

    private void updateWindow(TcpSegment segment) {
        if (segment.has(TcpSegment.SYN)) {
            return; // adopted
        }
        if (wl1 - segment.seq() < 0 || wl1 == segment.seq() && wl2 - segment.ack() <= 0) {
            window = segment.window() << scale;
            largestWindow = Math.max(largestWindow, window);
            wl1 = segment.seq();
            wl2 = segment.ack();
        }
    }

    private void advance(int ack, int acked, long now) {
        if (timed && ack - timedSeq > 0) {
            timing.measured(now - timedAt);
            timed = false;
        }
        timing.progress();
        retries = 0;
        duplicates = 0;
        buffer.discard(Math.min(synAcked ? acked : acked - 1, buffer.size()));
        synAcked = true;
        finAcked = finSent && ack == max;
        una = ack;
        nxt = nxt - una < 0 ? una : nxt;
        sacked.advance(acked);
        if (congestion.acknowledged(ack, acked) && !sendNextHole() && sacked.isFirstDue()) {
            sendAgain(0);
        }
    }

    private void duplicate() {
        duplicates++;
        if (congestion.isRecovering()) {
            if (!sendNextHole()) {
                congestion.inflate();
            }
        } else if (duplicates == DUPLICATES_THAT_MEAN_LOSS
                || sacked.bytes() > (DUPLICATES_THAT_MEAN_LOSS - 1) * mss) {
            congestion.lost(nxt - una, max);
            sendAgain(0);
        }
    }

    private boolean sendNextHole() {
        int hole = sacked.nextHole();
        if (hole >= 0) {
            sendAgain(hole);
        }
        return hole >= 0;
    }

    /// @param offset from SND.UNA, of something that was sent and that the guest lacks
    private void sendAgain(int offset) {
        int rest = buffer.size() - offset; // 0 for the FIN alone
        int length = Math.min(Math.min(rest, mss), sacked.holeAt(offset));
        boolean fin = finSent && length == rest;
        timed = false;
        blocked |= !output.emit(una + offset, fin ? TcpSegment.FIN : 0,
                buffer.copy(offset, length));
        sacked.resent(offset + length + (fin ? 1 : 0));
    }

    /// Sends what the windows allow.
    void pump(long now) {
        blocked = false;
        while (synAcked && sendNext(false, now)) {
            // As long as there is something.
        }
    }

    /// @param force at least a byte, whatever the window says: a probe
    /// @return whether there may be more to send
    private boolean sendNext(boolean force, long now) {
        nxt = una + sacked.skip(nxt - una);
        int hole = sacked.holeAt(nxt - una);
        // tag::doc-usable[]
        int underWay = nxt - una;
        int unsent = buffer.size() - underWay; // -1 behind the FIN
        int usable = Math.min(window, congestion.bytes()) - underWay;
        int most = wholePackets(Math.min(Math.min(unsent, usable), hole));
        int length = Math.max(most, force && unsent > 0 ? 1 : 0);
        // end::doc-usable[]
        boolean fin = finQueued && !finAcked && unsent >= 0 && length == unsent;
        if (length == 0 && !fin || !force && isSilly(length, Math.min(unsent, hole))) {
            return false;
        }
        int flags = (length == unsent ? TcpSegment.PSH : 0) | (fin ? TcpSegment.FIN : 0);
        if (!output.emit(nxt, flags, buffer.copy(underWay, length))) {
            blocked = true;
            return false;
        }
        probing |= window == 0 && length > 0;
        sent(length + (fin ? 1 : 0), now);
        finSent |= fin;
        return true;
    }

    /// {@return how much of `bytes` goes out at once: a packet's worth, or several full packets in
    /// one piece}
    private int wholePackets(int bytes) {
        int most = Math.min(bytes, output.mostBytes());
        return most < 2 * mss ? Math.min(bytes, mss) : most - most % mss;
    }

    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.8.6.2.1 "Sender's Algorithm: When to Send Data"
    private boolean isSilly(int length, int unsent) {
        return length < mss && length < unsent && length < largestWindow / 2;
    }

    private void sent(int length, long now) {
        if (!timed && nxt == max) { // Karn: never measure what was sent twice
            timed = true;
            timedSeq = nxt;
            timedAt = now;
        }
        nxt += length;
        max = nxt - max > 0 ? nxt : max;
    }

    /// The timer has run out: sends again, or asks whether the window is still closed.
    ///
    /// @return false if the guest has not answered for so long that it is given up
    boolean timeout(long now) {
        if (++retries > MAX_RETRIES) {
            return false;
        }
        timing.backOff();
        timed = false;
        duplicates = 0;
        sacked.forget();
        if (synAcked) {
            if (window > 0) {
                congestion.timedOut(nxt - una);
            }
            nxt = una;
            blocked = false;
            sendNext(true, now);
        }
        return true;
    }

    /// {@return whether the timer has to run: something is not acknowledged, or not sent yet}
    boolean isPending() {
        return !synAcked || buffer.size() > 0 || finQueued && !finAcked;
    }

    /// The host's socket has said its last; the buffer gets nothing more.
    void queueFin() {
        finQueued = true;
    }

    boolean finSent() {
        return finSent;
    }

    boolean finAcked() {
        return finAcked;
    }

    boolean synAcked() {
        return synAcked;
    }

    boolean isBlocked() {
        return blocked;
    }

    int una() {
        return una;
    }

    int nxt() {
        return nxt;
    }

    int mss() {
        return mss;
    }
}
