package dev.vmexit.course.grade;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// The JVM in which a submission runs. It gets its orders on standard input, reports on standard
/// output, and may die at any moment: the parent notices.
///
/// ```
///  in    nonce
///        the student's class names, separated by spaces
///        id exercise class method        one line a test
///  out   nonce start id
///        nonce end id STATE millis base64(message)
/// ```
///
/// Standard output is taken away from `System.out` before any code of the student runs. A report
/// without the nonce is not a report, and the nonce is in no field that student code can name.
public final class ChildMain {
    private ChildMain() {}

    public static void main(String[] arguments) throws IOException {
        var pipe = new PrintStream(new FileOutputStream(FileDescriptor.out), false,
                StandardCharsets.US_ASCII);
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        org.assertj.core.api.Assertions.setMaxStackTraceElementsDisplayed(1);
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String nonce = orders.readLine();
        Set<String> theirs = new HashSet<>(Arrays.asList(orders.readLine().split(" ")));
        Map<String, String[]> tests = new HashMap<>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .configurationParameter(LauncherConstants.STACKTRACE_PRUNING_ENABLED_PROPERTY_NAME,
                        "false");
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            String[] order = line.split(" ");
            tests.put(order[2] + "#" + order[3], order);
            request.selectors(selectMethod(order[2], order[3]));
        }
        // Only the engine that is named runs: nothing that a service file could have brought along.
        var launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .addTestEngines(new org.junit.jupiter.engine.JupiterTestEngine()).build());
        launcher.execute(request.build(), new ChildReporter(pipe, nonce, tests, theirs));
        pipe.flush();
        // A thread that the student left running does not keep the grader waiting.
        Runtime.getRuntime().halt(0);
    }
}
