package dev.vmexit.net.user;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.function.Consumer;

/// A guest's end of a connection: as simple as a TCP can be that survives loss. It goes back to the
/// first unacknowledged byte after 300 ms, and acknowledges every segment.
final class TcpGuest {
    static final int ISS = 0xFFFF_F000; // wraps after 4 KiB
    static final int MSS = 1460;

    private static final String SYN_OPTIONS = "020405b4 01030307";
    private static final String SACK_PERMITTED = "01010402";
    private static final int SCALE = 7;
    private static final long PATIENCE_MILLIS = 300;

    final ByteArrayOutputStream received = new ByteArrayOutputStream();
    /// Whether it asks for SACK blocks, and sends them.
    boolean sacks;
    /// How many bytes of data it puts in one segment.
    int most = MSS;
    boolean established;
    boolean finReceived;
    boolean finAcked;
    boolean reset;
    int window = 0xFFFF;
    int nxt = ISS;
    int ackFromRouter = ISS;
    int rcvNxt;
    int routerWindow;
    private final Consumer<byte[]> cable;
    private final int port;
    private final int remote;
    private final int remotePort;
    private final TreeMap<Integer, byte[]> early = new TreeMap<>();
    private byte[] toSend = new byte[0];
    private boolean closes;
    private int routerIss;
    private int finAt = -1;
    private long lastNews;

    TcpGuest(Consumer<byte[]> cable, int port, int remote, int remotePort) {
        this.cable = cable;
        this.port = port;
        this.remote = remote;
        this.remotePort = remotePort;
    }

    void open() {
        segment(ISS, Wire.SYN, new byte[0]);
        nxt = ISS + 1;
    }

    /// Appends to what there is to send; a FIN follows it if `last`.
    void say(byte[] data, boolean last) {
        byte[] all = Arrays.copyOf(toSend, toSend.length + data.length);
        System.arraycopy(data, 0, all, toSend.length, data.length);
        toSend = all;
        closes |= last;
    }

    void segment(int seq, int flags, byte[] data) {
        boolean syn = (flags & Wire.SYN) != 0;
        int[] numbers = {port, remotePort, seq, established || syn && rcvNxt != 0 ? rcvNxt : 0,
                flags, syn ? Math.min(window, 0xFFFF) : window};
        String permits = SYN_OPTIONS + (sacks ? SACK_PERMITTED : "");
        cable.accept(Wire.tcp(remote, numbers, Wire.hex(syn ? permits : sackOption()), data));
    }

    /// As hex, the first stretch behind each gap.
    private String sackOption() {
        StringBuilder blocks = new StringBuilder();
        int end = -1;
        for (int at : early.keySet()) {
            if (at > end && blocks.length() < 3 * 16) {
                end = at + early.get(at).length;
                blocks.append("%08x%08x".formatted(routerIss + 1 + at, routerIss + 1 + end));
            }
        }
        return sacks && end >= 0
                ? "010105%02x".formatted(2 + blocks.length() / 2) + blocks
                : "";
    }

    void ack() {
        segment(nxt, Wire.ACK, new byte[0]);
    }

    boolean isMine(Wire.Seen seen) {
        return seen.isIp(6) && seen.destinationPort() == port && seen.sourcePort() == remotePort;
    }

    void receive(Wire.Seen seen, long now) {
        if (!isMine(seen)) {
            return;
        }
        if ((seen.flags() & Wire.RST) != 0) {
            reset |= !(finReceived && finAcked); // else the answer to a stray segment of old
        } else if ((seen.flags() & Wire.SYN) != 0) {
            routerIss = seen.seq();
            rcvNxt = established ? rcvNxt : routerIss + 1;
            if ((seen.flags() & Wire.ACK) != 0) {
                established = true;
                takeAck(seen, now);
                ack();
            }
        } else {
            takeAck(seen, now);
            takeData(seen);
        }
    }

    /// Answers a SYN as a guest's server would.
    void accept() {
        segment(ISS, Wire.SYN | Wire.ACK, new byte[0]);
        nxt = ISS + 1;
        established = true;
    }

    private void takeAck(Wire.Seen seen, long now) {
        routerWindow = seen.window() << 2;
        if (seen.ack() - ackFromRouter > 0) {
            ackFromRouter = seen.ack();
            nxt = nxt - ackFromRouter < 0 ? ackFromRouter : nxt;
            lastNews = now;
        }
        finAcked |= closes && ackFromRouter == ISS + 2 + toSend.length;
    }

    private void takeData(Wire.Seen seen) {
        byte[] data = seen.tcpData();
        int at = seen.seq() - routerIss - 1;
        if (data.length > 0) {
            early.merge(at, data, (a, b) -> a.length >= b.length ? a : b);
        }
        if ((seen.flags() & Wire.FIN) != 0) {
            finAt = at + data.length;
        }
        while (!early.isEmpty() && early.firstKey() <= received.size()) {
            var first = early.pollFirstEntry();
            int skip = received.size() - first.getKey();
            if (skip < first.getValue().length) {
                received.write(first.getValue(), skip, first.getValue().length - skip);
            }
        }
        finReceived |= finAt == received.size();
        rcvNxt = routerIss + 1 + received.size() + (finReceived ? 1 : 0);
        if (data.length > 0 || (seen.flags() & Wire.FIN) != 0) {
            ack();
        }
    }

    /// Sends what may be sent.
    ///
    /// @return whether that was anything
    boolean step(long now) {
        if (!established || reset) {
            return again(now, () -> segment(ISS, Wire.SYN, new byte[0]));
        }
        boolean moved = again(now, () -> nxt = ackFromRouter);
        for (int offset = nxt - ISS - 1; offset < toSend.length
                && nxt - ackFromRouter < routerWindow; offset = nxt - ISS - 1) {
            int length = Math.min(Math.min(most, toSend.length - offset),
                    routerWindow - (nxt - ackFromRouter));
            segment(nxt, Wire.ACK, Arrays.copyOfRange(toSend, offset, offset + length));
            nxt += length;
            moved = true;
        }
        if (closes && nxt == ISS + 1 + toSend.length) {
            segment(nxt, Wire.FIN | Wire.ACK, new byte[0]);
            nxt++;
            moved = true;
        }
        return moved;
    }

    private boolean again(long now, Runnable send) {
        boolean due = !reset && nxt != ackFromRouter && now - lastNews > PATIENCE_MILLIS;
        if (due) {
            lastNews = now;
            send.run();
        }
        return due;
    }
}
