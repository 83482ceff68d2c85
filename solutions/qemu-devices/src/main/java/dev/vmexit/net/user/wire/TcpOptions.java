package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/// The options of a TCP header that matter here.
///
/// @param mss the largest segment its sender takes, in bytes of data; 0 if absent
/// @param windowScale the shift of its sender's windows, at most 14; -1 if absent
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.2 "Specific Option Definitions"
/// @spec https://www.rfc-editor.org/rfc/rfc7323 RFC 7323, section 2.2 "Window Scale Option"
public record TcpOptions(int mss, int windowScale) {
    public static final TcpOptions NONE = new TcpOptions(0, -1);

    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int MSS_BYTES = 4;
    private static final int WINDOW_SCALE = 3;
    private static final int WINDOW_SCALE_BYTES = 3;
    private static final int MAX_WINDOW_SCALE = 14;

    static Optional<TcpOptions> parse(ByteBuffer b) {
        int mss = 0;
        int scale = -1;
        while (b.hasRemaining()) {
            int kind = b.get() & 0xFF;
            if (kind == END) {
                break;
            } else if (kind != NO_OPERATION) {
                int length = b.hasRemaining() ? b.get() & 0xFF : 0;
                if (length < 2 || length - 2 > b.remaining()) {
                    return Optional.empty();
                } else if (kind == MSS && length == MSS_BYTES) {
                    mss = b.getShort(b.position()) & 0xFFFF;
                } else if (kind == WINDOW_SCALE && length == WINDOW_SCALE_BYTES) {
                    scale = Math.min(b.get(b.position()) & 0xFF, MAX_WINDOW_SCALE);
                }
                b.position(b.position() + length - 2);
            }
        }
        return Optional.of(new TcpOptions(mss, scale));
    }

    byte[] toBytes() {
        ByteBuffer b = ByteBuffer.allocate((mss != 0 ? 4 : 0) + (windowScale >= 0 ? 4 : 0));
        if (mss != 0) {
            b.put((byte) MSS).put((byte) MSS_BYTES).putShort((short) mss);
        }
        if (windowScale >= 0) {
            b.put((byte) NO_OPERATION).put((byte) WINDOW_SCALE).put((byte) WINDOW_SCALE_BYTES)
                    .put((byte) windowScale);
        }
        return b.array();
    }
}
