package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.translate.Translator;
import dev.vmexit.softkvm.translate.Untranslatable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Hot blocks on their way to the translator, which works on a thread of its own: the guest goes on
/// in the interpreter meanwhile.
final class TranslationQueue implements Interpreter.Heat {
    private final Statistics statistics;
    private final Options options;
    private final LinkedBlockingQueue<Block> waiting = new LinkedBlockingQueue<>();
    private final Ripening ripening = new Ripening();
    private final Pace pace;
    private volatile Thread worker;
    private volatile boolean closed;
    /// A class that the JVM refused; nothing runs on after that.
    private volatile Throwable failure;

    TranslationQueue(Options options, Statistics statistics) {
        this.options = options;
        this.statistics = statistics;
        this.pace = new Pace(options.hotAfter(), System::nanoTime);
    }

    @Override
    public int threshold() {
        return options.atOnce() ? options.hotAfter() : pace.threshold();
    }

    @Override
    public void hot(Cpu c, Block block) {
        if (failure != null) {
            throw new AssertionError("the translator failed", failure);
        }
        block.requested = true;
        if (!options.translate() || block.codeSize != 8 || block.crossesPages()) {
            return;
        }
        if (options.atOnce()) {
            translate(block);
            return;
        }
        pace.begin();
        waiting.add(block);
        if (worker == null) {
            start();
        }
    }

    private synchronized void start() {
        if (worker == null && !closed) {
            worker = Thread.ofPlatform().daemon().name("translator").start(this::work);
        }
    }

    private void work() {
        while (!closed) {
            try {
                while (ripening.untilNext() <= 0) {
                    install(ripening.take());
                }
                Block next = waiting.poll(ripening.untilNext(), TimeUnit.NANOSECONDS);
                if (next != null) {
                    translate(next);
                }
            } catch (InterruptedException end) {
                return;
            } catch (RuntimeException | Error broken) {
                failure = broken;
                return;
            }
        }
    }

    // tag::translate[]
    private void translate(Block block) {
        if (!block.valid) {
            statistics.count("regions dropped before translation");
            return;
        }
        if (block.putOff()) {
            statistics.count("regions put off");
            return;
        }
        try {
            Translator.Result result = Translator.translate(block);
            if (options.atOnce()) {
                install(result);
            } else {
                ripening.add(result);
            }
        } catch (Untranslatable why) {
            statistics.count("regions not translated: " + why.getMessage());
        }
    }
    // end::translate[]

    private void install(Translator.Result result) {
        if (result.install()) {
            statistics.count("regions translated");
        } else {
            statistics.count("regions dropped during translation");
            result.entry().heat = 0;
            result.entry().requested = false;
        }
    }

    synchronized void close() {
        closed = true;
        if (worker != null) {
            worker.interrupt();
        }
    }
}
