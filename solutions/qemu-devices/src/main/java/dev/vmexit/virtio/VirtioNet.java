package dev.vmexit.virtio;

import dev.vmexit.net.Frame;
import dev.vmexit.net.MacAddress;
import dev.vmexit.net.NetworkLink;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// A network card: frames that the driver sends go to the link, frames from the link go into
/// buffers that the driver has left here.
///
/// ```
///  queue 0: to the guest    queue 1: from the guest     each buffer: header, then the frame
///  2, 3 …: more such pairs, one for each CPU            behind the last pair: the control queue
/// ```
///
/// With a link that can do it, either side may leave a checksum to the other, and the cutting of a
/// large TCP segment into packets: what never meets a wire is never cut.
///
/// @spec https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html virtio 1.2, section 5.1
///       "Network Device"
public final class VirtioNet implements VirtioDevice {
    private static final int QUEUE_SIZE = 256;
    private static final int HEADER_BYTES = NetHeader.BYTES;
    private static final int MOST_FRAME_BYTES = 65_550;
    // Feature bits.
    private static final long MTU = 1 << 3;
    private static final long MAC = 1 << 5;
    private static final long MRG_RXBUF = 1 << 15;
    private static final long STATUS = 1 << 16;
    private static final long CTRL_VQ = 1 << 17;
    private static final long MQ = 1 << 22;
    private static final int LINK_UP = 1;

    private final MacAddress mac;
    private final int mtu;
    private final NetworkLink link;
    private final int pairs;
    private final NetBacklog waiting;
    private final NetSteering steering = new NetSteering();
    private final NetControl control;
    private volatile long agreed;
    private boolean mergeable;

    /// A card with one pair of queues.
    ///
    /// @param mtu the largest packet in a frame, in bytes
    public VirtioNet(MacAddress mac, int mtu, NetworkLink link) {
        this(mac, mtu, link, 1);
    }

    /// @param mtu the largest packet in a frame, in bytes
    /// @param pairs of queues that the driver may use
    public VirtioNet(MacAddress mac, int mtu, NetworkLink link, int pairs) {
        this.mac = mac;
        this.mtu = mtu;
        this.link = link;
        this.pairs = pairs;
        waiting = new NetBacklog(pairs);
        control = new NetControl(pairs, this::use);
    }

    /// Connects the link: its frames wait here and wake a receive queue.
    ///
    /// @param wake what makes the device's thread serve a queue
    public void connect(IntConsumer wake) {
        link.connect(new NetworkLink.Receiver() {
            @Override
            public boolean deliver(Frame frame) {
                int pair = steering.pair(frame.bytes());
                boolean taken = offer(pair, frame);
                wake.accept(2 * pair);
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

    private boolean offer(int pair, Frame frame) {
        synchronized (waiting) {
            boolean late = frame.isLarge() && !takesLarge() || pair >= steering.inUse();
            return late || waiting.add(pair, frame); // lost with the driver that it was for
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
        return MTU | MAC | MRG_RXBUF | STATUS | (link.offloads() ? NetHeader.ALL : 0)
                | (pairs > 1 ? CTRL_VQ | MQ : 0);
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[pairs > 1 ? 2 * pairs + 1 : 2];
        Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    /// ```
    ///  0 mac │ 6 status │ 8 max_virtqueue_pairs │ 10 mtu
    /// ```
    @Override
    public byte[] configuration() {
        ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        b.put(mac.bytes()).putShort((short) LINK_UP).putShort((short) pairs);
        b.putShort((short) mtu);
        return b.array();
    }

    @Override
    public void start(long features) {
        mergeable = (features & MRG_RXBUF) != 0;
        agreed = features;
    }

    @Override
    public void serve(int index, VirtQueue queue) {
        if (isControl(index)) {
            control.serve(queue);
        } else if (index % 2 != 0) {
            send(index / 2, queue);
        } else if (index / 2 < pairs) {
            receive(index / 2, queue);
        }
    }

    /// It follows the last pair that driver and device have agreed on.
    private boolean isControl(int index) {
        return hasAgreed(CTRL_VQ) && index == 2 * (hasAgreed(MQ) ? pairs : 1);
    }

    private boolean use(int number) {
        boolean agreedOn = hasAgreed(MQ);
        if (agreedOn) {
            synchronized (waiting) {
                steering.use(number);
                waiting.clearFrom(number);
            }
            tellOfRoom();
        }
        return agreedOn;
    }

    private void tellOfRoom() {
        if (waiting.takeFull()) {
            link.roomAgain();
        }
    }

    /// Sends what the driver has left: behind each header a frame. [#describe] puts them together.
    ///
    /// @throws DriverMistake if a buffer is shorter than a header, or a frame longer than there are
    // tag::send[]
    // tag::dev-16[]
    private void send(int pair, VirtQueue queue) {
        // tag::solution[]
        for (Chain chain = queue.pop(); chain != null; chain = queue.pop()) {
            long bytes = chain.readableBytes() - HEADER_BYTES;
            if (bytes < 0 || bytes > MOST_FRAME_BYTES) {
                throw new DriverMistake("a frame of %d bytes".formatted(bytes));
            }
            byte[] header = chain.read(HEADER_BYTES);
            link.send(describe(pair, header, chain.read((int) bytes)));
            queue.push(chain);
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-16", "hand every frame that the driver offers to the link");
        // end::stub[]
    }
    // end::dev-16[]
    // end::send[]

    private Frame describe(int pair, byte[] header, byte[] frame) {
        if (waiting.peek(steering.pair(frame)) == null) { // else what follows would overtake
            steering.sent(frame, pair);
        }
        return NetHeader.describe(header, frame, agreed);
    }

    // tag::receive[]
    private void receive(int pair, VirtQueue queue) {
        boolean room = false;
        for (Frame frame = waiting.peek(pair); frame != null
                && deliver(frame, queue); frame = waiting.peek(pair)) {
            waiting.remove(pair);
            room = true;
        }
        if (room) {
            tellOfRoom();
        }
    }
    // end::receive[]

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

    private void fill(List<Chain> chains, Frame frame) {
        boolean unfinished = hasAgreed(NetHeader.GUEST_CSUM);
        NetHeader.fill(chains, unfinished ? frame : frame.finished(),
                unfinished && link.offloads());
    }

    @Override
    public boolean takesMore(int index) {
        boolean gives = index % 2 != 0 || isControl(index);
        return gives || index / 2 < pairs && waiting.peek(index / 2) != null;
    }

    @Override
    public void save(StateOut out) {
        if (pairs > 1) {
            out.i32(steering.inUse());
        }
    }

    @Override
    public void restore(StateIn in) {
        if (pairs > 1) {
            steering.use(in.i32("the pairs of queues in use", 1, pairs));
        }
    }

    @Override
    public void reset() {
        mergeable = false;
        synchronized (waiting) {
            agreed = 0;
            steering.use(1);
            waiting.clearFrom(0);
        }
        tellOfRoom();
    }
}
