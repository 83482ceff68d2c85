package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// A submission's own compiler run: no annotation processors, no JUnit, nothing but the reference
/// classes behind it.
///
/// @param errors what the compiler said, file and line first; empty if it compiled
public record Compilation(Path classes, List<String> errors) {
    private static final int MOST_ERRORS = 20;

    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(String path, String text) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /// Compiles sources into `classes`, which is made if it is not there.
    ///
    /// @param sources text by path
    /// @param classPath what the sources may use
    public static Compilation of(Map<String, String> sources, List<Path> classPath, Path classes) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new CourseException("this Java has no compiler; a JDK is needed, not a JRE");
        }
        var found = new DiagnosticCollector<JavaFileObject>();
        try (var files = javac.getStandardFileManager(found, Locale.ROOT, null)) {
            Files.createDirectories(classes);
            List<String> options = List.of("-proc:none", "-implicit:none", "-g", "-nowarn", "-d",
                    classes.toString(), "-cp", classPath.stream().map(Path::toString)
                            .collect(Collectors.joining(java.io.File.pathSeparator)));
            var units = sources.entrySet().stream()
                    .map(entry -> new Text(entry.getKey(), entry.getValue())).toList();
            boolean done = units.isEmpty() || javac.getTask(new StringWriter(), files, found,
                    options, null, units).call();
            return new Compilation(classes, errors(found, done));
        } catch (IOException e) {
            throw new CourseException(classes + " cannot be written: " + e.getMessage());
        }
    }

    /// A compiler that gives up without a word, as on an expression too deep for its stack, has not
    /// compiled.
    private static List<String> errors(DiagnosticCollector<JavaFileObject> found, boolean done) {
        List<String> errors = found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .limit(MOST_ERRORS).map(Compilation::line).toList();
        return errors.isEmpty() && !done ? List.of("the compiler gave up on it") : errors;
    }

    private static String line(Diagnostic<? extends JavaFileObject> diagnostic) {
        JavaFileObject source = diagnostic.getSource();
        String file = source == null ? "?" : source.getName().replaceFirst("^/", "");
        return "%s:%d: %s".formatted(file, diagnostic.getLineNumber(),
                diagnostic.getMessage(Locale.ROOT));
    }

    public boolean succeeded() {
        return errors.isEmpty();
    }
}
