package dev.vmexit.net.user.loop;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// A selector and its alarms. One thread calls everything but [#wakeup].
public final class EventLoop implements AutoCloseable {
    private final Selector selector;
    private final LongSupplier clock;
    private final TreeSet<Alarm> alarms = new TreeSet<>(
            Comparator.<Alarm>comparingLong(alarm -> alarm.at)
                    .thenComparingLong(alarm -> alarm.number));
    private long alarmsMade;

    /// @param clock milliseconds that never go back
    public EventLoop(LongSupplier clock) throws IOException {
        this.selector = Selector.open();
        this.clock = clock;
    }

    /// {@return the time in milliseconds}
    public long now() {
        return clock.getAsLong();
    }

    public Alarm alarm(Runnable action) {
        return new Alarm(alarms, alarmsMade++, action);
    }

    /// Calls `ready` in each turn in which the channel is ready for one of `operations`.
    ///
    /// @param channel non-blocking; closing it ends the calls
    public SelectionKey register(SelectableChannel channel, int operations, Runnable ready)
            throws ClosedChannelException {
        return channel.register(selector, operations, ready);
    }

    /// Waits for a ready channel, an alarm, a [#wakeup] or the end of `atMostMillis`, and does what
    /// there is to do.
    public void turn(long atMostMillis) throws IOException {
        long wait = atMostMillis;
        if (!alarms.isEmpty()) {
            wait = Math.min(wait, alarms.first().at - now());
        }
        if (wait > 0) {
            selector.select(wait);
        } else {
            selector.selectNow();
        }
        List<SelectionKey> ready = new ArrayList<>(selector.selectedKeys());
        selector.selectedKeys().clear();
        for (SelectionKey key : ready) {
            if (key.isValid()) { // one before it may have closed it
                ((Runnable) key.attachment()).run();
            }
        }
        ringAlarms();
    }

    private void ringAlarms() {
        long now = now();
        while (!alarms.isEmpty() && alarms.first().at <= now) {
            alarms.first().ring();
        }
    }

    /// {@return the time of the next alarm}
    public OptionalLong nextAlarm() {
        return alarms.isEmpty() ? OptionalLong.empty() : OptionalLong.of(alarms.first().at);
    }

    /// {@return the number of channels that are registered}
    public int channels() {
        return selector.keys().size();
    }

    /// Ends the wait of a [#turn]. Any thread may call.
    public void wakeup() {
        selector.wakeup();
    }

    /// Closes the selector and all channels that are registered with it.
    @Override
    public void close() throws IOException {
        alarms.clear();
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
