package dev.vmexit.net.user;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.net.Frame;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.EthernetFrame;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A router without a thread and with a clock that the test moves.
final class Lan implements AutoCloseable {
    /// Waits of at most a millisecond; only a test that fails uses them up.
    private static final int MAX_WAITS = 20_000;

    final ArrayDeque<Wire.Seen> toGuest = new ArrayDeque<>();
    final Drops drops = new Drops();
    final EventLoop loop;
    final Router router;
    long now = 1_000_000;
    boolean room = true;
    /// Whether the guest's card takes and sends large segments.
    boolean large;
    int largestToGuest;
    int random = HostileFrames.NUMBER;

    Lan(InetSocketAddress... resolvers) throws IOException {
        this(EthernetFrame.MTU, resolvers);
    }

    Lan(int mtu, InetSocketAddress... resolvers) throws IOException {
        loop = new EventLoop(() -> now);
        router = new Router(loop, new GuestLink(new Card(), mtu, drops), List.of(resolvers),
                () -> random, drops);
    }

    /// A router that knows where 10.0.2.15 is.
    static Lan withGuest(InetSocketAddress... resolvers) throws IOException {
        return new Lan(resolvers).introduceGuest();
    }

    Lan introduceGuest() {
        send(Wire.frame(Wire.EVERYBODY, 0x0806, Wire.hex("0001 0800 06 04 0001"
                + Wire.GUEST_MAC + "0a00020f 000000000000 0a00020f")));
        return this;
    }

    private final class Card implements NetworkLink.Receiver {
        @Override
        public boolean deliver(Frame frame) {
            assertThat(frame.isLarge()).isEqualTo(frame.isUnfinished())
                    .isEqualTo(frame.bytes().length > 14 + EthernetFrame.MTU);
            largestToGuest = Math.max(largestToGuest, frame.bytes().length);
            if (room) {
                toGuest.add(new Wire.Seen(frame.finished().bytes()));
            }
            return room;
        }

        @Override
        public boolean takesLarge() {
            return large;
        }
    }

    /// A TCP segment that is larger than a packet goes as a driver sends one.
    void send(byte[] frame) {
        router.receive(large && frame.length > 14 + EthernetFrame.MTU
                ? new Frame(Wire.withoutChecksum(frame), 34, 16, 1460)
                : Frame.of(frame));
    }

    /// {@return the next frame for the guest that is wanted; those before it are lost}
    Wire.Seen await(Predicate<Wire.Seen> wanted) throws IOException {
        for (int i = 0; i < MAX_WAITS; i++) {
            while (!toGuest.isEmpty()) {
                Wire.Seen seen = toGuest.remove();
                if (wanted.test(seen)) {
                    return seen;
                }
            }
            loop.turn(1);
        }
        throw new AssertionError("no such frame came; dropped: " + drops.toMap());
    }

    /// {@return all frames that the guest has not taken}
    List<Wire.Seen> take() {
        List<Wire.Seen> all = new ArrayList<>(toGuest);
        toGuest.clear();
        return all;
    }

    void pass(long millis) throws IOException {
        now += millis;
        loop.turn(0);
    }

    @Override
    public void close() throws IOException {
        router.tcp.close();
        loop.close();
    }
}
