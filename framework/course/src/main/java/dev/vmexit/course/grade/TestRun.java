package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// The trusted side of running tests: it starts child JVMs, keeps the time, and believes only
/// reports that carry its nonce.
///
/// When a child dies or is killed, the test that ran has its verdict, and the tests that had not
/// begun go on in a new child. So nothing that one test does costs another its points.
final class TestRun {
    /// What one test came to, before points are counted.
    record Verdict(State state, long millis, String message) {}

    private static final long MOST_OUTPUT_CHARACTERS = 32L << 20;
    private static final int START_SECONDS = 60;
    /// Once one test has hung, those after it mostly hang too.
    private static final int AFTER_TIMEOUT_SECONDS = 3;
    private static final String END_OF_STREAM = "";

    private final Sandbox sandbox;
    private final List<Path> classPath;
    private final List<String> theirs;
    private final String seed;
    private final int mostSeconds;
    private final Map<String, Verdict> verdicts = new LinkedHashMap<>();

    /// @param classPath the student's classes first, the tests, the reference classes, the
    /// libraries
    /// @param theirs names of the student's classes
    TestRun(Sandbox sandbox, List<Path> classPath, List<String> theirs, String seed,
            int mostSeconds) {
        this.sandbox = sandbox;
        this.classPath = classPath;
        this.theirs = theirs;
        this.seed = seed;
        this.mostSeconds = mostSeconds;
    }

    /// {@return a verdict for each test, by id}
    Map<String, Verdict> run(List<GradedTest> tests) {
        List<GradedTest> left = new ArrayList<>(tests);
        while (!left.isEmpty()) {
            int before = left.size();
            child(left);
            left.removeIf(test -> verdicts.containsKey(test.id()));
            if (left.size() == before) {
                GradedTest first = left.removeFirst();
                verdicts.put(first.id(), new Verdict(State.ERROR, 0,
                        "the JVM ended before the test began"));
            }
        }
        return verdicts;
    }

    private void child(List<GradedTest> tests) {
        String nonce = HexFormat.of().formatHex(SecureRandom.getSeed(16));
        Process process = null;
        try {
            process = start();
            sendOrders(process, nonce, tests);
            follow(process, nonce, tests);
        } catch (IOException e) {
            throw new CourseException("a JVM for the tests cannot be started: " + e.getMessage());
        } finally {
            if (process != null) {
                kill(process);
            }
        }
    }

    private Process start() throws IOException {
        String jvm = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // A solution that unmaps what its guest still runs in ends the JVM; its report, a file
        // where the grader was started, is for nobody.
        List<String> command = List.of(jvm, "-Xmx512m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:+SuppressFatalErrorMessage", "-Xshare:auto",
                "--enable-native-access=ALL-UNNAMED",
                "-D" + dev.vmexit.course.Seed.PROPERTY + "=" + seed, "-cp",
                classPath.stream().map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator)),
                ChildMain.class.getName());
        var readable = new ArrayList<>(classPath);
        readable.add(Path.of(System.getProperty("java.home")));
        return new ProcessBuilder(sandbox.around(command, readable))
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    private void sendOrders(Process process, String nonce, List<GradedTest> tests)
            throws IOException {
        var orders = new StringBuilder(nonce).append('\n').append(String.join(" ", theirs))
                .append('\n');
        tests.forEach(test -> orders.append("%s %s %s %s\n".formatted(test.id(),
                test.graded().exercise(), test.className(), test.method())));
        try (var in = process.getOutputStream()) {
            in.write(orders.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Reads reports until the child ends, or a test's time is up.
    private void follow(Process process, String nonce, List<GradedTest> tests) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> read(process, nonce, lines));
        GradedTest running = null;
        while (true) {
            int seconds = running == null
                    ? START_SECONDS
                    : Math.min(limit(), running.graded().seconds());
            String line = poll(lines, seconds);
            if (line == null || line.equals(END_OF_STREAM)) {
                if (running != null) {
                    verdicts.put(running.id(), line == null ? timeout(seconds) : died());
                }
                return;
            }
            String[] report = line.split(" ", 5);
            if (report[0].equals("start")) {
                running = tests.stream().filter(t -> t.id().equals(report[1])).findFirst()
                        .orElse(null);
            } else if (running != null && running.id().equals(report[1])) {
                verdicts.put(report[1], new Verdict(State.valueOf(report[2]),
                        Long.parseLong(report[3]), decode(report[4])));
                running = null;
            }
        }
    }

    private int limit() {
        boolean hung = verdicts.values().stream().anyMatch(v -> v.state() == State.TIMEOUT);
        return hung ? Math.min(mostSeconds, AFTER_TIMEOUT_SECONDS) : mostSeconds;
    }

    private static Verdict timeout(int seconds) {
        return new Verdict(State.TIMEOUT, seconds * 1000L,
                "it did not end within " + seconds + " s");
    }

    private static Verdict died() {
        return new Verdict(State.ERROR, 0,
                "the JVM ended during the test: System.exit, a crash, or no memory");
    }

    private static String poll(BlockingQueue<String> lines, int seconds) {
        try {
            return lines.poll(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return END_OF_STREAM;
        }
    }

    /// Keeps what carries the nonce, and stops listening when there is too much of the rest.
    private static void read(Process process, String nonce, BlockingQueue<String> lines) {
        try (var reader = new BufferedReader(new InputStreamReader(process.getInputStream(),
                StandardCharsets.US_ASCII))) {
            var line = new StringBuilder();
            long characters = 0;
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                if (++characters > MOST_OUTPUT_CHARACTERS) {
                    break;
                } else if (c != '\n') {
                    line.append((char) c);
                    continue;
                }
                if (line.indexOf(nonce + " ") == 0) {
                    lines.add(line.substring(nonce.length() + 1));
                }
                line.setLength(0);
            }
        } catch (IOException closed) {
            // The child is gone; what it reported is in the queue.
        }
        lines.add(END_OF_STREAM);
    }

    private static String decode(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    /// The child and all that it started.
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
