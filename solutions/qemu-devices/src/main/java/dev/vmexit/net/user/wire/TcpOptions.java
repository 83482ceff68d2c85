package dev.vmexit.net.user.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The options of a TCP header that matter here.
///
/// @param mss the largest segment its sender takes, in bytes of data; 0 if absent
/// @param windowScale the shift of its sender's windows, at most 14; -1 if absent
/// @param sackPermitted whether its sender understands SACK blocks
/// @param sack what its sender has behind a gap, at most 4 blocks
/// @spec https://www.rfc-editor.org/rfc/rfc9293 RFC 9293, section 3.2 "Specific Option Definitions"
/// @spec https://www.rfc-editor.org/rfc/rfc7323 RFC 7323, section 2.2 "Window Scale Option"
/// @spec https://www.rfc-editor.org/rfc/rfc2018 RFC 2018, sections 2 and 3
public record TcpOptions(int mss, int windowScale, boolean sackPermitted, List<SackBlock> sack) {
    public static final TcpOptions NONE = new TcpOptions(0, -1, false, List.of());
    /// As many as fit into the 40 bytes that a header has for options.
    public static final int MAX_SACK_BLOCKS = 4;

    private static final int MAX_BYTES = 40;
    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int MSS_BYTES = 4;
    private static final int WINDOW_SCALE = 3;
    private static final int WINDOW_SCALE_BYTES = 3;
    private static final int MAX_WINDOW_SCALE = 14;
    private static final int SACK_PERMITTED = 4;
    private static final int SACK_PERMITTED_BYTES = 2;
    private static final int SACK = 5;
    private static final int BLOCK_BYTES = 8;

    /// {@return options with nothing but as many of these blocks as have room}
    ///
    /// @param room in bytes
    public static TcpOptions of(List<SackBlock> blocks, int room) {
        int most = Math.clamp((room - 4) / BLOCK_BYTES, 0, MAX_SACK_BLOCKS);
        return blocks.isEmpty() || most == 0
                ? NONE
                : new TcpOptions(0, -1, false, blocks.subList(0, Math.min(most, blocks.size())));
    }

    static Optional<TcpOptions> parse(ByteBuffer b) {
        TcpOptions found = NONE;
        while (b.hasRemaining()) {
            int kind = b.get() & 0xFF;
            if (kind == END) {
                break;
            } else if (kind != NO_OPERATION) {
                int length = b.hasRemaining() ? b.get() & 0xFF : 0;
                if (length < 2 || length - 2 > b.remaining()) {
                    return Optional.empty();
                }
                found = found.with(kind, length, b.slice(b.position(), length - 2));
                b.position(b.position() + length - 2);
            }
        }
        return Optional.of(found);
    }

    /// @param length of the option with its kind and length, in bytes
    private TcpOptions with(int kind, int length, ByteBuffer value) {
        if (kind == MSS && length == MSS_BYTES) {
            return new TcpOptions(value.getShort() & 0xFFFF, windowScale, sackPermitted, sack);
        } else if (kind == WINDOW_SCALE && length == WINDOW_SCALE_BYTES) {
            int scale = Math.min(value.get() & 0xFF, MAX_WINDOW_SCALE);
            return new TcpOptions(mss, scale, sackPermitted, sack);
        } else if (kind == SACK_PERMITTED && length == SACK_PERMITTED_BYTES) {
            return new TcpOptions(mss, windowScale, true, sack);
        } else if (kind == SACK && value.remaining() % BLOCK_BYTES == 0) {
            return new TcpOptions(mss, windowScale, sackPermitted, blocks(value));
        }
        return this;
    }

    private static List<SackBlock> blocks(ByteBuffer value) {
        var blocks = new ArrayList<SackBlock>();
        while (value.hasRemaining()) {
            blocks.add(new SackBlock(value.getInt(), value.getInt()));
        }
        return List.copyOf(blocks);
    }

    /// {@return the options, padded to whole words}
    byte[] toBytes() {
        ByteBuffer b = ByteBuffer.allocate(MAX_BYTES);
        if (mss != 0) {
            b.put((byte) MSS).put((byte) MSS_BYTES).putShort((short) mss);
        }
        if (windowScale >= 0) {
            b.put((byte) NO_OPERATION).put((byte) WINDOW_SCALE).put((byte) WINDOW_SCALE_BYTES)
                    .put((byte) windowScale);
        }
        if (sackPermitted) {
            b.put((byte) NO_OPERATION).put((byte) NO_OPERATION).put((byte) SACK_PERMITTED)
                    .put((byte) SACK_PERMITTED_BYTES);
        }
        if (!sack.isEmpty()) {
            b.put((byte) NO_OPERATION).put((byte) NO_OPERATION).put((byte) SACK)
                    .put((byte) (2 + sack.size() * BLOCK_BYTES));
            sack.forEach(block -> b.putInt(block.left()).putInt(block.right()));
        }
        var bytes = new byte[b.flip().remaining()];
        b.get(bytes);
        return bytes;
    }
}
