package dev.vmexit.net.user;

import dev.vmexit.net.user.loop.Alarm;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.Ipv4Address;
import dev.vmexit.net.user.wire.Ipv4Packet;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Puts the guest's fragments together again. Of fragments that overlap nothing is believed: the
/// datagram is dropped.
///
/// @spec https://www.rfc-editor.org/rfc/rfc791 RFC 791, section 3.2 "Discussion", "Reassembly"
final class Reassembly {
    /// Datagrams at a time; the oldest makes room. With the largest ones a megabyte.
    static final int MAX_DATAGRAMS = 16;
    static final long TIMEOUT_MILLIS = 30_000;

    private static final int MAX_FRAGMENTS = 128;

    private record Key(Ipv4Address source, Ipv4Address destination, int protocol,
            int identification) {}

    /// The fragments of one datagram by their offsets.
    private static final class Datagram {
        final TreeMap<Integer, byte[]> parts = new TreeMap<>();
        final Alarm expiry;
        int bytes;
        int totalBytes = -1;

        Datagram(Alarm expiry) {
            this.expiry = expiry;
        }

        /// @return false if the datagram cannot be any more
        boolean add(Ipv4Packet.Fragment fragment, byte[] part) {
            int end = fragment.offset() + part.length;
            byte[] same = parts.get(fragment.offset());
            if (same != null && same.length == part.length) {
                return true; // a duplicate
            }
            if (overlaps(fragment.offset(), end) || parts.size() == MAX_FRAGMENTS) {
                return false;
            }
            if (!fragment.more()) {
                totalBytes = end;
            }
            parts.put(fragment.offset(), part);
            bytes += part.length;
            return totalBytes < 0 || end() <= totalBytes;
        }

        private boolean overlaps(int start, int end) {
            Map.Entry<Integer, byte[]> below = parts.lowerEntry(end);
            return below != null && below.getKey() + below.getValue().length > start;
        }

        private int end() {
            return parts.lastKey() + parts.lastEntry().getValue().length;
        }

        boolean isComplete() {
            return bytes == totalBytes;
        }

        byte[] join() {
            ByteBuffer b = ByteBuffer.allocate(bytes);
            parts.values().forEach(b::put);
            return b.array();
        }
    }

    private final EventLoop loop;
    private final Drops drops;
    private final Map<Key, Datagram> datagrams = new LinkedHashMap<>();

    Reassembly(EventLoop loop, Drops drops) {
        this.loop = loop;
        this.drops = drops;
    }

    /// {@return the whole datagram once its last missing fragment has come}
    Optional<Ipv4Packet> add(Ipv4Packet packet) {
        Ipv4Packet.Fragment fragment = packet.fragment();
        int length = packet.payload().length;
        var key = new Key(packet.source(), packet.destination(), packet.protocol(),
                fragment.identification());
        if (length == 0 || fragment.more() && length % 8 != 0
                || fragment.offset() + length > Ipv4Packet.MAX_PAYLOAD_BYTES) {
            drops.count(Drop.FRAGMENT);
            return Optional.empty();
        }
        Datagram datagram = datagrams.get(key);
        if (datagram == null) {
            datagram = begin(key);
        }
        if (!datagram.add(fragment, packet.payload())) {
            giveUp(key);
        } else if (datagram.isComplete()) {
            forget(key);
            return Optional.of(packet.withFragment(Ipv4Packet.Fragment.WHOLE, datagram.join()));
        }
        return Optional.empty();
    }

    private Datagram begin(Key key) {
        if (datagrams.size() == MAX_DATAGRAMS) {
            Iterator<Key> oldest = datagrams.keySet().iterator();
            giveUp(oldest.next());
        }
        var datagram = new Datagram(loop.alarm(() -> giveUp(key)));
        datagram.expiry.set(loop.now() + TIMEOUT_MILLIS);
        datagrams.put(key, datagram);
        return datagram;
    }

    private void giveUp(Key key) {
        drops.count(Drop.FRAGMENT);
        forget(key);
    }

    private void forget(Key key) {
        datagrams.remove(key).expiry.cancel();
    }

    int size() {
        return datagrams.size();
    }
}
