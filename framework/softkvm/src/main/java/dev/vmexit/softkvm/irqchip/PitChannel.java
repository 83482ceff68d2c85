package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;

/// One of the three counters of an 8254. Count and output are never stored: they follow from the
/// time at which the count was loaded, so that nothing drifts.
///
/// ```
///  mode                      OUT after n clocks of a count N        gate low
///  0 terminal count          low until N, then high                 waits
///  1 one-shot                low from the trigger until N           -
///  2 rate generator          low for the last clock of each N       waits, restarts
///  3 square wave             high for the first half of each N      waits, restarts
///  4 software strobe         low for the clock after N              waits
///  5 hardware strobe         the same, from the trigger             -
/// ```
///
/// BCD counts. Left out: a count written during a period waits for no end of it, but starts a new
/// one at once, as in KVM.
///
/// @spec https://www.scs.stanford.edu/10wi-cs140/pintos/specs/8254.pdf Intel 8254, "Mode Definitions"
final class PitChannel {
    private static final int LATCH = 0;
    private static final int LSB = 1;
    private static final int MSB = 2;
    private static final int WORD = 3;
    /// The second byte of a [#WORD] comes next.
    private static final int WORD_SECOND = 4;
    private static final int STATUS_OUT = 1 << 7;
    private static final int STATUS_NULL_COUNT = 1 << 6;
    private static final int NO_MODE = 0xFF;
    private static final int MAX_COUNT = 0x1_0000;
    private static final int MAX_BCD_COUNT = 10_000;

    private final MachineClock clock;

    private int count = MAX_COUNT;
    private int latchedCount;
    private int countLatched;
    private boolean statusLatched;
    private int status;
    private int readState;
    private int writeState;
    private int writeLatch;
    private int rwMode;
    private int mode = NO_MODE;
    private boolean bcd;
    private boolean gate;
    private long loadNanos;

    /// A mode was set, and no count yet.
    private boolean nullCount;
    /// When the gate stopped the count; of no meaning while it runs.
    private long pausedNanos;

    PitChannel(MachineClock clock, boolean gate) {
        this.clock = clock;
        this.gate = gate;
        this.loadNanos = clock.nanos();
    }

    // --- Control ---

    /// {@return whether the counter now waits for a count}
    ///
    /// @param word access in bits 5:4, mode in bits 3:1, BCD in bit 0; access 0 latches the count
    boolean control(int word) {
        int access = word >> 4 & 3;
        if (access == LATCH) {
            latchCount();
            return false;
        }
        int wanted = word >> 1 & 7;
        mode = wanted > 5 ? wanted - 4 : wanted; // 110 is mode 2, 111 is mode 3
        rwMode = access;
        readState = access;
        writeState = access;
        bcd = (word & 1) != 0;
        countLatched = 0;
        statusLatched = false;
        nullCount = true;
        return true;
    }

    /// A count that is latched already stays.
    void latchCount() {
        if (countLatched == 0) {
            latchedCount = encoded();
            countLatched = rwMode;
        }
    }

    void latchStatus() {
        if (!statusLatched) {
            status = (output() ? STATUS_OUT : 0) | (nullCount ? STATUS_NULL_COUNT : 0)
                    | rwMode << 4 | (mode & 7) << 1 | (bcd ? 1 : 0);
            statusLatched = true;
        }
    }

    // --- Counts ---

    /// {@return whether that made a difference to the counting}
    boolean write(int value) {
        switch (writeState) {
            case MSB -> load(value << 8);
            case WORD -> {
                writeLatch = value;
                writeState = WORD_SECOND;
                // "Writing the first byte disables counting."
                nullCount |= mode == 0;
                return nullCount;
            }
            case WORD_SECOND -> {
                writeState = WORD;
                load(writeLatch | value << 8);
            }
            default -> load(value);
        }
        return true;
    }

    private void load(int value) {
        count = value == 0 ? bcd ? MAX_BCD_COUNT : MAX_COUNT : bcd ? Bcd.decode(value) : value;
        nullCount = false;
        loadNanos = clock.nanos();
        pausedNanos = loadNanos;
        if (isTriggered()) {
            // Until the gate rises, the output is as after the end.
            loadNanos -= PitRate.nanosOf(count + 1L);
        }
    }

    int read() {
        if (statusLatched) {
            statusLatched = false;
            return status;
        }
        if (countLatched != 0) {
            return readLatched();
        }
        int value = encoded();
        return switch (readState) {
            case MSB -> value >> 8;
            case WORD -> {
                readState = WORD_SECOND;
                yield value & 0xFF;
            }
            case WORD_SECOND -> {
                readState = WORD;
                yield value >> 8;
            }
            default -> value & 0xFF;
        };
    }

