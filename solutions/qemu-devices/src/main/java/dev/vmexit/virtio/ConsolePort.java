package dev.vmexit.virtio;

import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.function.IntConsumer;

/// One port of a console device: what waits between its two queues and its link.
///
/// ```
///  outside  CLOSED ── open ──▶ OPEN ── close ──▶ LEAVING ── all read, the guest told ──▶ CLOSED
/// ```
///
/// The monitor guards what the link's threads touch: `input`, `outside`, `refused`. The rest
/// belongs to the device's lock. The link is never called with the monitor held.
final class ConsolePort implements PortLink.Port {
    /// What was taken from outside and not yet by the guest. All ports together fit into one
    /// section of a saved machine.
    static final int INPUT_BYTES = 8192;
    static final int MOST_NAME_BYTES = 64;

    private enum Outside {
        CLOSED, OPEN, LEAVING
    }

    final int number;
    /// Empty for a console.
    final String name;
    private final PortLink link;
    final PortOutput output;
    final PortStatus status = new PortStatus();
    private final ByteQueue input = new ByteQueue(INPUT_BYTES);
    private IntConsumer wake = _ -> {};
    private Outside outside = Outside.CLOSED;
    private boolean refused;

    /// Columns in the upper half, rows in the lower: one write changes both.
    private volatile int size;
    private volatile boolean sizeIsNew;

    ConsolePort(int number, String name, PortLink link) {
        this.number = number;
        this.name = name;
        this.link = link;
        this.output = new PortOutput(link, this::isOpen);
    }

    void connect(IntConsumer newWake) {
        wake = newWake;
        link.connect(this);
    }

    boolean isConsole() {
        return name.isEmpty();
    }

    int receiveQueue() {
        return number == 0 ? 0 : 2 + 2 * number;
    }

    private int transmitQueue() {
        return receiveQueue() + 1;
    }

    @Override
    public int deliver(byte[] bytes, int from, int length) {
        int taken;
        synchronized (this) {
            taken = input.add(bytes, from, length);
            refused |= taken < length;
        }
        wake.accept(receiveQueue());
        return taken;
    }

    @Override
    public boolean open() {
        synchronized (this) {
            if (outside != Outside.CLOSED || !status.isReady() && !isConsole()) {
                return false;
            }
            outside = Outside.OPEN;
        }
        wakeAll();
        return true;
    }

    @Override
    public void close() {
        synchronized (this) {
            outside = outside == Outside.OPEN ? Outside.LEAVING : outside;
        }
        wakeAll();
    }

    @Override
    public void roomOutside() {
        output.resume();
        wake.accept(transmitQueue());
    }

    private void wakeAll() {
        output.resume();
        wake.accept(transmitQueue());
        wake.accept(ConsoleControl.TO_GUEST);
    }

    @Override
    public void resize(int columns, int rows) {
        size = columns << 16 | rows & 0xFFFF;
        sizeIsNew = true;
        wake.accept(0);
        wake.accept(ConsoleControl.TO_GUEST);
    }

    int columns() {
        return size >>> 16;
    }

    int rows() {
        return size & 0xFFFF;
    }

    /// {@return whether the driver has yet to hear of the size}
    boolean takeSizeIsNew() {
        if (!sizeIsNew) {
            return false;
        }
        sizeIsNew = false;
        status.resized();
        return true;
    }

    private synchronized boolean isOpen() {
        return outside == Outside.OPEN;
    }

    private synchronized int waiting() {
        return input.size();
    }

    /// A driver without `VIRTIO_CONSOLE_F_MULTIPORT` says nothing: its port is always open.
    boolean canReceive(boolean multiport) {
        return (status.isGuestOpen() || !multiport) && waiting() > 0;
    }

    /// Fills the guest's buffers with what waits.
    ///
    /// @throws DriverMistake if a buffer has no room at all
    void receive(VirtQueue queue) {
        boolean room = false;
        for (int left = waiting(); left > 0; left = waiting()) {
            Chain chain = queue.pop();
            if (chain == null) {
                break;
            }
            if (chain.writableBytes() == 0) {
                throw new DriverMistake("a buffer without room in the receive queue of port "
                        + number);
            }
            byte[] bytes = peek((int) Math.min(INPUT_BYTES, chain.writableBytes()));
            chain.write(bytes);
            queue.push(chain);
            room |= remove(bytes.length);
        }
        if (room) {
            link.roomAgain();
        }
        if (waiting() == 0) {
            // Of one who left, the guest is told now.
            wake.accept(ConsoleControl.TO_GUEST);
        }
    }

    private synchronized byte[] peek(int most) {
        return input.peek(most);
    }

    /// {@return whether the link was refused since there was room last}
    private synchronized boolean remove(int bytes) {
        input.remove(bytes);
        boolean was = refused;
        refused = false;
        return was;
    }

    /// The one byte of an emergency write; lost if the link has no room.
    void emergency(byte value) {
        link.send(new byte[]{value});
    }

    /// The driver has tried to set the port up.
    void ready(boolean success) {
        var description = EnumSet.of(isConsole()
                ? ConsoleEvent.CONSOLE_PORT
                : ConsoleEvent.PORT_NAME);
        if (isConsole() && size != 0) {
            description.add(ConsoleEvent.RESIZE);
        }
        status.ready(success, description);
    }

    void guestOpened(boolean open) {
        status.guestOpened(open);
        wake.accept(receiveQueue());
    }

    /// {@return what the driver is to be told next; null if it knows everything}
    ConsoleEvent next() {
        return status.next(isThere());
    }

    /// Who has left is still there for the guest as long as bytes wait.
    private synchronized boolean isThere() {
        return outside == Outside.OPEN || outside == Outside.LEAVING && !input.isEmpty();
    }

    /// Lets the next one in, if the last one is gone and the guest knows.
    void settle() {
        boolean vacant;
        synchronized (this) {
            if (outside == Outside.LEAVING && input.isEmpty() && !status.isToldOpen()) {
                outside = Outside.CLOSED;
            }
            vacant = outside == Outside.CLOSED && status.isReady();
        }
        if (vacant) {
            link.vacant();
        }
    }

    /// What came from outside was not the driver's: it waits for the next one.
    void reset() {
        status.reset();
        output.reset();
        settle();
    }

    /// The driver has yet to hear of the size, if that is known.
    void start() {
        sizeIsNew = size != 0;
    }

    synchronized void save(StateOut out) {
        out.bytes(VirtioConsole.utf8(name));
        status.save(out);
        output.save(out);
        out.bytes(input.peek(INPUT_BYTES));
    }

    /// Who was connected to the machine when it was saved is gone; the guest reads on, and is then
    /// told.
    synchronized void restore(StateIn in) {
        byte[] was = in.bytesUpTo("a port's name", MOST_NAME_BYTES);
        if (!Arrays.equals(was, VirtioConsole.utf8(name))) {
            throw in.wrong("its port %d is not \"%s\"; give the same ports in the same order"
                    .formatted(number, name));
        }
        status.restore(in);
        output.restore(in);
        byte[] waiting = in.bytesUpTo("the input of a port", INPUT_BYTES);
        input.clear();
        input.add(waiting, 0, waiting.length);
        if (outside == Outside.CLOSED) {
            outside = Outside.LEAVING;
        }
    }
}
