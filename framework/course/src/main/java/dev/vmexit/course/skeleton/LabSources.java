package dev.vmexit.course.skeleton;

import dev.vmexit.course.CourseException;
import dev.vmexit.course.manifest.Course;
import dev.vmexit.course.manifest.Lab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The files of a lab that have holes: what they must contain, and writing them.
public final class LabSources {
    private static final Path SOURCES = Path.of("src", "main", "java");

    private final Lab lab;
    private final Path solution;

    public LabSources(Course course, Lab lab) {
        this.lab = lab;
        this.solution = course.solution(lab).resolve(SOURCES);
    }

    public static Path sourcesOf(Lab lab) {
        return lab.directory().resolve(SOURCES);
    }

    /// {@return the lab's files by path below `src/main/java`, with these exercises solved}
    public Map<String, String> generate(Set<String> solved) {
        var files = new TreeMap<String, String>();
        reference().forEach((path, text) -> files.put(path,
                Skeleton.of(path, text, Set.copyOf(lab.ids()), solved)));
        return files;
    }

    /// {@return the solution's files that have holes, with their marks}
    public Map<String, String> reference() {
        var files = new TreeMap<String, String>();
        try (Stream<Path> all = Files.walk(solution)) {
            for (Path file : all.filter(f -> f.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                if (Skeleton.hasHole(text)) {
                    files.put(solution.relativize(file).toString().replace('\\', '/'), text);
                }
            }
        } catch (IOException e) {
            throw new CourseException(solution + " cannot be read: " + e.getMessage());
        }
        return files;
    }

    /// Writes the skeletons into the lab. A file that a learner has changed is never touched; the
    /// caller decides which files those are.
    ///
    /// @return what was written
    public List<String> write(Set<String> paths) {
        var written = new ArrayList<String>();
        generate(Set.of()).forEach((path, text) -> {
            if (paths.contains(path)) {
                put(sourcesOf(lab).resolve(path), text);
                written.add(path);
            }
        });
        return written;
    }

    static void put(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new CourseException(file + " cannot be written: " + e.getMessage());
        }
    }

    /// {@return how the lab differs from what would be generated, one line a file; empty if not}
    public List<String> differences() {
        var differences = new ArrayList<String>();
        Map<String, String> expected = generate(Set.of());
        expected.forEach((path, text) -> {
            Path file = sourcesOf(lab).resolve(path);
            if (!Files.exists(file)) {
                differences.add(file + " is missing");
            } else if (!read(file).equals(text)) {
                differences.add(file + " is not what the solution generates");
            }
        });
        try (Stream<Path> all = Files.walk(sourcesOf(lab))) {
            all.filter(f -> f.toString().endsWith(".java"))
                    .map(f -> sourcesOf(lab).relativize(f).toString().replace('\\', '/'))
                    .filter(path -> !expected.containsKey(path))
                    .forEach(path -> differences.add(path + " has no hole and does not belong"));
        } catch (IOException e) {
            throw new CourseException(sourcesOf(lab) + " cannot be read: " + e.getMessage());
        }
        return differences;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CourseException(file + " cannot be read: " + e.getMessage());
        }
    }
}
