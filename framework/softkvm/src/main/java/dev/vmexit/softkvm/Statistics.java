package dev.vmexit.softkvm;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// What has been done, by kind: counted so that nothing falls back in silence.
public final class Statistics {
    public final LongAdder instructions = new LongAdder();
    public final LongAdder translatedInstructions = new LongAdder();
    public final LongAdder blocksDecoded = new LongAdder();
    public final LongAdder tlbMisses = new LongAdder();
    public final LongAdder exceptions = new LongAdder();
    public final LongAdder interrupts = new LongAdder();
    private final Map<String, LongAdder> named = new TreeMap<>();

    /// Adds what a vCPU has counted itself, when it ends.
    void add(Vcpu vcpu) {
        instructions.add(vcpu.cpu.executed());
        translatedInstructions.add(vcpu.interpreter.translatedInstructions());
        blocksDecoded.add(vcpu.interpreter.decodedBlocks());
        tlbMisses.add(vcpu.cpu.tlb.misses);
    }

    /// Adds one to a counter that has a name: an exit reason, why a region was dropped.
    public synchronized void count(String name) {
        named.computeIfAbsent(name, n -> new LongAdder()).increment();
    }

    public synchronized Map<String, Long> named() {
        Map<String, Long> copy = new TreeMap<>();
        named.forEach((name, adder) -> copy.put(name, adder.sum()));
        return copy;
    }

    /// {@return everything, a line each, for a person}
    public String table() {
        long all = instructions.sum();
        long translated = translatedInstructions.sum();
        var text = new StringBuilder();
        line(text, "instructions", all);
        line(text, "  in translated code", translated);
        line(text, "  in the interpreter", all - translated);
        line(text, "blocks decoded", blocksDecoded.sum());
        line(text, "TLB misses", tlbMisses.sum());
        line(text, "exceptions", exceptions.sum());
        line(text, "interrupts", interrupts.sum());
        named().forEach((name, count) -> line(text, name, count));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, long count) {
        text.append("%,18d  %s%n".formatted(count, name));
    }
}
