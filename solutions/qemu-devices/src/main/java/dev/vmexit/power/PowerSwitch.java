package dev.vmexit.power;

/// Whether the machine is on. A device turns it off, once; whoever runs the vCPUs hears of it.
///
/// Any thread may call. The first change counts: a machine that is off does not reset.
public final class PowerSwitch {
    public enum State {
        ON, OFF, RESET,
        /// The guest has named an exit status.
        EXIT
    }

    private volatile State state = State.ON;
    private volatile int exitStatus;
    private Runnable listener = () -> {};

    /// @param whenOff runs once, on the thread that turned the machine off
    public synchronized void onChange(Runnable whenOff) {
        listener = whenOff;
    }

    public State state() {
        return state;
    }

    /// {@return what the guest gave to [#exit]}
    public int exitStatus() {
        return exitStatus;
    }

    public void turn(State next) {
        turn(next, 0);
    }

    public void exit(int status) {
        turn(State.EXIT, status);
    }

    private void turn(State next, int status) {
        Runnable toTell;
        synchronized (this) {
            if (state != State.ON) {
                return;
            }
            exitStatus = status;
            state = next;
            toTell = listener;
        }
        toTell.run();
    }
}
