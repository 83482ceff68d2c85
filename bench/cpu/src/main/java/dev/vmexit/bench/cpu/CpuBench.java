package dev.vmexit.bench.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/// Measures, writes the table, and fails if a bar is missed.
///
/// Arguments: the workloads' program, the kernel, the static busybox, the module's README, the
/// book's table and the script `vmexit`.
public final class CpuBench {
    /// Exit status; anything else that is not 0 means that the benchmark itself failed.
    private static final int BAR_MISSED = 3;
    private static final long SLOW_ITERATIONS = 20_000_000;
    private static final int INSTRUCTIONS = 8;
    private static final double INTERPRETER_AT_LEAST = 50e6;
    private static final double MEMORY_AT_MOST_MIB = 400;
    private static final double BOOT_AT_MOST = 3;
    /// QEMU and Soft KVM in turns, since a machine that others use too has slow minutes; the median
    /// of each counts.
    private static final int TURNS = 3;
    /// Of QEMU TCG's speed.
    private static final Map<String, Double> AT_LEAST = Map.of("registers", 0.5, "calls", 0.33,
            "sweep", 0.33, "sha256", 0.33, "gzip", 0.33);
    private static final Map<String, String> TITLES = Map.of("registers", "register loop",
            "calls", "calls (recursive fib)", "sweep", "memory sweep", "sha256", "SHA-256",
            "gzip", "gzip");

    private final List<String> missed = new ArrayList<>();

    private CpuBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var bench = new CpuBench();
        var machines = new Machines(Path.of(arguments[5]), Path.of(arguments[1]),
                Path.of(arguments[2]), Path.of(arguments[0]));
        machines.warmUp();
        String table = bench.table(machines);
        System.out.print(table);
        writeInto(Path.of(arguments[3]), table);
        Files.writeString(Path.of(arguments[4]), table);
        if (!bench.missed.isEmpty()) {
            System.err.println("bench/cpu: missed: " + String.join("; ", bench.missed));
            System.exit(BAR_MISSED);
        }
    }

    private String table(Machines machines) throws IOException, InterruptedException {
        Results host = machines.host();
        var qemus = new ArrayList<Results>();
        var softs = new ArrayList<Results>();
        for (int n = 0; n < TURNS; n++) {
            qemus.add(machines.qemu());
            softs.add(machines.soft(""));
        }
        Results qemu = Results.median(qemus);
        Results soft = Results.median(softs);
        Results interpreter = machines.soft("/bin/busybox " + SLOW_ITERATIONS, "--interpret");
        var text = new StringBuilder("""
                .Soft KVM and QEMU TCG, one run on one machine (`bench/cpu/run`)
                [cols="3,>2,>2,>2,>2",options="header"]
                |===
                |Workload |host, ms |QEMU TCG, ms |Soft KVM, ms |Soft KVM's speed, of QEMU's
                """);
        for (String name : host.millis().keySet()) {
            row(text, name, host, qemu, soft);
        }
        boots(text, machines);
        double rate = SLOW_ITERATIONS * INSTRUCTIONS
                / (interpreter.millis().get("registers") / 1e3);
        require(rate >= INTERPRETER_AT_LEAST, "interpreter");
        text.append("|===\n\nThe interpreter alone: %.0f million instructions a second in the "
                .formatted(rate / 1e6)).append("register loop.\n");
        return text.toString();
    }

    private void row(StringBuilder text, String name, Results host, Results qemu, Results soft) {
        String check = host.checks().get(name);
        if (!check.equals(qemu.checks().get(name)) || !check.equals(soft.checks().get(name))) {
            throw new IllegalStateException(name + " computed " + soft.checks().get(name)
                    + " in Soft KVM, " + qemu.checks().get(name) + " in QEMU, " + check
                    + " on the host");
        }
        double speed = qemu.millis().get(name) / soft.millis().get(name);
        require(speed >= AT_LEAST.get(name), name);
        text.append("|%s |%.0f |%.0f |%.0f |%.2f%n".formatted(TITLES.get(name),
                host.millis().get(name), qemu.millis().get(name), soft.millis().get(name), speed));
    }

    private void boots(StringBuilder text, Machines machines)
            throws IOException, InterruptedException {
        var qemu = new ArrayList<Machines.Run>();
        var soft = new ArrayList<Machines.Run>();
        for (int n = 0; n < TURNS; n++) {
            qemu.add(machines.qemuBoot());
            soft.add(machines.softBoot());
        }
        boot(text, median(qemu), median(soft));
    }

    private static Machines.Run median(List<Machines.Run> runs) {
        runs.sort(Comparator.comparingDouble(Machines.Run::millisToInit));
        return runs.get(runs.size() / 2);
    }

    private void boot(StringBuilder text, Machines.Run qemu, Machines.Run soft) {
        double longer = soft.millisToInit() / qemu.millisToInit();
        require(longer <= BOOT_AT_MOST, "boot");
        text.append(
                "|Debian's kernel to `/init`, from the start of the process |– |%.0f |%.0f |%.2f%n"
                        .formatted(qemu.millisToInit(), soft.millisToInit(), 1 / longer));
        double above = soft.peakMiB() - Machines.GUEST_MIB;
        require(soft.peakMiB() < Machines.GUEST_MIB + MEMORY_AT_MOST_MIB, "memory");
        text.append("|Peak memory of the process in that boot, MiB (guest: %d) |– |%.0f |%.0f |%n"
                .formatted(Machines.GUEST_MIB, qemu.peakMiB(), soft.peakMiB()));
        System.err.printf("above guest RAM: %.0f MiB%n", above);
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            missed.add(what);
        }
    }

    /// Replaces what stands between the two marks.
    private static void writeInto(Path readme, String table) throws IOException {
        if (Files.notExists(readme)) {
            return;
        }
        String text = Files.readString(readme);
        String begin = "// begin: written by bench/cpu/run\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("// end: written by bench/cpu/run");
        Files.writeString(readme, text.substring(0, from) + table + text.substring(to));
    }
}
