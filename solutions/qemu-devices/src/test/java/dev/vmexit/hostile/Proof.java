package dev.vmexit.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vmexit.hostile.Slot.Piece;
import dev.vmexit.net.user.HostileFrames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// That the devices are what they were: after a reset a driver that keeps the rules gets the right
/// answer from each, and one that breaks them is told so.
final class Proof {
    private static final int FLUSH = 1 << 9;
    private static final int MULTIPORT = 1 << 1;
    private static final int OUT = 1;
    private static final int IN = 0;
    private static final int RECEIVE_BUFFERS = 8;
    private static final int RECEIVE_BYTES = 2048;
    private static final int PAUSE_NANOS = 20_000;

    private final Board board;
    private final List<Slot> slots;
    private final Random random;

    Proof(Board board, List<Slot> slots, Random random) {
        this.board = board;
        this.slots = slots;
        this.random = random;
    }

    void run() {
        // All first: where two regions lie at one address, another device would answer.
        slots.forEach(Slot::place);
        // And what one was told to write by the attack must not come into another's rings.
        slots.forEach(Slot::reset);
        answers();
        slots.forEach(this::brokenRing);
        answers();
    }

    private void answers() {
        random(slots.get(Board.RNG - 1));
        disk(slots.get(Board.RAW - 1));
        disk(slots.get(Board.QCOW2 - 1));
        network(slots.get(Board.NET - 1));
        console(slots.get(Board.CONSOLE - 1));
    }

    private static void until(Slot slot, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("device " + slot.number + " does not go on");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /// Offers chain 0, and waits for it and for its interrupt.
    private void ask(Slot slot, int queue) {
        int before = board.interrupts.get(slot.message(queue + 1));
        int used = slot.used(queue);
        slot.offer(queue, 0);
        slot.notifyDevice(queue);
        until(slot, () -> slot.used(queue) != used || needsReset(slot));
        assertThat(needsReset(slot)).as("device %d needs a reset, for nothing", slot.number)
                .isFalse();
        until(slot, () -> board.interrupts.get(slot.message(queue + 1)) != before);
    }

    private static boolean needsReset(Slot slot) {
        return (slot.status() & Slot.NEEDS_RESET) != 0;
    }

    private void random(Slot slot) {
        slot.start(0);
        int at = slot.area(0) + Slot.BUFFERS;
        slot.descriptor(0, 0, new Piece(at, 64, Slot.F_WRITE, 0));
        ask(slot, 0);
        assertThat(slot.usedLength(0, 0)).isEqualTo(64);
        assertThat(slot.copy(at, 64)).isNotEqualTo(new byte[64]);
    }

    private void disk(Slot slot) {
        slot.start(FLUSH);
        byte[] data = new byte[4096];
        random.nextBytes(data);
        int sector = random.nextInt((Board.DISK_BYTES - data.length) / 512);
        int at = slot.area(0) + Slot.BUFFERS + 0x1000;
        slot.put(at, data);
        request(slot, OUT, sector, at);
        slot.put(at, new byte[data.length]);
        request(slot, IN, sector, at);
        assertThat(slot.copy(at, data.length)).isEqualTo(data);
    }

    private void request(Slot slot, int type, long sector, int at) {
        int header = slot.area(0) + Slot.BUFFERS;
        int status = header + 16;
        slot.bytes(header, 17).putInt(type).putInt(0).putLong(sector).put((byte) 0x77);
        slot.descriptor(0, 0, new Piece(header, 16, Slot.F_NEXT, 1));
        slot.descriptor(0, 1, new Piece(at, 4096,
                Slot.F_NEXT | (type == IN ? Slot.F_WRITE : 0), 2));
        slot.descriptor(0, 2, new Piece(status, 1, Slot.F_WRITE, 0));
        ask(slot, 0);
        assertThat(slot.copy(status, 1)[0]).as("the request's status").isZero();
    }

    /// What was under way for the guest before the reset may come first; our question may be lost
    /// where too many wait, as on any network.
    private void network(Slot slot) {
        slot.start(0);
        int buffers = slot.area(0) + Slot.BUFFERS;
        for (int n = 0; n < RECEIVE_BUFFERS; n++) {
            slot.descriptor(0, n, new Piece(buffers + n * RECEIVE_BYTES, RECEIVE_BYTES,
                    Slot.F_WRITE, 0));
            slot.offer(0, n);
        }
        slot.notifyDevice(0);
        byte[] question = HostileFrames.whoHasGateway();
        int at = slot.area(1) + Slot.BUFFERS;
        slot.put(at + 12, question);
        slot.descriptor(1, 0, new Piece(at, 12 + question.length, 0, 0));
        int seen = 0;
        boolean answered = false;
        for (int waits = 0; !answered; waits++) {
            if (waits % 4096 == 0) {
                ask(slot, 1);
            }
            until(slot, () -> true);
            LockSupport.parkNanos(PAUSE_NANOS);
            while (!answered && seen != slot.used(0)) {
                int buffer = seen++ % RECEIVE_BUFFERS;
                answered = HostileFrames.gatewayAnswers(
                        slot.copy(buffers + buffer * RECEIVE_BYTES + 12, RECEIVE_BYTES - 12));
                slot.offer(0, buffer);
                slot.notifyDevice(0);
            }
        }
    }

    /// Both ways through port 0; what came in during the attack may come first.
    private void console(Slot slot) {
        board.terminal.calm();
        slot.start(0);
        int at = slot.area(1) + Slot.BUFFERS;
        String text = "proof " + random.nextInt();
        slot.put(at, text.getBytes(StandardCharsets.US_ASCII));
        slot.descriptor(1, 0, new Piece(at, text.length(), 0, 0));
        ask(slot, 1);
        assertThat(board.terminal.lastHeard()).isEqualTo(text);
        board.terminal.port().deliver(new byte[]{'x'}, 0, 1);
        slot.descriptor(0, 0, new Piece(slot.area(0) + Slot.BUFFERS, RECEIVE_BYTES,
                Slot.F_WRITE, 0));
        ask(slot, 0);
        assertThat(slot.usedLength(0, 0)).isPositive();
    }

    private void brokenRing(Slot slot) {
        slot.start(slot.number == Board.CONSOLE ? MULTIPORT : 0);
        int queue = slot.queues() - 1;
        int before = board.interrupts.get(slot.message(0));
        int at = slot.area(queue) + Slot.BUFFERS;
        int kind = random.nextInt(6);
        switch (kind) {
            case 0 -> slot.offer(queue, random.nextInt(Slot.ENTRIES, 0x1_0000));
            case 1 -> slot.descriptor(queue, 0, new Piece(at, 16, Slot.F_NEXT,
                    random.nextInt(Slot.ENTRIES, 0x1_0000)));
            case 2 -> slot.descriptor(queue, 0, new Piece(at, 16, Slot.F_NEXT, 0));
            case 3 -> slot.descriptor(queue, 0, new Piece(Board.RAM_BYTES - 8, 16, 0, 0));
            case 4 -> slot.descriptor(queue, 0, new Piece(at, 16,
                    Slot.F_INDIRECT | Slot.F_NEXT, 1));
            default -> slot.available(queue, random.nextInt(Slot.ENTRIES + 1, 0x1_0000));
        }
        if (kind >= 1 && kind <= 4) {
            slot.offer(queue, 0);
        }
        slot.notifyDevice(queue);
        until(slot, () -> needsReset(slot));
        until(slot, () -> board.interrupts.get(slot.message(0)) != before);
    }
}
