package dev.vmexit.net.user.loop;

import java.util.TreeSet;

/// Something to do at a time; it can be put off and called off. Belongs to the loop's thread.
public final class Alarm {
    private final TreeSet<Alarm> waiting;
    private final Runnable action;
    /// Two alarms for the same time are two alarms.
    final long number;
    long at;
    private boolean set;

    Alarm(TreeSet<Alarm> waiting, long number, Runnable action) {
        this.waiting = waiting;
        this.number = number;
        this.action = action;
    }

    /// @param time on the loop's clock, in milliseconds; replaces an earlier one
    public void set(long time) {
        cancel();
        at = time;
        set = true;
        waiting.add(this);
    }

    public void cancel() {
        if (set) {
            waiting.remove(this);
            set = false;
        }
    }

    public boolean isSet() {
        return set;
    }

    void ring() {
        cancel();
        action.run();
    }
}
