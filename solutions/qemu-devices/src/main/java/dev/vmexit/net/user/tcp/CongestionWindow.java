package dev.vmexit.net.user.tcp;

/// How many bytes may be under way before the guest's acknowledgments say that they arrive: slow
/// start, congestion avoidance, fast recovery. The network that can be congested is the ring of the
/// guest's card.
///
/// @spec https://www.rfc-editor.org/rfc/rfc5681 RFC 5681, section 3 "Congestion Control Algorithms"
/// @spec https://www.rfc-editor.org/rfc/rfc6582 RFC 6582, section 3.2 "Specification"
final class CongestionWindow {
    /// @spec https://www.rfc-editor.org/rfc/rfc6928 RFC 6928, section 2 "TCP Modification"
    private static final int INITIAL_SEGMENTS = 10;
    /// More than can ever be under way.
    private static final int MAX_BYTES = 2 * SendBuffer.CAPACITY;

    private final int mss;
    private int cwnd;
    private int ssthresh = MAX_BYTES;
    private boolean recovering;
    /// Recovery ends when everything before it is acknowledged.
    private int recover;

    CongestionWindow(int mss) {
        this.mss = mss;
        cwnd = INITIAL_SEGMENTS * mss;
    }

    int bytes() {
        return cwnd;
    }

    boolean isRecovering() {
        return recovering;
    }

    /// @param acked bytes that are newly acknowledged, all before `ack`
    /// @return whether the next segment is lost too and to be sent again
    boolean acknowledged(int ack, int acked) {
        if (!recovering) {
            int growth = cwnd < ssthresh
                    ? Math.min(acked, mss)
                    : Math.max(1, (int) ((long) mss * acked / cwnd));
            cwnd = Math.min(cwnd + growth, MAX_BYTES);
            return false;
        }
        if (ack - recover >= 0) {
            recovering = false;
            cwnd = ssthresh;
            return false;
        }
        cwnd = Math.max(cwnd - acked + mss, mss);
        return true;
    }

    /// Three duplicate acknowledgments.
    ///
    /// @param sent the sequence number behind everything that was sent
    void lost(int underWay, int sent) {
        ssthresh = Math.max(underWay / 2, 2 * mss);
        cwnd = ssthresh + 3 * mss;
        recovering = true;
        recover = sent;
    }

    /// One more duplicate: one more segment has left the network.
    void inflate() {
        cwnd = Math.min(cwnd + mss, MAX_BYTES);
    }

    void timedOut(int underWay) {
        ssthresh = Math.max(underWay / 2, 2 * mss);
        cwnd = mss;
        recovering = false;
    }
}
