package dev.vmexit.softkvm.irqchip;

import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/// The 8254 timer of a PC: channel 0 is the timer interrupt, channel 2 the speaker, whose gate and
/// output are at port 0x61.
///
/// Ticks for which nobody had time are made up for, four times as fast, but no more than
/// [#MAX_OWED] of them. Interrupts come no closer than 200 µs, as in KVM, however small the count.
///
/// @spec https://www.scs.stanford.edu/10wi-cs140/pintos/specs/8254.pdf Intel 8254, "Programming the 8254"
final class Pit {
    static final int STATE_BYTES = 112;
    static final int MAX_OWED = 8;

    private static final int CHANNELS = 3;
    private static final int FIRST_PORT = 0x40;
    private static final int CONTROL = 0x43;
    private static final int SPEAKER = 0x61;

    private static final int READ_BACK = 3;
    private static final int READ_BACK_NO_COUNT = 1 << 5;
    private static final int READ_BACK_NO_STATUS = 1 << 4;

    private static final int SPEAKER_GATE = 1 << 0;
    private static final int SPEAKER_ON = 1 << 1;
    private static final int SPEAKER_REFRESH = 1 << 4;
    private static final int SPEAKER_OUT = 1 << 5;
    private static final long REFRESH_NANOS = 15_085;

    private static final int KVM_PIT_FLAGS_HPET_LEGACY = 1 << 0;
    private static final int KVM_PIT_FLAGS_SPEAKER_DATA_ON = 1 << 1;

    private final MachineClock clock;
    private final IntSupplier interrupt;
    private final boolean hasSpeaker;
    private final PitChannel[] channels;
    private boolean speakerOn;
    private boolean hpetLegacy;

    private long deadlineNanos = Long.MAX_VALUE;
    private long periodsSeen;
    private int owed;

    /// @param interrupt pulses IRQ 0; its result is 0 if the last pulse still waits
    /// @param hasSpeaker whether port 0x61 is answered, too
    Pit(MachineClock clock, boolean hasSpeaker, IntSupplier interrupt) {
        this.clock = clock;
        this.hasSpeaker = hasSpeaker;
        this.interrupt = interrupt;
        // The gates of the first two are tied high.
        this.channels = new PitChannel[]{new PitChannel(clock, true), new PitChannel(clock, true),
                new PitChannel(clock, false)};
    }

    boolean owns(int port) {
        return port >= FIRST_PORT && port <= CONTROL || hasSpeaker && port == SPEAKER;
    }

    // --- Ports ---

    int read(int port) {
        if (port == SPEAKER) {
            return readSpeaker();
        }
        return port == CONTROL ? 0 : channels[port - FIRST_PORT].read();
    }

    void write(int port, int value) {
        switch (port) {
            case SPEAKER -> {
                speakerOn = (value & SPEAKER_ON) != 0;
                channels[2].gate((value & SPEAKER_GATE) != 0);
            }
            case CONTROL -> control(value >> 6 & 3, value & 0x3F);
            default -> restartIf(channels[port - FIRST_PORT].write(value & 0xFF)
                    && port == FIRST_PORT);
        }
    }

    private void control(int number, int word) {
        if (number == READ_BACK) {
            readBack(word);
        } else {
            restartIf(channels[number].control(word) && number == 0);
        }
    }

    /// @spec https://www.scs.stanford.edu/10wi-cs140/pintos/specs/8254.pdf Intel 8254, "Read-Back Command"
    private void readBack(int command) {
        for (int i = 0; i < CHANNELS; i++) {
            boolean selected = (command & 2 << i) != 0;
            if (selected && (command & READ_BACK_NO_COUNT) == 0) {
                channels[i].latchCount();
            }
            if (selected && (command & READ_BACK_NO_STATUS) == 0) {
                channels[i].latchStatus();
            }
        }
    }

    private int readSpeaker() {
        boolean refresh = (clock.nanos() / REFRESH_NANOS & 1) != 0;
        return (channels[2].gate() ? SPEAKER_GATE : 0) | (speakerOn ? SPEAKER_ON : 0)
                | (refresh ? SPEAKER_REFRESH : 0) | (channels[2].output() ? SPEAKER_OUT : 0);
    }

    // --- The timer interrupt ---

    long deadlineNanos() {
        return deadlineNanos;
    }

    private void restartIf(boolean changed) {
        if (changed) {
            periodsSeen = 0;
            owed = 0;
            deadlineNanos = nextEdge(clock.nanos());
        }
    }

    private long nextEdge(long now) {
        return hpetLegacy ? Long.MAX_VALUE : channels[0].nextEdgeNanos(now);
    }

    void tick(long now) {
        if (now < deadlineNanos) {
            return;
        }
        if (!channels[0].isPeriodic()) {
            deadlineNanos = Long.MAX_VALUE;
            interrupt.getAsInt();
            return;
        }
        long periods = channels[0].periods(now);
        owed = (int) Math.min(MAX_OWED, owed + Math.max(0, periods - periodsSeen));
        periodsSeen = periods;
        boolean taken = interrupt.getAsInt() != 0;
        owed = Math.max(0, taken ? owed - 1 : owed);
        deadlineNanos = nextTick(now);
    }

    private long nextTick(long now) {
        long edge = channels[0].nextEdgeNanos(now);
        long period = channels[0].periodNanos();
        long soonest = now + ApicTimer.MIN_PERIOD_NANOS;
        if (period < ApicTimer.MIN_PERIOD_NANOS) {
            owed = 0;
            return Math.max(edge, soonest);
        }
        return owed == 0 ? edge : Math.min(edge, Math.max(soonest, now + period / 4));
    }

    // --- struct kvm_pit_state2: three channels, flags, nine reserved words ---

    void save(ByteBuffer state) {
        for (PitChannel channel : channels) {
            channel.save(state);
        }
        state.putInt((hpetLegacy ? KVM_PIT_FLAGS_HPET_LEGACY : 0)
                | (speakerOn ? KVM_PIT_FLAGS_SPEAKER_DATA_ON : 0));
        for (int i = 0; i < 9; i++) {
            state.putInt(0);
        }
    }

    void load(ByteBuffer state) {
        for (PitChannel channel : channels) {
            channel.load(state);
        }
        int flags = state.getInt();
        hpetLegacy = (flags & KVM_PIT_FLAGS_HPET_LEGACY) != 0;
        speakerOn = (flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON) != 0;
        long now = clock.nanos();
        periodsSeen = channels[0].periods(now);
        owed = 0;
        deadlineNanos = nextEdge(now);
    }
}
