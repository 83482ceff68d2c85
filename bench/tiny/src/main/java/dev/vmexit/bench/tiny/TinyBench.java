package dev.vmexit.bench.tiny;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// Runs each loop on each machine, several times in turns in one process, and writes the table of
/// the book: the median turn, translation and HotSpot's work in the first turn left out.
///
/// Argument: the file for the table.
public final class TinyBench {
    private static final int TURNS = 5;
    /// For the comparison of results: all machines can do them in no time.
    private static final int FEW_ROUNDS = 3;

    private final double[][][] seconds =
            new double[Workload.values().length][Machine.values().length][TURNS + 1];

    private TinyBench() {}

    public static void main(String[] arguments) throws IOException {
        var bench = new TinyBench();
        for (Workload workload : Workload.values()) {
            compare(workload);
        }
        for (int turn = 0; turn <= TURNS; turn++) {
            bench.turn(turn);
        }
        String table = bench.table();
        System.out.print(table);
        Files.writeString(Path.of(arguments[0]), table);
    }

    /// A fast machine that computes something else is not fast.
    private static void compare(Workload workload) {
        long results = java.util.Arrays.stream(Machine.values())
                .map(machine -> machine.run(workload.guest(machine.mode(), FEW_ROUNDS)).ax())
                .distinct().count();
        if (results != 1) {
            throw new IllegalStateException(workload + " does not end with one AX everywhere");
        }
    }

    private void turn(int turn) {
        for (Workload workload : Workload.values()) {
            for (Machine machine : Machine.values()) {
                seconds[workload.ordinal()][machine.ordinal()][turn] =
                        machine.run(workload.guest(machine.mode(), machine.rounds())).seconds();
            }
        }
    }

    /// {@return million instructions a second}
    private double rate(Workload workload, Machine machine) {
        double[] sorted = DoubleStream.of(seconds[workload.ordinal()][machine.ordinal()]).skip(1)
                .sorted().toArray();
        return Workload.instructions(machine.rounds()) / sorted[TURNS / 2] / 1e6;
    }

    private String table() {
        var text = new StringBuilder("""
                .A loop of six instructions, million instructions a second (`bench/tiny/run`)
                [cols="4,>2,>2",options="header"]
                |===
                |""");
        for (Workload workload : Workload.values()) {
            text.append(" |").append(workload.title());
        }
        text.append('\n');
        for (Machine machine : Machine.values()) {
            text.append("|").append(machine.title());
            for (Workload workload : Workload.values()) {
                text.append(String.format(Locale.ROOT, " |%.0f", rate(workload, machine)));
            }
            text.append('\n');
        }
        return text.append("|===\n").toString();
    }
}
