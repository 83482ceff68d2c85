package dev.vmexit.net.user.tcp;

import dev.vmexit.course.Todo;
import dev.vmexit.net.user.wire.SackBlock;
import dev.vmexit.net.user.wire.TcpSegment;
import java.util.List;

/// The receiving half of a connection: from the guest to the host's socket.
///
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.10.7.4 "Other States"
final class ReceiveHalf {
    /// The buffer is twice what 16 bits can say.
    static final int SCALE = 2;

    private static final int MAX_WINDOW = 0xFFFF;

    final ReceiveBuffer buffer = new ReceiveBuffer();
    private final int maxMss;
    private int scale;
    private int nxt;
    /// The first sequence number behind the window that the guest was told; never goes back.
    private int edge;
    private boolean finKnown;
    private int finSeq;
    private boolean finReceived;
    private int segmentsOwed;
    /// What the guest was told last of [#nxt].
    private int told;
    private boolean ackNow;

    /// @param maxMss the most that the guest sends in one segment, in bytes of data
    ReceiveHalf(int maxMss) {
        this.maxMss = maxMss;
    }

    void adopt(TcpSegment syn) {
        nxt = syn.seq() + 1;
        told = nxt;
        edge = nxt + buffer.free();
        scale = syn.options().windowScale() >= 0 ? SCALE : 0;
    }

    /// The four cases of the section's table, and one more: with no window, the segment that comes
    /// next may still bring an acknowledgment.
    boolean isAcceptable(TcpSegment segment) {
        throw Todo.of("dev-17", "whether its first or its last number is inside the window");
    }

    private static boolean isInside(int distance, int window) {
        return distance >= 0 && distance < window;
    }

    /// Takes the part of an acceptable segment that is new and has room.
    ///
    /// ```
    ///  segment      │ skip │ length, of which the first goes │ no room │
    ///                      ahead bytes behind nxt
    /// ```
    ///
    /// An acknowledgment is owed for data; it is due at once for what left a gap, fills one, or was
    /// cut. The FIN counts when all before it has come.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc5681 RFC 5681, section 4.2 "Generating Acknowledgments"
    void accept(TcpSegment segment) {
        throw Todo.of("dev-17", "cut off what is old or has no room, keep the rest");
    }

    /// {@return the window for a segment's header, and remembers that the guest was told}
    ///
    /// The right edge moves only by a worthwhile step.
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.8.6.2.2 "Receiver's Algorithm: When to Send a Window Update"
    int announceWindow() {
        segmentsOwed = 0;
        told = nxt;
        ackNow = false;
        if (buffer.free() - (edge - nxt) >= Math.min(ReceiveBuffer.CAPACITY / 2,
                maxMss)) {
            edge = nxt + buffer.free();
        }
        return Math.min(Math.max(0, edge - nxt) >> scale, MAX_WINDOW);
    }

    /// {@return the window for a segment with SYN}
    static int firstWindow() {
        return MAX_WINDOW;
    }

    /// {@return what came behind a gap, as the guest is to be told of it: the block that grew last
    /// first, so that a lost acknowledgment loses little}
    ///
    /// @spec https://www.rfc-editor.org/rfc/rfc2018 RFC 2018, section 4 "Generating Sack Options: Data Receiver Behavior"
    List<SackBlock> sack() {
        return buffer.islands().stream()
                .map(island -> new SackBlock(nxt + island.start(), nxt + island.end())).toList();
    }

    void requestAck() {
        ackNow = true;
    }

    /// {@return whether an acknowledgment has to go out at once: every second segment, which may
    /// have come in one piece, what came out of order, or a window that has opened again}
    boolean isAckDue() {
        return ackNow || segmentsOwed >= 2 || nxt - told > maxMss
                || buffer.free() - (edge - nxt) >= ReceiveBuffer.CAPACITY / 4;
    }

    boolean isAckOwed() {
        return segmentsOwed > 0;
    }

    boolean finReceived() {
        return finReceived;
    }

    int nxt() {
        return nxt;
    }
}