    private int readLatched() {
        boolean high = countLatched == MSB;
        countLatched = countLatched == WORD ? MSB : 0;
        return high ? latchedCount >> 8 : latchedCount & 0xFF;
    }

    private int encoded() {
        int value = currentCount();
        return bcd ? Bcd.encode(value) : value & 0xFFFF;
    }

    private int currentCount() {
        long clocks = clocks();
        int position = (int) (clocks % count);
        return switch (mode) {
            case 3 -> squareWave(position);
            case 0, 1, 4, 5 -> Math.floorMod(count - clocks, bcd ? MAX_BCD_COUNT : MAX_COUNT);
            default -> count - position;
        };
    }

    /// Counts by two, twice; an odd count spends the odd clock in the first half.
    private int squareWave(int position) {
        int half = (count + 1) / 2;
        return (count & ~1) - 2 * (position < half ? position : position - half);
    }

    // --- Gate and output ---

    boolean gate() {
        return gate;
    }

    void gate(boolean up) {
        if (gate == up) {
            return;
        }
        long now = clock.nanos();
        if (!up) {
            pausedNanos = now;
        } else if (mode == 0 || mode == 4) {
            loadNanos += now - pausedNanos;
        } else {
            loadNanos = now;
        }
        gate = up;
    }

    boolean output() {
        if (nullCount) {
            return mode != 0;
        }
        long clocks = clocks();
        return switch (mode) {
            case 0, 1 -> clocks >= count;
            case 2 -> !gate || clocks % count != count - 1;
            case 3 -> !gate || clocks % count < (count + 1) / 2;
            case 4, 5 -> clocks != count;
            default -> true;
        };
    }

    private boolean isTriggered() {
        return mode == 1 || mode == 5;
    }

    private boolean isPaused() {
        return !gate && !isTriggered() && mode != NO_MODE;
    }

    private long clocks() {
        long until = isPaused() ? pausedNanos : clock.nanos();
        return PitRate.clocksIn(Math.max(0, until - loadNanos));
    }

    // --- What the interrupt line hears: the output's rising edges ---

    boolean isPeriodic() {
        return (mode == 2 || mode == 3) && gate && !nullCount;
    }

    /// {@return the first rising edge of the output after `now`, in nanoseconds, or
    /// `Long.MAX_VALUE`}
    long nextEdgeNanos(long now) {
        if (!gate || nullCount) {
            return Long.MAX_VALUE;
        }
        long clocks = PitRate.clocksIn(Math.max(0, now - loadNanos));
        long edge = switch (mode) {
            case 0 -> count;
            case 2, 3 -> (clocks / count + 1) * count;
            case 4 -> count + 1;
            default -> 0;
        };
        return clocks < edge ? loadNanos + PitRate.nanosOf(edge) : Long.MAX_VALUE;
    }

    /// {@return how many periods have begun by `now`}
    long periods(long now) {
        return PitRate.clocksIn(Math.max(0, now - loadNanos)) / count;
    }

    long periodNanos() {
        return PitRate.nanosOf(count);
    }

    // --- struct kvm_pit_channel_state, in its order ---

    void save(ByteBuffer state) {
        boolean shifts = isPaused() && (mode == 0 || mode == 4) && !nullCount;
        state.putInt(count).putShort((short) latchedCount).put((byte) countLatched);
        byte[] bytes = {(byte) (statusLatched ? 1 : 0), (byte) status, (byte) readState,
                (byte) writeState, (byte) writeLatch, (byte) rwMode, (byte) mode,
                (byte) (bcd ? 1 : 0),
                (byte) (gate ? 1 : 0)};
        state.put(bytes);
        // A count that waits for its gate is saved as one that was loaded later.
        state.putLong(shifts ? loadNanos + (clock.nanos() - pausedNanos) : loadNanos);
    }

    void load(ByteBuffer state) {
        count = Math.clamp(Integer.toUnsignedLong(state.getInt()), 1, MAX_COUNT);
        latchedCount = Short.toUnsignedInt(state.getShort());
        countLatched = state.get() & 3;
        statusLatched = state.get() != 0;
        status = Byte.toUnsignedInt(state.get());
        readState = state.get() & 7;
        writeState = state.get() & 7;
        writeLatch = Byte.toUnsignedInt(state.get());
        rwMode = state.get() & 3;
        mode = Byte.toUnsignedInt(state.get());
        bcd = state.get() != 0;
        gate = state.get() != 0;
        loadNanos = state.getLong();
        pausedNanos = clock.nanos();
        nullCount = false;
    }
}
