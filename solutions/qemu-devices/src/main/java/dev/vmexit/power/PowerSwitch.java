package dev.vmexit.power;

/// Whether the machine is on. A device turns it off, once; whoever runs the vCPUs hears of it.
///
/// Any thread may call. The first change counts: a machine that is off does not reset.
public final class PowerSwitch {
    public enum State {
        ON, OFF, RESET
    }

    private volatile State state = State.ON;
    private Runnable listener = () -> {};

    /// @param whenOff runs once, on the thread that turned the machine off
    public synchronized void onChange(Runnable whenOff) {
        listener = whenOff;
    }

    public State state() {
        return state;
    }

    public void turn(State next) {
        Runnable toTell;
        synchronized (this) {
            if (state != State.ON) {
                return;
            }
            state = next;
            toTell = listener;
        }
        toTell.run();
    }
}
