package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.Graded;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// A method that is a graded test, found in the lab's own compiled tests.
///
/// @param graded the annotation; its points are checked against the manifest
public record GradedTest(String className, String method, Graded graded) {
    public String id() {
        return graded.id();
    }

    /// {@return the graded tests of a lab, by class name, then in the order of their ids}
    ///
    /// @param testClasses where the lab's tests were compiled to
    /// @param classPath what those classes need in order to be loaded
    public static List<GradedTest> find(Path testClasses, List<Path> classPath) {
        var urls = Stream.concat(Stream.of(testClasses), classPath.stream())
                .map(GradedTest::url).toArray(URL[]::new);
        try (var loader = new URLClassLoader(urls, GradedTest.class.getClassLoader());
                Stream<Path> files = Files.walk(testClasses)) {
            var found = new ArrayList<GradedTest>();
            for (Path file : files.filter(f -> f.toString().endsWith("Test.class")).toList()) {
                found.addAll(in(loader, testClasses.relativize(file)));
            }
            found.sort(java.util.Comparator.comparing(GradedTest::id));
            return found;
        } catch (IOException e) {
            throw new CourseException("the lab's tests in " + testClasses
                    + " cannot be read; build the project first: " + e.getMessage());
        }
    }

    private static URL url(Path path) {
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(path.toString(), e);
        }
    }

    private static List<GradedTest> in(ClassLoader loader, Path file) {
        String name = file.toString().replaceAll("[/\\\\]", ".").replaceAll("\\.class$", "");
        try {
            Class<?> type = Class.forName(name, false, loader);
            return Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Graded.class))
                    .map(method -> of(type, method)).toList();
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CourseException("the test class " + name + " cannot be loaded: " + e);
        }
    }

    private static GradedTest of(Class<?> type, Method method) {
        return new GradedTest(type.getName(), method.getName(),
                method.getAnnotation(Graded.class));
    }
}
