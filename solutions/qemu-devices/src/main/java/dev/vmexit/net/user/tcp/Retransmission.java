package dev.vmexit.net.user.tcp;

/// The retransmission timeout: how long to wait for an acknowledgment. Times are in milliseconds.
///
/// @spec https://www.rfc-editor.org/rfc/rfc6298 RFC 6298, section 2 "The Basic Algorithm"
final class Retransmission {
    static final long INITIAL_MILLIS = 1000;
    static final long MIN_MILLIS = 1000;
    static final long MAX_MILLIS = 60_000;

    private long srtt;
    private long rttvar;
    private long rto = INITIAL_MILLIS;
    private int backOffs;
    private boolean measured;

    /// A segment that was sent once was acknowledged after `r` milliseconds: steps (2.2) and (2.3)
    /// with alpha = 1/8, beta = 1/4 and K = 4.
    void measured(long r) {
        if (measured) {
            rttvar = (3 * rttvar + Math.abs(srtt - r)) / 4;
            srtt = (7 * srtt + r) / 8;
        } else {
            srtt = r;
            rttvar = r / 2;
            measured = true;
        }
        rto = Math.clamp(srtt + Math.max(1, 4 * rttvar), MIN_MILLIS, MAX_MILLIS);
    }

    /// "The host MUST set RTO <- RTO * 2": step (5.5).
    void backOff() {
        backOffs++;
    }

    /// The guest has acknowledged something new.
    void progress() {
        backOffs = 0;
    }

    int backOffs() {
        return backOffs;
    }

    long timeoutMillis() {
        return Math.min(rto << Math.min(backOffs, 6), MAX_MILLIS);
    }
}
