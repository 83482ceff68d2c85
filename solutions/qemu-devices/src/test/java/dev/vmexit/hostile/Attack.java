package dev.vmexit.hostile;

import dev.vmexit.acpi.PowerManagement;
import dev.vmexit.hostile.Slot.Piece;
import dev.vmexit.net.user.HostileFrames;
import dev.vmexit.pci.PciHost;
import dev.vmexit.power.I8042;
import dev.vmexit.rtc.Rtc;
import dev.vmexit.serial.Uart16550;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/// A guest that does anything. What it does depends on its random numbers alone, never on what the
/// devices answer.
final class Attack {
    private static final int[][] PORTS = {{I8042.PORT, I8042.SIZE_BYTES},
            {Rtc.PORT, Rtc.SIZE_BYTES}, {Uart16550.COM1, Uart16550.SIZE_BYTES},
            {PowerManagement.PORT, PowerManagement.SIZE_BYTES},
            {PciHost.PORT, PciHost.SIZE_BYTES}};
    private static final int[] REQUESTS = {0, 0, 1, 1, 4, 8, 11, 13};
    /// By slot: none, `VIRTIO_BLK_F_FLUSH`, `VIRTIO_NET_F_MRG_RXBUF`,
    /// `VIRTIO_CONSOLE_F_SIZE` and `VIRTIO_CONSOLE_F_MULTIPORT`.
    private static final long[] OWN_FEATURES = {0, 0, 1 << 9, 1 << 9, 1 << 15, 3};
    private static final int WINDOW_BYTES = 0x6_0000;
    private static final int MOST_PIECES = 8;

    private final Board board;
    private final List<Slot> slots;
    private final Random random;
    private final HostileFrames frames;

    Attack(Board board, List<Slot> slots, Random random, HostileFrames frames) {
        this.board = board;
        this.slots = slots;
        this.random = random;
        this.frames = frames;
    }

    void step() {
        switch (random.nextInt(36)) {
            case 0 -> port();
            case 1 -> selectConfiguration();
            case 2, 3 -> ecam();
            case 4, 5 -> commonConfiguration();
            case 6, 7 -> window();
            case 8 -> ring();
            case 9, 10, 11, 12, 13, 14 -> chain();
            case 15, 16, 17, 18 -> frame();
            case 19 -> memory();
            case 20 -> host();
            case 21 -> capability();
            case 22, 23 -> any().notifyDevice(random.nextInt(6));
            case 24, 25, 26 -> console();
            case 27, 28, 29 -> outside();
            default -> begin();
        }
    }

    private Slot any() {
        return slots.get(random.nextInt(slots.size()));
    }

