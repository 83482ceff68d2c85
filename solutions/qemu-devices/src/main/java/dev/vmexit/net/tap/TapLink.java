package dev.vmexit.net.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.vmexit.host.Errno;
import dev.vmexit.host.HostThread;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.LibC;
import dev.vmexit.net.Frame;
import dev.vmexit.net.NetworkLink;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/// A cable that ends in a TAP interface: the guest is a machine of the host's network, or of the
/// bridge that the interface belongs to.
///
/// ```
///  guest ── VirtioNet ── TapLink ── /dev/net/tun ── tap0 ── the host's network stack, or a bridge
/// ```
///
/// A thread of its own waits for the host's frames. One that the guest has no room for is kept
/// until it has; meanwhile the kernel keeps some hundred more, and loses the rest.
///
/// When the interface is deleted the cable is dead, and the guest is told nothing.
public final class TapLink implements NetworkLink {
    private static final Path INTERFACES = Path.of("/sys/class/net");
    private static final int IFF_UP = 1;

    private final LibC libc;
    private final TapDevice device;
    private final Thread thread;
    private volatile Receiver receiver;
    private volatile boolean closing;
    /// The reader's thread, as the kernel counts; 0 before it runs.
    private volatile int tid;
    /// The guest may have had room since the last frame was offered. Guarded by this.
    private boolean room;

    private TapLink(LibC libc, TapDevice device, String name) {
        this.libc = libc;
        this.device = device;
        this.thread = Thread.ofPlatform().daemon().name("tap " + name).unstarted(this::run);
    }

    /// Takes hold of an interface; one that does not exist is made if this process may, and goes
    /// when the link is closed. It is the host's kernel's, whichever kernel answers `/dev/kvm`.
    ///
    /// @throws IllegalArgumentException with a sentence, if no interface can have this name
    /// @throws IOException if it cannot be had; the message says what to do
    public static TapLink open(String name) throws IOException {
        checkName(name);
        if (!Files.exists(Path.of(TapDevice.PATH))) {
            throw new IOException("there is no %s here, which a tap needs. ".formatted(
                    TapDevice.PATH) + TapAdvice.missing());
        }
        try {
            return open(KernelChoice.KERNEL.open(), name);
        } catch (LinkageError noLibrary) {
            throw new IOException("a tap needs native calls, and here none can be made; --network "
                    + "user needs none", noLibrary);
        }
    }

    static TapLink open(LibC libc, String name) throws IOException {
        checkName(name);
        return new TapLink(libc, TapDevice.open(libc, name), name);
    }

    /// @throws IllegalArgumentException with a sentence, if no interface can have this name
    public static void checkName(String name) {
        TapDevice.checkName(name);
    }

    /// {@return whether the host has this interface and it is surely not up, so that no frame gets
    /// through}
    public static boolean isDown(String name) {
        try {
            String flags = Files.readString(INTERFACES.resolve(name).resolve("flags")).strip();
            return (Long.decode(flags) & IFF_UP) == 0;
        } catch (IOException | NumberFormatException unknown) {
            return false; // sysfs may be another network namespace's, or not there
        }
    }

    @Override
    public void connect(Receiver cardSide) {
        receiver = cardSide;
        thread.start();
    }

    private void run() {
        tid = libc.gettid();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(TapDevice.MOST_FRAME_BYTES);
            long read = device.read(buffer);
            while (!closing && (read > 0 || read == -Errno.EINTR.number())) {
                if (read > 0) {
                    deliver(Frame.of(buffer.asSlice(0, read).toArray(JAVA_BYTE)));
                }
                read = device.read(buffer);
            }
        }
    }

    private void deliver(Frame frame) {
        boolean taken = false;
        while (!closing && !taken) {
            synchronized (this) {
                room = false; // before it is offered: room that comes after counts
            }
            taken = receiver.deliver(frame);
            if (!taken) {
                awaitRoom();
            }
        }
    }

    private synchronized void awaitRoom() {
        while (!room && !closing) {
            try {
                wait();
            } catch (InterruptedException nobodyDoes) {
                return;
            }
        }
    }

    @Override
    public void send(Frame frame) {
        device.write(frame.bytes());
    }

    @Override
    public synchronized void roomAgain() {
        room = true;
        notifyAll();
    }

    /// Lets go of the interface. No frame is delivered once this has returned; the caller must not
    /// hold a lock that its [Receiver#deliver] takes.
    @Override
    public void close() {
        closing = true;
        roomAgain();
        HostThread.awaitEnd(thread, () -> {
            if (tid != 0) {
                libc.interrupt(tid);
            }
        });
        device.close();
    }
}
