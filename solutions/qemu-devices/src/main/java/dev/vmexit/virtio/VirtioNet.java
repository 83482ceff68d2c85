package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/// A network card: frames that the driver sends go to the link, frames from the link go into
/// buffers that the driver has left here.
///
/// ```
///  queue 0: to the guest    queue 1: from the guest     each buffer: header, then the frame
/// ```
///
/// With a link that can do it, either side may leave a checksum to the other, and the cutting of a
/// large TCP segment into packets: what never meets a wire is never cut.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.1
///       "Network Device"
public final class VirtioNet implements VirtioDevice {
    private static final int RECEIVE = 0;
    private static final int QUEUE_SIZE = 256;
    private static final int HEADER_BYTES = NetHeader.BYTES;
    private static final int MOST_FRAME_BYTES = 65_550;
    /// As many frames as wait for buffers of the guest's; what comes then is lost.
    private static final int MOST_WAITING = 256;

    // Feature bits.
    private static final long MTU = 1 << 3;
    private static final long MAC = 1 << 5;
    private static final long MRG_RXBUF = 1 << 15;
    private static final long STATUS = 1 << 16;
    private static final int LINK_UP = 1;

    private final MacAddress mac;
    private final int mtu;
    private final NetworkLink link;
    private final Queue<Frame> waiting = new ArrayDeque<>();
    private volatile long agreed;
    private boolean mergeable;
    private boolean full;

    /// @param mtu the largest packet in a frame, in bytes
    public VirtioNet(MacAddress mac, int mtu, NetworkLink link) {
        this.mac = mac;
        this.mtu = mtu;
        this.link = link;
    }

    /// Connects the link: its frames wait here and wake the receive queue.
    ///
    /// @param wake what makes the device's thread serve the receive queue
    public void connect(Runnable wake) {
        link.connect(new NetworkLink.Receiver() {
            @Override
            public boolean deliver(Frame frame) {
                boolean taken = offer(frame);
                wake.run();
                return taken;
            }

            @Override
            public boolean takesLarge() {
                return VirtioNet.this.takesLarge();
            }
        });
    }

    private boolean takesLarge() {
        return hasAgreed(NetHeader.GUEST_CSUM | NetHeader.GUEST_TSO4);
    }

    private boolean hasAgreed(long features) {
        return (agreed & features) == features;
    }

    private boolean offer(Frame frame) {
        synchronized (waiting) {
            if (frame.isLarge() && !takesLarge()) {
                return true; // lost with the driver that it was for
            }
            if (waiting.size() >= MOST_WAITING) {
                full = true;
                return false;
            }
            return waiting.add(frame);
        }
    }

    @Override
    public int type() {
        return 1;
    }

    @Override
    public int classCode() {
        return 0x02_0000;
    }

    @Override
    public long features() {
        return MTU | MAC | MRG_RXBUF | STATUS | (link.offloads() ? NetHeader.ALL : 0);
    }

    @Override
    public int[] queueSizes() {
        return new int[]{QUEUE_SIZE, QUEUE_SIZE};
    }

    /// ```
    ///  0 mac │ 6 status │ 8 max_virtqueue_pairs │ 10 mtu
    /// ```
    @Override
    public byte[] configuration() {
        ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        b.put(mac.bytes()).putShort((short) LINK_UP).putShort((short) 1).putShort((short) mtu);
        return b.array();
    }

    @Override
    public void start(long features) {
        mergeable = (features & MRG_RXBUF) != 0;
        agreed = features;
    }

    @Override
    public void serve(int index, VirtQueue queue) {
        if (index == RECEIVE) {
            receive(queue);
        } else {
            send(queue);
        }
    }

    /// Sends what the driver has left: behind each header a frame. [#describe] puts them together.
    ///
    /// @throws DriverMistake if a buffer is shorter than a header, or a frame longer than there are
    // tag::send[]
    // tag::dev-16[]
    private void send(VirtQueue queue) {
        // tag::solution[]
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            long bytes = chain.readableBytes() - HEADER_BYTES;
            if (bytes < 0 || bytes > MOST_FRAME_BYTES) {
                throw new DriverMistake("a frame of %d bytes".formatted(bytes));
            }
            byte[] header = chain.read(HEADER_BYTES);
            link.send(describe(header, chain.read((int) bytes)));
            queue.push(chain);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-16", "hand every frame that the driver offers to the link");
        // end::stub[]
    }
    // end::dev-16[]
    // end::send[]

    private Frame describe(byte[] header, byte[] frame) {
        return NetHeader.describe(header, frame, agreed);
    }

    // tag::receive[]
    private void receive(VirtQueue queue) {
        boolean room = false;
        for (Frame frame = peek(); frame != null && deliver(frame, queue); frame = peek()) {
            synchronized (waiting) {
                waiting.remove();
            }
            room = true;
        }
        if (room && takeFull()) {
            link.roomAgain();
        }
    }
    // end::receive[]

    private boolean takeFull() {
        synchronized (waiting) {
            boolean was = full;
            full = false;
            return was;
        }
    }

    private Frame peek() {
        synchronized (waiting) {
            return waiting.peek();
        }
    }

    /// A frame that is too large for one buffer continues in the next, if the driver said that it
    /// can put them together; else it is lost, and the buffer stays for the next. All its buffers
    /// come back at once.
    ///
    /// @return false if there are not enough buffers yet; those that were popped wait again
    /// @throws DriverMistake if a buffer has no room for a header
    // tag::dev-16-receive[]
    private boolean deliver(Frame frame, VirtQueue queue) {
        // tag::solution[]
        long bytes = HEADER_BYTES + frame.bytes().length;
        List<Chain> chains = new ArrayList<>();
        long room = 0;
        while (room < bytes && (mergeable || chains.isEmpty())) {
            Chain chain = queue.pop();
            if (chain == null) {
                queue.unpop(chains.size());
                return false;
            }
            if (chain.writableBytes() < HEADER_BYTES) {
                throw new DriverMistake("a buffer of %d bytes for a header and a frame"
                        .formatted(chain.writableBytes()));
            }
            chains.add(chain);
            room += chain.writableBytes();
        }
        if (room < bytes) {
            queue.unpop(chains.size());
            return true;
        }
        fill(chains, frame);
        queue.push(chains);
        return true;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-16", "take as many buffers as the frame needs, or none");
        // end::stub[]
    }
    // end::dev-16-receive[]

    /// Writes header and frame over buffers that have room for both.
    private void fill(List<Chain> chains, Frame frame) {
        Frame ready = hasAgreed(NetHeader.GUEST_CSUM) ? frame : frame.finished();
        boolean checked = link.offloads() && hasAgreed(NetHeader.GUEST_CSUM);
        byte[] bytes = NetHeader.precede(ready, chains.size(), checked);
        int at = 0;
        for (Chain chain : chains) {
            int part = (int) Math.min(chain.writableBytes(), bytes.length - at);
            chain.write(Arrays.copyOfRange(bytes, at, at + part));
            at += part;
        }
    }

    @Override
    public boolean takesMore(int index) {
        return index != RECEIVE || peek() != null;
    }

    @Override
    public void reset() {
        mergeable = false;
        synchronized (waiting) {
            agreed = 0;
            waiting.clear();
        }
        if (takeFull()) {
            link.roomAgain();
        }
    }
}
