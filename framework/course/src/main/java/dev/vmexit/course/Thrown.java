package dev.vmexit.course;

/// What a piece of code throws, for tests that expect it to throw.
///
/// A hole that is still open is not what they expect: [Todo] goes through, so that the test counts
/// as "to be done" and not as failed.
public final class Thrown {
    /// Code that may throw anything.
    @FunctionalInterface
    public interface Code {
        void run() throws Throwable;
    }

    private Thrown() {}

    /// {@return what `code` threw, or null if nothing}
    public static Throwable by(Code code) {
        try {
            code.run();
            return null;
        } catch (Todo open) {
            throw open;
        } catch (Throwable thrown) {
            return thrown;
        }
    }
}
