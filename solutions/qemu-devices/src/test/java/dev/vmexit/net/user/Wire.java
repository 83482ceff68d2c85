package dev.vmexit.net.user;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Frames made and read by hand, with nothing of what is tested.
final class Wire {
    static final String GUEST_MAC = "525400123456";
    static final String ROUTER_MAC = "52550a000202";
    static final String EVERYBODY = "ffffffffffff";
    static final int GUEST = 0x0A00_020F;
    static final int GATEWAY = 0x0A00_0202;
    static final int DNS = 0x0A00_0203;
    static final int FIN = 1;
    static final int SYN = 2;
    static final int RST = 4;
    static final int ACK = 16;

    private Wire() {}

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    static byte[] frame(String destination, int type, byte[] payload) {
        return ByteBuffer.allocate(14 + payload.length).put(hex(destination)).put(hex(GUEST_MAC))
                .putShort((short) type).put(payload).array();
    }

    static byte[] ip(int source, int destination, int protocol, byte[] payload) {
        return fragment(source, destination, protocol, 0, payload);
    }

    /// @param place identification in the upper half, flags and offset in the lower
    static byte[] fragment(int source, int destination, int protocol, int place, byte[] payload) {
        return packet(new int[]{source, destination, protocol, place, 64}, payload);
    }

    /// @param head source, destination, protocol, place as above, TTL
    static byte[] packet(int[] head, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(20 + payload.length);
        b.putShort((short) 0x4500).putShort((short) b.capacity()).putInt(head[3]);
        b.put((byte) head[4]).put((byte) head[2]).putShort((short) 0).putInt(head[0])
                .putInt(head[1]);
        b.putShort(10, (short) ~sum(b.array(), 0, 20, 0));
        return frame(ROUTER_MAC, 0x0800, b.put(payload).array());
    }

    static byte[] udp(int destination, int sourcePort, int destinationPort, byte[] data) {
        return ip(GUEST, destination, 17, udpPayload(sourcePort, destinationPort, data));
    }

    /// Without a checksum, as the specification allows.
    static byte[] udpPayload(int sourcePort, int destinationPort, byte[] data) {
        return ByteBuffer.allocate(8 + data.length).putShort((short) sourcePort)
                .putShort((short) destinationPort).putShort((short) (8 + data.length))
                .putShort((short) 0).put(data).array();
    }

    /// @param numbers source port, destination port, sequence, acknowledgment, flags, window
    static byte[] tcp(int destination, int[] numbers, byte[] options, byte[] data) {
        int offset = 20 + options.length;
        ByteBuffer b = ByteBuffer.allocate(offset + data.length);
        b.putShort((short) numbers[0]).putShort((short) numbers[1]).putInt(numbers[2])
                .putInt(numbers[3]).put((byte) (offset << 2)).put((byte) numbers[4])
                .putShort((short) numbers[5]).putInt(0).put(options).put(data);
        b.putShort(16, (short) ~pseudo(GUEST, destination, 6, b.array()));
        return ip(GUEST, destination, 6, b.array());
    }

    /// {@return a frame with TCP in whose checksum only the pseudo-header is}
    static byte[] withoutChecksum(byte[] tcpFrame) {
        ByteBuffer b = ByteBuffer.wrap(tcpFrame.clone());
        byte[] pseudo = ByteBuffer.allocate(12).putLong(b.getLong(26)).putShort((short) 6)
                .putShort((short) (tcpFrame.length - 34)).array();
        return b.putShort(50, (short) sum(pseudo, 0, 12, 0)).array();
    }

    static byte[] echo(int destination, int ttl, byte[] data) {
        ByteBuffer b = ByteBuffer.allocate(8 + data.length).putInt(0x0800_0000)
                .putInt(0x1234_0001).put(data);
        b.putShort(2, (short) ~sum(b.array(), 0, b.capacity(), 0));
        return packet(new int[]{GUEST, destination, 1, 0, ttl}, b.array());
    }

    static int pseudo(int source, int destination, int protocol, byte[] payload) {
        ByteBuffer b = ByteBuffer.allocate(12).putInt(source).putInt(destination)
                .putShort((short) protocol).putShort((short) payload.length);
        return sum(payload, 0, payload.length, sum(b.array(), 0, 12, 0));
    }

    /// The ones' complement sum; 0xFFFF over anything that contains its own checksum.
    static int sum(byte[] bytes, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i++) {
            sum += (i - from) % 2 == 0 ? (bytes[i] & 0xFF) << 8 : bytes[i] & 0xFF;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }

    /// A frame for the guest, whose checksums were found right.
    record Seen(byte[] bytes) {
        Seen {
            if (ByteBuffer.wrap(bytes).getShort(12) == 0x0800) {
                check(bytes);
            }
        }

        private static void check(byte[] bytes) {
            int end = 14 + (ByteBuffer.wrap(bytes).getShort(16) & 0xFFFF);
            boolean whole = (ByteBuffer.wrap(bytes).getShort(20) & 0x3FFF) == 0;
            int protocol = bytes[23];
            byte[] payload = java.util.Arrays.copyOfRange(bytes, 34, end);
            int sum = protocol == 1
                    ? sum(payload, 0, payload.length, 0)
                    : pseudo(ByteBuffer.wrap(bytes).getInt(26), ByteBuffer.wrap(bytes).getInt(30),
                            protocol, payload);
            if (end != bytes.length || sum(bytes, 14, 34, 0) != 0xFFFF
                    || whole && sum != 0xFFFF) {
                throw new AssertionError("a wrong length or checksum: "
                        + HexFormat.of().formatHex(bytes));
            }
        }

        int u8(int offset) {
            return bytes[offset] & 0xFF;
        }

        int u16(int offset) {
            return ByteBuffer.wrap(bytes).getShort(offset) & 0xFFFF;
        }

        int u32(int offset) {
            return ByteBuffer.wrap(bytes).getInt(offset);
        }

        boolean isIp(int protocol) {
            return u16(12) == 0x0800 && u8(23) == protocol;
        }

        String hex(int from, int to) {
            return HexFormat.of().formatHex(bytes, from, to);
        }

        int source() {
            return u32(26);
        }

        int sourcePort() {
            return u16(34);
        }

        int destinationPort() {
            return u16(36);
        }

        int seq() {
            return u32(38);
        }

        int ack() {
            return u32(42);
        }

        int flags() {
            return u8(47);
        }

        int window() {
            return u16(48);
        }

        byte[] udpData() {
            return java.util.Arrays.copyOfRange(bytes, 42, bytes.length);
        }

        byte[] tcpData() {
            return java.util.Arrays.copyOfRange(bytes, 34 + (u8(46) >>> 4) * 4, bytes.length);
        }
    }
}
