package dev.vmexit.net.user;

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
    int random = HostileFrames.NUMBER;

    Lan(InetSocketAddress... resolvers) throws IOException {
        this(EthernetFrame.MTU, resolvers);
    }

    Lan(int mtu, InetSocketAddress... resolvers) throws IOException {
        loop = new EventLoop(() -> now);
        router = new Router(loop, new GuestLink(this::deliver, mtu, drops), List.of(resolvers),
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

    private boolean deliver(byte[] frame) {
        if (room) {
            toGuest.add(new Wire.Seen(frame));
        }
        return room;
    }

    void send(byte[] frame) {
        router.receive(frame);
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
