package dev.vmexit.softkvm.differential;

import dev.vmexit.softkvm.insn.Form;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// How many instances of each form were compared.
final class Report {
    private final Map<String, long[]> counts = new LinkedHashMap<>();
    private long instances;

    Report(Iterable<Form> forms) {
        for (Form form : forms) {
            counts.put(form.text(), new long[2]);
        }
    }

    void count(Instance i) {
        long[] count = counts.get(i.form.text());
        count[0]++;
        long way = i.ram.get(ValueLayout.JAVA_LONG, i.record() + Layout.INFO_OUT);
        count[1] += way == Layout.LANDED_FAULT ? 1 : 0;
        instances++;
    }

    long instances() {
        return instances;
    }

    /// {@return the forms of which there was no instance}
    List<String> neverCompared() {
        return counts.entrySet().stream().filter(e -> e.getValue()[0] == 0)
                .map(Map.Entry::getKey).toList();
    }

    /// {@return a line for each form}
    ///
    /// @param reasons why a form is not compared
    String text(Iterable<Form> all, Function<Form, String> reasons) {
        var text = new StringBuilder("%10s %10s  form%n".formatted("instances", "faults"));
        for (Form form : all) {
            long[] count = counts.get(form.text());
            String reason = reasons.apply(form);
            text.append(count == null
                    ? "%21s  %s: %s%n".formatted("-", form.text(), reason)
                    : "%10d %10d  %s%n".formatted(count[0], count[1], form.text()));
        }
        return text.toString();
    }
}
