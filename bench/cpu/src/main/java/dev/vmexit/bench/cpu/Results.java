package dev.vmexit.bench.cpu;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// What a run of the workloads printed.
///
/// @param millis by workload, the least of its rounds
/// @param checks by workload; the same on every machine that computes rightly
record Results(Map<String, Double> millis, Map<String, String> checks) {
    private static final Pattern LINE = Pattern.compile("RESULT (\\w+) ([0-9.]+) ([0-9a-f]{16})");

    static Results parse(String output) {
        var millis = new LinkedHashMap<String, Double>();
        var checks = new LinkedHashMap<String, String>();
        var matcher = LINE.matcher(output);
        while (matcher.find()) {
            millis.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
            checks.put(matcher.group(1), matcher.group(3));
        }
        if (millis.isEmpty()) {
            throw new IllegalStateException("no results in:\n" + output);
        }
        return new Results(millis, checks);
    }

    /// {@return for each workload the median of several runs}
    static Results median(List<Results> runs) {
        var millis = new LinkedHashMap<String, Double>();
        for (String name : runs.getFirst().millis.keySet()) {
            double[] sorted = runs.stream().mapToDouble(run -> run.millis.get(name)).sorted()
                    .toArray();
            millis.put(name, sorted[sorted.length / 2]);
            if (runs.stream().map(run -> run.checks.get(name)).distinct().count() > 1) {
                throw new IllegalStateException(name + " computed something else each time");
            }
        }
        return new Results(millis, runs.getFirst().checks);
    }
}
