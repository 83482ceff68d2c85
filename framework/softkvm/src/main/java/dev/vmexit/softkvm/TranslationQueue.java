package dev.vmexit.softkvm;

import dev.vmexit.softkvm.cpu.Cpu;
import dev.vmexit.softkvm.exec.Block;
import dev.vmexit.softkvm.exec.Interpreter;
import dev.vmexit.softkvm.translate.Translator;
import dev.vmexit.softkvm.translate.Untranslatable;
import java.util.concurrent.LinkedBlockingQueue;

/// Hot blocks on their way to the translator, which works on a thread of its own: the guest goes on
/// in the interpreter meanwhile.
final class TranslationQueue implements Interpreter.Heat {
    private final Statistics statistics;
    private final boolean enabled;
    private final LinkedBlockingQueue<Block> waiting = new LinkedBlockingQueue<>();
    private volatile Thread worker;
    private volatile boolean closed;
    /// A class that the JVM refused; nothing runs on after that.
    private volatile Throwable failure;

    TranslationQueue(Options options, Statistics statistics) {
        this.enabled = options.translate();
        this.statistics = statistics;
    }

    @Override
    public void hot(Cpu c, Block block) {
        if (failure != null) {
            throw new AssertionError("the translator failed", failure);
        }
        if (!enabled || block.codeSize != 8 || block.requested) {
            return;
        }
        block.requested = true;
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
                translate(waiting.take());
            } catch (InterruptedException end) {
                return;
            } catch (RuntimeException | Error broken) {
                failure = broken;
                return;
            }
        }
    }

    private void translate(Block block) {
        if (!block.valid) {
            statistics.count("regions dropped before translation");
            return;
        }
        try {
            Translator.Result result = Translator.translate(block);
            block.translation = result.translation();
            statistics.count("regions translated");
        } catch (Untranslatable why) {
            statistics.count("regions not translated: " + why.getMessage());
        }
    }

    synchronized void close() {
        closed = true;
        if (worker != null) {
            worker.interrupt();
        }
    }
}
