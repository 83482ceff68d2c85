package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Lab;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The compiled parts around a submission: the lab's pristine tests, the reference classes behind
/// the student's, and the libraries.
///
/// @param testClasses where the lab's tests were compiled to
/// @param reference the solution's classes
/// @param libraries the framework and third-party jars, JUnit among them
public record LabClasses(Path testClasses, Path reference, List<Path> libraries) {
    /// Jars that a student's code may not see when it is compiled.
    private static final List<String> HIDDEN = List.of("junit", "opentest4j", "apiguardian",
            "assertj", "byte-buddy", "jackson", "picocli", "jline");

    /// {@return the classes of a lab in a built checkout}
    ///
    /// @param libraries what this program itself runs with
    public static LabClasses of(Course course, Lab lab, List<Path> libraries) {
        Path reference = course.solution(lab).resolve("target/classes");
        Path tests = course.solution(lab).resolve("target/test-classes");
        for (Path needed : List.of(reference, tests)) {
            if (!Files.isDirectory(needed)) {
                throw new CourseException(needed + " is missing: build the project first, with "
                        + "`mvn verify` or any `./vmexit` command");
            }
        }
        return new LabClasses(tests, reference, libraries);
    }

    /// {@return the class path of this JVM}
    public static List<Path> ownClassPath() {
        return Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> !entry.isEmpty()).map(Path::of).map(Path::toAbsolutePath)
                .filter(Files::exists).toList();
    }

    public List<GradedTest> tests() {
        return GradedTest.find(testClasses, forStudents());
    }

    /// {@return what student code is compiled against}
    List<Path> forStudents() {
        var path = new ArrayList<Path>();
        path.add(reference);
        withoutReference().stream().filter(jar -> HIDDEN.stream()
                .noneMatch(name -> jar.getFileName().toString().contains(name))).forEach(path::add);
        return path;
    }

    /// The framework and the tests stand before the student's classes, so that none of them can be
    /// shadowed; the reference stands behind, so that the student's shadow it.
    List<Path> forTests(Path studentClasses) {
        var path = new ArrayList<Path>();
        path.addAll(withoutReference());
        path.add(testClasses);
        path.add(studentClasses);
        path.add(reference);
        return path;
    }

    /// The solution's jar is among the libraries too, and there it would stand in front.
    private List<Path> withoutReference() {
        String solution = reference.getParent().getParent().getFileName().toString();
        return libraries.stream()
                .filter(jar -> !jar.getFileName().toString().startsWith(solution + "-"))
                .filter(jar -> !jar.startsWith(reference.getParent())).toList();
    }
}
