package dev.vmexit.course.grade;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/// Writes the child's reports, one line each.
final class ChildReporter implements TestExecutionListener {
    private final PrintStream pipe;
    private final String nonce;
    private final Map<String, String[]> tests;
    private final Set<String> theirs;
    private long started;

    ChildReporter(PrintStream pipe, String nonce, Map<String, String[]> tests,
            Set<String> theirs) {
        this.pipe = pipe;
        this.nonce = nonce;
        this.tests = tests;
        this.theirs = theirs;
    }

    @Override
    public void executionStarted(TestIdentifier identifier) {
        String[] order = order(identifier);
        if (order != null) {
            started = System.nanoTime();
            report("start " + order[0]);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier identifier, String reason) {
        String[] order = order(identifier);
        if (order != null) {
            end(order[0], State.ENVIRONMENT, reason);
        }
    }

    @Override
    public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
        String[] order = order(identifier);
        if (order == null) {
            return;
        }
        switch (result.getStatus()) {
            case SUCCESSFUL -> end(order[0], State.PASSED, "");
            case ABORTED -> end(order[0], State.ENVIRONMENT,
                    result.getThrowable().map(Throwable::getMessage).orElse("aborted"));
            case FAILED -> {
                Throwable thrown = result.getThrowable().orElseThrow();
                var failure = Failure.of(thrown, order[1], theirs);
                end(order[0], failure.state(), failure.message());
            }
        }
    }

    private void end(String id, State state, String message) {
        long millis = (System.nanoTime() - started) / 1_000_000;
        String text = Base64.getEncoder().encodeToString(
                message.getBytes(StandardCharsets.UTF_8));
        report("end %s %s %d %s".formatted(id, state.name(), millis, text));
    }

    /// The line break comes first as well: student code may have written half a line to the pipe.
    private synchronized void report(String line) {
        pipe.print("\n" + nonce + " " + line + "\n");
        pipe.flush();
    }

    private String[] order(TestIdentifier identifier) {
        return identifier.getSource().filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(source -> tests.get(source.getClassName() + "#" + source.getMethodName()))
                .orElse(null);
    }
}
