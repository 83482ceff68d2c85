package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import dev.vmexit.softkvm.ops.AllActions;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;

/// Runs instances of forms on two kernels and tells where they disagree.
final class Hunt implements AutoCloseable {
    /// A para-virtual KVM's emulator steps in now and then; what the CPU does, it does always.
    private static final int RETRIES = 3;
    private static final int ATTEMPTS = 1000;

    private final Machine host;
    private final Machine soft;
    private final List<Form> forms;
    private final Traits traits;
    private final Instance[] batch = new Instance[Layout.SLOTS];

    /// Closes the machines when it is closed.
    Hunt(Machine host, Traits traits, Machine soft, List<Form> forms) {
        this.host = host;
        this.soft = soft;
        this.forms = forms;
        this.traits = traits;
    }

    static List<Form> comparableForms(Traits traits) {
        return AllActions.forms().all().stream()
                .filter(form -> NotComparable.reason(form, traits).isEmpty()).toList();
    }

    /// One batch: every form in turn, from the `first`th.
    void batch(long seed, long first, Report report, BiConsumer<Instance, List<String>> tell) {
        var random = new SplittableRandom(seed);
        for (int n = 0; n < batch.length; n++) {
            Form form = forms.get((int) ((first + n) % forms.size()));
            batch[n] = instance(form, random, n);
        }
        copy(Layout.CODE, 0x1_0000);
        copy(Layout.RECORDS, Layout.SLOTS * Layout.RECORD_BYTES);
        execute();
        for (Instance i : batch) {
            report.count(i);
            List<String> differences = differences(i);
            for (int retry = 0; retry < RETRIES && !differences.isEmpty(); retry++) {
                i.again().prepare();
                host.execute(i.slot, 1);
                differences = differences(i);
            }
            if (!differences.isEmpty()) {
                tell.accept(i, differences);
            }
        }
    }

    private Instance instance(Form form, SplittableRandom random, int slot) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int codeSize = codeSize(form, random);
            var i = new Instance(form, codeSize, random.nextLong(), slot, host);
            i.prepare();
            if (host.endures(i)) {
                return i;
            }
        }
        throw new AssertionError("no instance of " + form.text() + " can be compared");
    }

    /// Mostly 64-bit code; 32-bit code where the host executes it, 16-bit code if its segments
    /// work.
    private int codeSize(Form form, SplittableRandom random) {
        int other = traits.segments() && random.nextInt(3) == 0 ? 2 : 4;
        if (form.has("i64")) {
            return other;
        }
        boolean all64 = form.has("o64") || !NotComparable.outside64(form, traits).isEmpty();
        return all64 || random.nextInt(traits.compatibility() ? 4 : 16) != 0 ? 8 : other;
    }

    private List<String> differences(Instance i) {
        host.forget(i, record(host, i), record(soft, i));
        return Comparison.of(i, traits, host.ram(), soft.ram());
    }

    private static MemorySegment record(Machine machine, Instance i) {
        return machine.ram().asSlice(i.record(), Layout.RECORD_BYTES);
    }

    private void copy(long from, long bytes) {
        MemorySegment.copy(host.ram(), from, soft.ram(), from, bytes);
    }

    private void execute() {
        var failures = new ArrayList<String>();
        for (Machine machine : List.of(host, soft)) {
            try {
                machine.execute(0, batch.length);
            } catch (IllegalStateException broken) {
                int at = Math.min(machine.current(), batch.length - 1);
                failures.add((machine == host ? "host: " : "Soft KVM: ") + broken.getMessage()
                        + ": " + batch[at]);
            }
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(String.join("\n", failures));
        }
    }

    @Override
    public void close() {
        host.close();
        soft.close();
    }
}
