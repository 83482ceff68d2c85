package dev.vmexit.rtc;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.course.Todo;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;

/// The MC146818 real-time clock: an index port and a data port, 128 bytes behind them. The first
/// fourteen are clock and control, the rest is memory that a guest may use as it likes.
///
/// The time is the host's, in UTC, in BCD, 24 hours. It can be read, not set: a guest that sets it
/// is ignored. The interrupt line is high while register C reports something that register B
/// enables; reading register C takes it back.
///
/// Left out: SET and UIP, because every read is of its own moment; the square wave.
///
/// Any thread may call: the guest's vCPUs, and the one that brings the time.
///
/// @spec https://www.nxp.com/docs/en/data-sheet/MC146818.pdf Motorola MC146818, "Address Map" and
///       "Registers"
public final class Rtc implements BusDevice, Saved {
    public static final int PORT = 0x70;
    public static final int SIZE_BYTES = 2;
    public static final int IRQ = 8;

    private static final int INDEX = 0;
    private static final int SECONDS = 0x00;
    private static final int SECONDS_ALARM = 0x01;
    private static final int MINUTES = 0x02;
    private static final int MINUTES_ALARM = 0x03;
    private static final int HOURS = 0x04;
    private static final int HOURS_ALARM = 0x05;
    private static final int DAY_OF_WEEK = 0x06;
    private static final int DAY_OF_MONTH = 0x07;
    private static final int MONTH = 0x08;
    private static final int YEAR = 0x09;
    private static final int STATUS_A = 0x0A;
    private static final int STATUS_B = 0x0B;
    private static final int STATUS_C = 0x0C;
    private static final int STATUS_D = 0x0D;
    private static final int CENTURY = 0x32;

    private static final int STATUS_A_32768_HZ = 0x20;
    private static final int STATUS_A_RATE = 0x0F;
    private static final int STATUS_A_1024_TIMES_A_SECOND = 6;
    private static final int STATUS_B_24_HOURS = 1 << 1;
    private static final int STATUS_C_IRQF = 1 << 7;
    private static final int STATUS_D_BATTERY_GOOD = 1 << 7;

    private final Clock clock;
    private final Consumer<Boolean> interrupt;
    private final ObjLongConsumer<Runnable> timer;
    private final RtcEvents events;
    private final byte[] memory = new byte[128];
    private int index;
    private boolean lineIsHigh;

    /// @param clock tells the time, in UTC whatever its zone
    /// @param interrupt is told when the interrupt line rises (true) or falls (false)
    /// @param timer does what it was told last, after so many nanoseconds; below 0, nothing
    public Rtc(Clock clock, Consumer<Boolean> interrupt, ObjLongConsumer<Runnable> timer) {
        this.clock = clock;
        this.interrupt = interrupt;
        this.timer = timer;
        this.events = new RtcEvents(clock.instant());
        memory[STATUS_A] = STATUS_A_32768_HZ | STATUS_A_1024_TIMES_A_SECOND;
        memory[STATUS_B] = STATUS_B_24_HOURS;
    }

    @Override
    public synchronized long read(long offset, int size) {
        return offset == INDEX ? index : value();
    }

    /// {@return the register that the index names: the clock's, one of the four status registers,
    /// or memory}
    ///
    /// The day of the week is 1 on Sunday. Status C is taken by being read, and D reports a good
    /// battery; A and B are memory, kept as [#store] takes them.
    private int value() {
        throw Todo.of("dev-04", "tell the time in BCD, the status, or what is in memory");
    }

    /// Port 0x70 takes the index, port 0x71 the byte for it. Bit 7 of the index is not part of it.
    ///
    /// Before a byte is stored, what the time has brought until then is noted, and after it the
    /// interrupt line is brought up to date.
    @Override
    public synchronized void write(long offset, int size, long value) {
        throw Todo.of("dev-04", "remember the index; or pass, store a byte, and update");
    }

    @Override
    public synchronized void save(StateOut out) {
        pass();
        out.u8(index).bytes(memory).u8(events.flags());
    }

    @Override
    public synchronized void restore(StateIn in) {
        int savedIndex = in.u8() & 0x7F;
        byte[] saved = in.bytes("the memory", memory.length);
        for (index = 0; index < memory.length; index++) {
            store(saved[index]);
        }
        index = savedIndex;
        events.report(in.u8());
        lineIsHigh = (events.flags() & enabled()) != 0;
        interrupt.accept(lineIsHigh);
        update();
    }

    /// Stores a byte where the index points. Status A keeps its rate, and the 32,768 Hz of a PC;
    /// status B keeps its bits 4 … 6, and stays in BCD and at 24 hours.
    private void store(int value) {
        throw Todo.of("dev-04", "store a byte; status A and B keep some of its bits");
    }

    private int takeEvents() {
        pass();
        int flags = events.flags() | ((events.flags() & enabled()) != 0 ? STATUS_C_IRQF : 0);
        events.clear();
        update();
        return flags;
    }

    /// Time has gone on: what it brought is reported.
    private synchronized void wake() {
        pass();
        update();
    }

    private void pass() {
        events.pass(clock.instant(), rate(),
                new RtcAlarm(at(SECONDS_ALARM), at(MINUTES_ALARM), at(HOURS_ALARM)));
    }

    private void update() {
        boolean high = (events.flags() & enabled()) != 0;
        if (high != lineIsHigh) {
            lineIsHigh = high;
            interrupt.accept(high);
        }
        timer.accept(this::wake, events.nanosToNext(enabled(), rate()));
    }

    private int enabled() {
        return at(STATUS_B) & RtcEvents.ALL;
    }

    private int rate() {
        return at(STATUS_A) & STATUS_A_RATE;
    }

    private int at(int register) {
        return Byte.toUnsignedInt(memory[register]);
    }

    /// {@return a number 0 … 99 as two decimal digits, four bits each}
    static int bcd(int number) {
        throw Todo.of("dev-04", "tens in the high four bits, ones in the low four");
    }
}
