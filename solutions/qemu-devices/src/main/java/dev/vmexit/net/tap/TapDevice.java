package dev.vmexit.net.tap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.vmexit.host.Errno;
import dev.vmexit.host.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A TAP interface, held by its file descriptor: a read gives a frame that the host sends, a write
/// is a frame that the host receives.
///
/// Without `IFF_VNET_HDR`: the host's kernel then computes checksums and cuts large packets itself,
/// and every frame is complete.
///
/// @spec https://docs.kernel.org/networking/tuntap.html Linux kernel documentation, "Universal TUN/TAP device driver", section 3 "Program interface"
final class TapDevice implements AutoCloseable {
    static final String PATH = "/dev/net/tun";
    /// `_IOW('T', 202, int)`
    static final long TUNSETIFF = 0x4004_54CA;
    static final int IFF_TAP = 0x0002;
    /// No four bytes of packet information before each frame.
    static final int IFF_NO_PI = 0x1000;
    /// Room for an interface's name and the 0 behind it.
    static final int IFNAMSIZ = 16;
    /// `struct ifreq`: a name, and a union, of which the flags are the part that is used here.
    ///
    /// @spec https://man7.org/linux/man-pages/man7/netdevice.7.html Linux man-pages, netdevice(7)
    static final StructLayout IFREQ = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(IFNAMSIZ, JAVA_BYTE).withName("ifr_name"),
            JAVA_SHORT.withName("ifr_flags"),
            MemoryLayout.paddingLayout(22));
    static final VarHandle FLAGS = IFREQ.varHandle(PathElement.groupElement("ifr_flags"));

    /// An Ethernet header and the largest IP packet.
    static final int MOST_FRAME_BYTES = 14 + 65_535;

    /// The kernel would fill in a number for `%d`.
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[!-~&&[^/:%,]]{1,15}");

    private final LibC libc;
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment out = arena.allocate(MOST_FRAME_BYTES);
    private boolean closed;

    private TapDevice(LibC libc, int fd) {
        this.libc = libc;
        this.fd = fd;
    }

    /// @throws IllegalArgumentException with a sentence, if no interface can have this name
    static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(("\"%s\" is no name of a network interface: one has "
                    + "1 to %d ASCII characters, no space and none of / : %% ,").formatted(name,
                            IFNAMSIZ - 1));
        }
    }

    /// @throws IOException if the host refuses; the message says what to do
    static TapDevice open(LibC libc, String name) throws IOException {
        int fd = libc.open(PATH, LibC.O_RDWR | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw new IOException(PATH + " cannot be opened: " + Errno.describe(-fd)
                    + TapAdvice.onOpen(-fd));
        }
        int result = attach(libc, fd, name);
        if (result < 0) {
            libc.close(fd);
            throw new IOException("the tap %s cannot be had: ".formatted(name)
                    + Errno.describe(-result) + TapAdvice.onAttach(-result, name));
        }
        return new TapDevice(libc, fd);
    }

    private static int attach(LibC libc, int fd, String name) {
        try (Arena shortly = Arena.ofConfined()) {
            MemorySegment request = shortly.allocate(IFREQ);
            MemorySegment.copy(name.getBytes(StandardCharsets.US_ASCII), 0, request, JAVA_BYTE, 0,
                    name.length());
            // tag::doc-attach[]
            FLAGS.set(request, 0L, (short) (IFF_TAP | IFF_NO_PI));
            return libc.ioctl(fd, TUNSETIFF, request.address());
            // end::doc-attach[]
        }
    }

    /// Waits for a frame.
    ///
    /// @return its length, or `-errno`; `EINTR` after an interruption of the calling thread
    long read(MemorySegment into) {
        return libc.read(fd, into);
    }

    /// Gives the host a frame. What the host does not take, as when the interface is down, is lost.
    synchronized void write(byte[] frame) {
        if (!closed && frame.length <= MOST_FRAME_BYTES) {
            MemorySegment.copy(frame, 0, out, JAVA_BYTE, 0, frame.length);
            libc.write(fd, out.asSlice(0, frame.length));
        }
    }

    /// Lets go of the interface. One that was there before stays; one that was made for this
    /// descriptor is gone. Nobody may be in [#read].
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true; // its number may soon be another file's
            libc.close(fd);
            arena.close();
        }
    }
}
