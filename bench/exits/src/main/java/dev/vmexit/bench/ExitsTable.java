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
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Runs C and Java in turns and writes the table of the book.
///
/// A machine with other work has faster and slower moments, some of them half a minute long. So in
/// every turn C runs right before and right after each Java benchmark, both count with their least
/// batch, and what is compared is the two of one turn. The table shows the median turn.
public final class ExitsTable {
    private static final int TURNS = 5;
    private static final int PORT_TURNS = 9;
    private static final int BATCHES = 4;
    private static final List<String> VERSIONS = List.of("versionForeign", "versionJnaDirect",
            "versionJnaInterface");
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
            for (String version : VERSIONS) {
                table.turn(version, "version", 1_000_000);
            }
        }
        for (int turn = 0; turn < PORT_TURNS; turn++) {
            table.turn("port", "port", 30_000);
        }
        String text = table.text();
        Files.writeString(Path.of(arguments[1]), text);
        System.out.println(text);
        System.exit(table.isWithinLimits() ? 0 : 1);
    }

    /// One Java benchmark, with C on both sides of it.
    private void turn(String benchmark, String loop, long rounds) throws Exception {
        double before = leastOfC(loop, rounds);
        double value = java(benchmark);
        double c = Math.min(before, leastOfC(loop, rounds));
        add(benchmark, value);
        add("c " + benchmark, c);
        add("ratio " + benchmark, value / c);
        add("added " + benchmark, value - c);
    }

    private double leastOfC(String loop, long rounds) throws IOException, InterruptedException {
        double least = Double.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            least = Math.min(least, c(loop, rounds));
        }
        return least;
    }

    private double c(String loop, long rounds) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(cProgram.toString(), loop, Long.toString(rounds))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(),
                StandardCharsets.US_ASCII).strip();
        if (process.waitFor() != 0) {
            throw new IOException("the C program failed in the loop " + loop);
        }
        return Double.parseDouble(output);
    }

    private static double java(String benchmark) throws RunnerException {
        var options = new OptionsBuilder()
                .include(ExitsBenchmark.class.getName() + "\\." + benchmark + "$").build();
        return new Runner(options).runSingle().getPrimaryResult().getStatistics().getMin();
    }

    private void add(String name, double value) {
        nanos.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }

    private double median(String name) {
        List<Double> sorted = nanos.get(name).stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    private boolean isWithinLimits() {
        return median("added versionForeign") <= MOST_ADDED_NANOS
                && median("ratio port") <= MOST_RATIO;
    }

    private String text() {
        var text = new StringBuilder("""
                [%header,cols="4,2,2,2"]
                |===
                | one round of | takes | is C times | adds to C
                """);
        row(text, "`ioctl(KVM_GET_API_VERSION)` in C", "c versionForeign", "");
        row(text, "… `java.lang.foreign`", "versionForeign", "versionForeign");
        row(text, "… JNA, direct mapping", "versionJnaDirect", "versionJnaDirect");
        row(text, "… JNA, interface", "versionJnaInterface", "versionJnaInterface");
        row(text, "a port exit and back, in C", "c port", "");
        row(text, "… `Vcpu.run`, decoded", "port", "port");
        return text.append("|===\n").toString();
    }

    /// @param compared empty for C itself
    private void row(StringBuilder text, String what, String name, String compared) {
        boolean c = compared.isEmpty();
        text.append(String.format(Locale.ROOT, "| %s | %.0f ns | %.2f | %s%n", what, median(name),
                c ? 1.0 : median("ratio " + compared),
                c ? "" : "%.0f ns".formatted(median("added " + compared))));
    }
}
