package dev.vmexit.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Compares the two ways of [BellsBenchmark] in turns, and writes the table of the book.
public final class BellsTable {
    private static final int TURNS = 3;
    private static final List<String> WAYS = List.of("exit", "ioeventfd");

    private final Map<String, List<Double>> nanos = new HashMap<>();

    private BellsTable() {}

    /// @param arguments the file for the table, then the kernels to measure
    public static void main(String[] arguments) throws Exception {
        List<String> kernels = List.of(arguments).subList(1, arguments.length);
        var table = new BellsTable();
        for (int turn = 0; turn < TURNS; turn++) {
            for (String kernel : kernels) {
                table.turn(kernel, true);
                table.turn(kernel, false);
            }
        }
        String text = table.text(kernels);
        Files.writeString(Path.of(arguments[0]), text);
        System.out.println(text);
    }

    private void turn(String kernel, boolean waits) throws RunnerException {
        for (String way : WAYS) {
            var options = new OptionsBuilder().include(BellsBenchmark.class.getName())
                    .param("kernel", kernel).param("way", way)
                    .param("waits", Boolean.toString(waits)).build();
            double value = new Runner(options).runSingle().getPrimaryResult().getScore();
            nanos.computeIfAbsent(name(kernel, waits, way), _ -> new ArrayList<>()).add(value);
        }
    }

    private static String name(String kernel, boolean waits, String way) {
        return kernel + waits + way;
    }

    private double median(String kernel, boolean waits, String way) {
        return nanos.get(name(kernel, waits, way)).stream().sorted().toList().get(TURNS / 2);
    }

    private String text(List<String> kernels) {
        var text = new StringBuilder("""
                [%header,cols="2,4,>2,>2,>2"]
                |===
                | KVM | one notification, and the guest | exit and `unpark` | ioeventfd | ratio
                """);
        for (String kernel : kernels) {
            row(text, kernel, true, "waits for the answer");
            row(text, kernel, false, "goes on at once");
        }
        return text.append("|===\n").toString();
    }

    private void row(StringBuilder text, String kernel, boolean waits, String what) {
        double exit = median(kernel, waits, "exit");
        double event = median(kernel, waits, "ioeventfd");
        text.append(String.format(Locale.ROOT, "| %s | %s | %.1f µs | %.1f µs | %.2f%n",
                kernel.startsWith("/") ? "`" + kernel + "`" : kernel, what, exit / 1000,
                event / 1000, event / exit));
    }
}
