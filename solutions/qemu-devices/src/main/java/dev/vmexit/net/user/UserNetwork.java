package dev.vmexit.net.user;

import dev.vmexit.host.HostThread;
import dev.vmexit.net.Forward;
import dev.vmexit.net.Frame;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.net.user.loop.EventLoop;
import dev.vmexit.net.user.wire.Drop;
import dev.vmexit.net.user.wire.Drops;
import dev.vmexit.net.user.wire.EthernetFrame;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;

/// A network that needs no privileges, as with QEMU's `-netdev user`: the guest's connections are
/// sockets of this process.
///
/// A thread of its own does everything; `send` only hands it the frame. Each table is bounded, so a
/// guest that floods the network loses frames and nothing else.
///
/// Left out: IPv6, the guest's `ping` beyond the gateway, TFTP, SMB.
///
/// @spec https://www.qemu.org/docs/master/system/devices/net.html QEMU, "Network emulation", section "Using the user mode network stack"
public final class UserNetwork implements NetworkLink {
    /// The packets that every host has to take, in bytes.
    public static final int LEAST_MTU = 576;

    static final int MAX_QUEUED_FRAMES = 1024;
    /// Frames in a row before the sockets have their turn.
    private static final int BURST = 128;
    private static final long LONG_MILLIS = 60_000;

    private final BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(MAX_QUEUED_FRAMES);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean room = new AtomicBoolean();
    private final Drops drops = new Drops();
    private final List<InetSocketAddress> listening = new ArrayList<>();
    private final EventLoop loop;
    private final Router router;
    private final Thread thread = Thread.ofPlatform().daemon().name("user network")
            .unstarted(this::run);
    private volatile Receiver receiver;
    private volatile boolean closing;

    private UserNetwork(int mtu, List<InetSocketAddress> resolvers, IntSupplier random)
            throws IOException {
        loop = new EventLoop(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        router = new Router(loop, new GuestLink(new Card(), mtu, drops), resolvers, random,
                drops);
    }

    /// Makes the network and listens at the host's ports.
    ///
    /// @param mtu the largest packet that the guest's card takes, 576 to 1500 bytes
    /// @throws IOException if a port cannot be listened at; the message names it and says what to
    /// do
    /// @spec https://www.rfc-editor.org/rfc/rfc791 RFC 791, section 3.1 "Internet Header Format", Total Length
    public static UserNetwork open(List<Forward> forwards, int mtu) throws IOException {
        return open(forwards, mtu, Resolvers.ofHost(), new SecureRandom()::nextInt);
    }

    /// @param resolvers whom the guest's DNS queries go to; one or more
    /// @param random gives numbers that cannot be guessed
    static UserNetwork open(List<Forward> forwards, int mtu, List<InetSocketAddress> resolvers,
            IntSupplier random) throws IOException {
        if (mtu < LEAST_MTU || mtu > EthernetFrame.MTU) {
            throw new IllegalArgumentException("an MTU is %d to %d bytes, not %d".formatted(
                    LEAST_MTU, EthernetFrame.MTU, mtu));
        }
        var network = new UserNetwork(mtu, resolvers, random);
        try {
            for (Forward forward : forwards) {
                network.listening.add(network.listen(forward));
            }
            return network;
        } catch (IOException | RuntimeException e) {
            network.loop.close();
            throw e;
        }
    }

    private InetSocketAddress listen(Forward forward) throws IOException {
        String which = "the host cannot listen for the port forward " + forward + ": ";
        try {
            return router.listen(forward);
        } catch (BindException e) {
            throw new IOException(which + e.getMessage() + "; the port may be in use, or the "
                    + "address not this host's: choose another, or end the program that has it", e);
        } catch (IOException e) {
            throw new IOException(which + e.getMessage(), e);
        }
    }

    /// {@return where the forwards listen on the host, in their order}
    public List<InetSocketAddress> listening() {
        return List.copyOf(listening);
    }

    /// {@return what was not carried, by reason}
    public Map<Drop, Long> dropped() {
        return drops.toMap();
    }

    @Override
    public void connect(Receiver cardSide) {
        receiver = cardSide;
        thread.start();
    }

    private final class Card implements Receiver {
        @Override
        public boolean deliver(Frame frame) {
            return !closing && receiver.deliver(frame);
        }

        @Override
        public boolean takesLarge() {
            return receiver.takesLarge();
        }
    }

    @Override
    public void send(Frame frame) {
        if (closing || receiver == null || !frames.offer(frame)) {
            drops.count(Drop.FLOOD);
        }
        wake();
    }

    @Override
    public boolean offloads() {
        return true;
    }

    @Override
    public void roomAgain() {
        room.set(true);
        wake();
    }

    /// Waking costs a system call; one for many frames will do.
    private void wake() {
        if (!woken.getAndSet(true)) {
            loop.wakeup();
        }
    }

    private void run() {
        try (loop) {
            while (!closing) {
                turn();
            }
            router.tcp.close();
        } catch (IOException e) {
            // Without its selector the network is dead: as if the cable were pulled.
            closing = true;
        }
    }

    private void turn() throws IOException {
        try {
            loop.turn(frames.isEmpty() && !woken.get() ? LONG_MILLIS : 0);
            woken.set(false); // before looking: what comes now wakes again
            if (room.getAndSet(false)) {
                router.roomAgain();
            }
            for (int i = 0; i < BURST && !frames.isEmpty(); i++) {
                router.receive(frames.remove());
            }
        } catch (RuntimeException e) {
            drops.count(Drop.FAULT); // one lost frame is better than no network
        }
    }

    /// Ends all connections; no frame is delivered once this has returned. The caller must not hold
    /// a lock that its [Receiver#deliver] takes.
    @Override
    public void close() {
        boolean first = !closing;
        closing = true;
        loop.wakeup();
        if (receiver == null && first) {
            closeLoop();
        }
        HostThread.awaitEnd(thread);
    }

    private void closeLoop() {
        try {
            loop.close();
        } catch (IOException e) {
            // Its sockets are gone, which was the aim.
        }
    }
}