    private int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    private long value() {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(4);
            case 1 -> random.nextInt(0x1_0000);
            case 2 -> random.nextInt(Board.RAM_BYTES);
            case 3 -> -1L << random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private void port() {
        int[] range = PORTS[random.nextInt(PORTS.length)];
        int at = random.nextInt(8) == 0
                ? random.nextInt(0x1_0000)
                : range[0] + random.nextInt(range[1]);
        int size = oneOf(1, 2, 4);
        if (random.nextBoolean()) {
            board.ports.write(at, size, value());
        } else {
            board.ports.read(at, size);
        }
    }

    private void selectConfiguration() {
        long function = random.nextInt(16) == 0 ? random.nextInt(1 << 16) : random.nextInt(6) << 3;
        board.ports.write(PciHost.PORT, 4, 1L << 31 | function << 8 | random.nextInt(256));
        int at = PciHost.PORT + 4 + random.nextInt(4);
        board.ports.write(at, oneOf(1, 2, 4), value());
        board.ports.read(at, oneOf(1, 2, 4));
    }

    private void ecam() {
        long at = random.nextInt(8) == 0
                ? random.nextInt((int) PciHost.ECAM_BYTES)
                : (long) random.nextInt(6) << 15 | random.nextInt(0x108);
        access(PciHost.ECAM + at);
    }

    /// A CPU cuts an access that crosses a page: all sizes up to 8 come.
    private void access(long address) {
        int size = random.nextInt(8) == 0 ? 1 + random.nextInt(8) : oneOf(1, 2, 4, 8);
        if (random.nextInt(3) == 0) {
            board.memory.read(address, size);
        } else {
            board.memory.write(address, size, value());
        }
    }

    private void commonConfiguration() {
        access(any().bar0() + random.nextInt(64));
    }

    /// Where the regions are, or were.
    private void window() {
        access(PciHost.MEMORY + random.nextInt(WINDOW_BYTES));
    }

    private void ring() {
        Slot slot = any();
        int queue = random.nextInt(Math.max(2, slot.queues()));
        int at = slot.area(queue) + oneOf(0, 0x1000, 0x2000) + random.nextInt(0x110);
        slot.bytes(at, 8).putLong((int) value());
        if (random.nextInt(4) == 0) {
            slot.available(queue, (int) value());
        }
    }

    /// The registers behind the capability `VIRTIO_PCI_CAP_PCI_CFG`, which is a device's last one.
    private void capability() {
        Slot slot = any();
        long at = slot.configuration() + (slot.number == Board.RNG ? 0x80 : 0x90);
        board.memory.write(at + 4, 1, random.nextInt(3));
        board.memory.write(at + 8, 4, wrong() ? value() : random.nextInt(0x4000) & -4);
        board.memory.write(at + 12, 4, wrong() ? value() : oneOf(1, 2, 4));
        access(at + 16);
    }

    private void memory() {
        int at = random.nextInt(Board.RAM_BYTES - 8);
        slots.getFirst().bytes(at, 8).putLong(value());
    }

    private void host() {
        for (int n = random.nextInt(100); n > 0; n--) {
            board.uart.receive(random.nextInt(256));
        }
        board.acpi.pressButton();
    }

    private void begin() {
        Slot slot = any();
        slot.place();
        slot.start((long) random.nextInt(4) << 28 | OWN_FEATURES[slot.number] & random.nextInt());
    }

    private void chain() {
        Slot slot = any();
        int queue = random.nextInt(slot.queues());
        int pieces = 1 + random.nextInt(MOST_PIECES);
        if (random.nextInt(4) == 0) {
            int table = slot.area(queue) + 0x3000;
            ByteBuffer indirect = ByteBuffer.allocate(16 * pieces).order(ByteOrder.LITTLE_ENDIAN);
            for (int n = 0; n < pieces; n++) {
                piece(slot, queue, n, pieces).into(indirect, n);
            }
            slot.put(table, indirect.array());
            slot.descriptor(queue, 0, new Piece(table, 16 * pieces, Slot.F_INDIRECT, 0));
        } else {
            for (int n = 0; n < pieces; n++) {
                slot.descriptor(queue, n, piece(slot, queue, n, pieces));
            }
        }
        request(slot, queue);
        slot.offer(queue, random.nextInt(32) == 0 ? random.nextInt(0x1_0000) : 0);
        if (random.nextBoolean()) {
            slot.notifyDevice(queue);
        }
    }

    /// The n-th piece of a chain that looks right, with a few fields wrong.
    private Piece piece(Slot slot, int queue, int n, int pieces) {
        boolean last = n == pieces - 1;
        boolean filled = last || n > 0 && random.nextBoolean();
        int length = n == 0 ? 16 : last ? 1 : 512 * random.nextInt(1, 200);
        long address = slot.area(queue) + Slot.BUFFERS + 0x800 * n;
        int flags = (last ? 0 : Slot.F_NEXT) | (filled ? Slot.F_WRITE : 0);
        return new Piece(wrong() ? value() : address, wrong() ? (int) value() : length,
                wrong() ? random.nextInt(16) : flags, wrong() ? random.nextInt(20) : n + 1);
    }

    private boolean wrong() {
        return random.nextInt(64) == 0;
    }

    /// A block device's header, where the first piece is; to the others it means nothing.
    private void request(Slot slot, int queue) {
        slot.bytes(slot.area(queue) + Slot.BUFFERS, 16)
                .putInt(wrong() ? random.nextInt() : oneOf(REQUESTS)).putInt(0)
                .putLong(wrong() ? value() : random.nextInt(Board.DISK_BYTES >> 9));
    }

    private void frame() {
        Slot card = slots.get(Board.NET - 1);
        byte[] frame = frames.next();
        int at = card.area(1) + Slot.BUFFERS + 0x1000 * random.nextInt(8);
        card.put(at, new byte[12]);
        card.put(at + 12, frame);
        card.descriptor(1, 1, new Piece(at, 12 + frame.length, 0, 0));
        card.offer(1, 1);
        card.notifyDevice(1);
        card.descriptor(0, 1, new Piece(card.area(0) + Slot.BUFFERS, 2048, Slot.F_WRITE, 0));
        card.offer(0, 1);
        card.notifyDevice(0);
    }

    /// A control message that may be one, and buffers for what it brings about.
    private void console() {
        Slot slot = slots.get(Board.CONSOLE - 1);
        for (int queue = 0; queue < slot.queues(); queue++) {
            int at = slot.area(queue) + Slot.BUFFERS + 0x400 * random.nextInt(8);
            boolean toGuest = queue % 2 == 0;
            slot.descriptor(queue, 1, new Piece(at, wrong() ? random.nextInt(9) : 512,
                    toGuest ? Slot.F_WRITE : 0, 0));
            if (!toGuest) {
                slot.bytes(at, 8).putInt(wrong() ? random.nextInt() : random.nextInt(3))
                        .putShort((short) random.nextInt(9)).putShort((short) oneOf(0, 1, 1, 1));
            }
            slot.offer(queue, 1);
            slot.notifyDevice(queue);
        }
    }

    /// What happens outside of the console's ports.
    private void outside() {
        FickleLink link = random.nextBoolean() ? board.terminal : board.agent;
        switch (random.nextInt(6)) {
            case 0 -> link.port().open();
            case 1 -> board.agent.port().close();
            case 2 -> link.port().resize(random.nextInt(0x1_0000), random.nextInt(0x1_0000));
            case 3 -> link.port().roomOutside();
            default -> link.port().deliver(new byte[4096], 0, random.nextInt(4097));
        }
    }
}
