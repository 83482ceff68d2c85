package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.translate.Translator;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/// Translations that HotSpot has not compiled yet.
///
/// A method that has just been born HotSpot interprets, bytecode by bytecode, and that is several
/// times slower than what the guest's code runs in without a translation. So a translation is first
/// called in vain, often enough that HotSpot wants to compile it, and put in force a little later.
/// Nobody says when the compilation is done; too early or too late costs time and nothing else.
///
/// Used by one thread.
final class Ripening {
    /// HotSpot's first compiler is asked for a method after 200 calls.
    private static final int CALLS = 500;
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

    private record Fruit(Translator.Result result, long ripeAt) {}

    private final Deque<Fruit> waiting = new ArrayDeque<>();
    /// A CPU with nothing, not even a budget.
    private final Cpu nobody = new Cpu(null, null);

    Ripening() {
        nobody.budget = -1;
    }

    // tag::add[]
    void add(Translator.Result result) {
        for (int n = 0; n < CALLS; n++) {
            result.translation().run(nobody);
        }
        waiting.add(new Fruit(result, System.nanoTime() + PAUSE));
    }
    // end::add[]

    /// {@return nanoseconds until the next is ripe: 0 or less if one is, very many if none waits}
    long untilNext() {
        return waiting.isEmpty() ? Long.MAX_VALUE : waiting.peek().ripeAt - System.nanoTime();
    }

    Translator.Result take() {
        return waiting.remove().result;
    }
}
