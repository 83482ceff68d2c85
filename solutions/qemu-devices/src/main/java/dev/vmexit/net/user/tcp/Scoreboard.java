package dev.vmexit.net.user.tcp;

import dev.vmexit.net.user.wire.SackBlock;
import java.util.List;

/// What the guest has of what it has not acknowledged yet, by its SACK blocks. The holes between
/// are taken for lost: on this cable hardly a segment overtakes another.
///
/// ```
///  SND.UNA                                       max
///  │ hole │ island │ hole │ island │ under way    │
/// ```
///
/// Offsets are counted in bytes from SND.UNA.
///
/// @spec https://www.rfc-editor.org/rfc/rfc2018 RFC 2018, section 5 "Interpreting the Sack Option and Retransmission Strategy: Data Sender"
final class Scoreboard {
    /// A guest could make an island of every second byte.
    private static final int MAX_ISLANDS = 64;

    private final Islands islands = new Islands();
    /// The position of SND.UNA, counted from the SYN.
    private long una;
    /// All holes before it were sent again since the loss was noticed.
    private long resent;

    /// Takes a guest's blocks. What is not between SND.UNA and `max` says nothing.
    void mark(List<SackBlock> blocks, int sndUna, int max) {
        for (SackBlock block : blocks) {
            int left = block.left() - sndUna;
            int right = block.right() - sndUna;
            boolean sensible = left > 0 && right > left && right <= max - sndUna;
            if (sensible && islands.size() < MAX_ISLANDS) {
                islands.add(una + left, una + right);
            }
        }
    }

    /// {@return how many bytes the guest has behind holes}
    long bytes() {
        return islands.length();
    }

    /// SND.UNA has moved.
    void advance(int bytes) {
        una += bytes;
        islands.removeUpTo(una);
    }

    /// "After a retransmit timeout the data sender SHOULD turn off all of the SACKed bits, since
    /// the timeout might indicate that the data receiver has reneged."
    void forget() {
        islands.clear();
        resent = una;
    }

    /// Everything before `offset` that the guest lacks was sent again.
    void resent(int offset) {
        resent = una + offset;
    }

    /// {@return whether what the guest lacks first was not sent again}
    boolean isFirstDue() {
        return resent <= una;
    }

    /// {@return the offset of the first hole that was not sent again; -1 if there is none}
    int nextHole() {
        long hole = islands.skip(Math.max(una, resent));
        return islands.isEmpty() || hole >= islands.end() ? -1 : (int) (hole - una);
    }

    /// {@return the first offset from `offset` on that the guest lacks}
    int skip(int offset) {
        return (int) (islands.skip(una + offset) - una);
    }

    /// {@return how many bytes from `offset` on the guest lacks}
    int holeAt(int offset) {
        return islands.distance(una + offset);
    }
}
