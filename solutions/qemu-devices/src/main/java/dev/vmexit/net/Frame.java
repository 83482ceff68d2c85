package dev.vmexit.net;

/// An Ethernet frame, and what its sender has left to whoever carries it on: the checksum of its
/// transport protocol, and to cut a large TCP segment into packets.
///
/// ```
///  bytes  │ Ethernet, IPv4 │ TCP …  checksum  … data │
///                          ▲        ▲                ▲
///              checksumStart        + checksumOffset └ the checksum covers all up to here
/// ```
///
/// A checksum that is left holds the sum of the pseudo-header.
///
/// @param bytes from the destination address to the last byte of data
/// @param checksumStart 0 if nothing is left of the checksum
/// @param checksumOffset from `checksumStart` on
/// @param segmentBytes how many bytes of data are to go in one packet; 0 if it is one packet
public record Frame(byte[] bytes, int checksumStart, int checksumOffset, int segmentBytes) {
    private static final int CHECKSUM_BYTES = 2;

    /// @throws IllegalArgumentException if the checksum is not in the frame
    public Frame {
        if (checksumStart < 0 || checksumOffset < 0 || checksumStart > 0
                && checksumStart + checksumOffset + CHECKSUM_BYTES > bytes.length) {
            throw new IllegalArgumentException("a checksum at %d + %d in a frame of %d bytes"
                    .formatted(checksumStart, checksumOffset, bytes.length));
        }
    }

    /// {@return a frame with nothing left to do}
    public static Frame of(byte[] bytes) {
        return new Frame(bytes, 0, 0, 0);
    }

    /// {@return whether it is a segment for several packets}
    public boolean isLarge() {
        return segmentBytes > 0;
    }

    /// {@return whether somebody has to finish its checksum}
    public boolean isUnfinished() {
        return checksumStart > 0;
    }

    // tag::doc-finished[]
    /// {@return the frame with its checksum; it shares the bytes}
    public Frame finished() {
        if (isUnfinished()) {
            int sum = Checksum.of(bytes, checksumStart, bytes.length - checksumStart);
            int at = checksumStart + checksumOffset;
            int stored = sum == 0 ? 0xFFFF : sum; // 0 would say that UDP has none; -0 is 0 for all
            bytes[at] = (byte) (stored >>> 8);
            bytes[at + 1] = (byte) stored;
        }
        return new Frame(bytes, 0, 0, segmentBytes);
    }
    // end::doc-finished[]
}
