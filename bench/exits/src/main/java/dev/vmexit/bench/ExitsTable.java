package dev.vmexit.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Runs C and Java in turns, so that a busy moment of the machine hits both, and writes the table
/// of the book from the medians.
public final class ExitsTable {
    private static final int TURNS = 3;
    private static final int BATCHES = 5;
    private static final double MOST_ADDED_NANOS = 150;
    private static final double MOST_RATIO = 1.10;

    private final Path cProgram;
    private final Map<String, List<Double>> nanos = new TreeMap<>();

    private ExitsTable(Path cProgram) {
        this.cProgram = cProgram;
    }

    /// @param arguments the compiled C program, and the file for the table
    public static void main(String[] arguments) throws Exception {
        var table = new ExitsTable(Path.of(arguments[0]));
        for (int turn = 0; turn < TURNS; turn++) {
            for (int batch = 0; batch < BATCHES; batch++) {
                table.c("version", 4_000_000);
                table.c("port", 100_000);
            }
            table.java();
        }
        String text = table.text();
        Files.writeString(Path.of(arguments[1]), text);
        System.out.println(text);
        System.exit(table.isWithinLimits() ? 0 : 1);
    }

    private void c(String loop, long rounds) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(cProgram.toString(), loop, Long.toString(rounds))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.US_ASCII).strip();
        if (process.waitFor() != 0) {
            throw new IOException("the C program failed in the loop " + loop);
        }
        add("c " + loop, Double.parseDouble(output));
    }

    private void java() throws RunnerException {
        var options = new OptionsBuilder().include(ExitsBenchmark.class.getName()).build();
        for (RunResult result : new Runner(options).run()) {
            String name = result.getPrimaryResult().getLabel();
            add(name, result.getPrimaryResult().getStatistics().getMin());
        }
    }

    private void add(String name, double value) {
        nanos.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private double least(String name) {
        return nanos.get(name).stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private double added(String name) {
        return least(name) - least("c version");
    }

    private boolean isWithinLimits() {
        return added("versionForeign") <= MOST_ADDED_NANOS
                && least("port") <= MOST_RATIO * least("c port");
    }

    private String text() {
        var text = new StringBuilder("""
                [%header,cols="4,2,2,2"]
                |===
                | one round of | takes | is C times | adds to C
                """);
        row(text, "`ioctl(KVM_GET_API_VERSION)` in C", "c version", "c version");
        row(text, "… `java.lang.foreign`", "versionForeign", "c version");
        row(text, "… JNA, direct mapping", "versionJnaDirect", "c version");
        row(text, "… JNA, interface", "versionJnaInterface", "c version");
        row(text, "a port exit and back, in C", "c port", "c port");
        row(text, "… `Vcpu.run`, decoded", "port", "c port");
        return text.append("|===\n").toString();
    }

    private void row(StringBuilder text, String what, String name, String yardstick) {
        double value = least(name);
        double c = least(yardstick);
        text.append(String.format(Locale.ROOT, "| %s | %.0f ns | %.2f | %s%n", what, value,
                value / c, name.equals(yardstick) ? "" : "%.0f ns".formatted(value - c)));
    }
}
