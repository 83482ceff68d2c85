package dev.vmexit.rtc;

import dev.vmexit.bus.BusDevice;
import dev.vmexit.state.Saved;
import dev.vmexit.state.StateIn;
import dev.vmexit.state.StateOut;
import java.time.Clock;
import java.time.LocalDateTime;

/// The MC146818 real-time clock: an index port and a data port, 128 bytes behind them. The first
/// fourteen are clock and control, the rest is memory that a guest may use as it likes.
///
/// The time is the host's, in UTC, in BCD, 24 hours. It can be read, not set: a guest that sets it
/// is ignored. Left out: alarm, periodic and update interrupts.
///
/// @spec https://www.nxp.com/docs/en/data-sheet/MC146818.pdf Motorola MC146818, "Address Map", table 3
public final class Rtc implements BusDevice, Saved {
    public static final int PORT = 0x70;
    public static final int SIZE_BYTES = 2;

    private static final int INDEX = 0;
    private static final int SECONDS = 0x00;
    private static final int MINUTES = 0x02;
    private static final int HOURS = 0x04;
    private static final int DAY_OF_WEEK = 0x06;
    private static final int DAY_OF_MONTH = 0x07;
    private static final int MONTH = 0x08;
    private static final int YEAR = 0x09;
    private static final int STATUS_A = 0x0A;
    private static final int STATUS_B = 0x0B;
    private static final int STATUS_C = 0x0C;
    private static final int STATUS_D = 0x0D;
    private static final int CENTURY = 0x32;

    private static final int STATUS_A_32768_HZ = 0x26;
    private static final int STATUS_B_24_HOURS = 1 << 1;
    private static final int STATUS_D_BATTERY_GOOD = 1 << 7;

    private final Clock clock;
    private final byte[] memory = new byte[128];
    private int index;

    /// @param clock tells the time, in UTC whatever its zone
    public Rtc(Clock clock) {
        this.clock = clock;
        memory[STATUS_B] = STATUS_B_24_HOURS;
    }

    @Override
    public synchronized long read(long offset, int size) {
        return offset == INDEX ? index : value();
    }

    /// {@return the register that the index names: the clock's, one of the four status registers,
    /// or memory}
    ///
    /// The day of the week is 1 on Sunday. Status A never reports an update, C no interrupt, and D
    /// a good battery; B is memory.
    // tag::dev-04[]
    private int value() {
        // tag::solution[]
        var now = LocalDateTime.ofEpochSecond(clock.instant().getEpochSecond(), 0,
                java.time.ZoneOffset.UTC);
        return switch (index) {
            case SECONDS -> bcd(now.getSecond());
            case MINUTES -> bcd(now.getMinute());
            case HOURS -> bcd(now.getHour());
            case DAY_OF_WEEK -> bcd(now.getDayOfWeek().getValue() % 7 + 1);
            case DAY_OF_MONTH -> bcd(now.getDayOfMonth());
            case MONTH -> bcd(now.getMonthValue());
            case YEAR -> bcd(now.getYear() % 100);
            case CENTURY -> bcd(now.getYear() / 100);
            case STATUS_A -> STATUS_A_32768_HZ;
            case STATUS_C -> 0;
            case STATUS_D -> STATUS_D_BATTERY_GOOD;
            default -> Byte.toUnsignedInt(memory[index]);
        };
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-04", "tell the time in BCD, the status, or what is in memory");
        // end::stub[]
    }
    // end::dev-04[]

    /// Port 0x70 takes the index, port 0x71 the byte for it. Bit 7 of the index is not part of it.
    /// Status B keeps its bits 4 … 6, and stays in BCD and at 24 hours.
    // tag::dev-04-write[]
    // tag::doc-index[]
    @Override
    public synchronized void write(long offset, int size, long value) {
        // tag::solution[]
        if (offset == INDEX) {
            // Bit 7 masks NMI, which nothing here raises.
            index = (int) value & 0x7F;
        } else if (index == STATUS_B) {
            memory[index] = (byte) (value & 0x70 | STATUS_B_24_HOURS);
        } else {
            memory[index] = (byte) value;
        }
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-04", "remember the index, or store a byte");
        // end::stub[]
    }
    // end::doc-index[]
    // end::dev-04-write[]

    @Override
    public synchronized void save(StateOut out) {
        out.u8(index).bytes(memory);
    }

    @Override
    public synchronized void restore(StateIn in) {
        index = in.u8() & 0x7F;
        System.arraycopy(in.bytes("the memory", memory.length), 0, memory, 0, memory.length);
    }

    /// {@return a number 0 … 99 as two decimal digits, four bits each}
    // tag::dev-04-bcd[]
    // tag::doc-bcd[]
    private static int bcd(int number) {
        // tag::solution[]
        return number / 10 << 4 | number % 10;
        // end::solution[]
        // tag::stub[]
        //~ throw Todo.of("dev-04", "tens in the high four bits, ones in the low four");
        // end::stub[]
    }
    // end::doc-bcd[]
    // end::dev-04-bcd[]
}
