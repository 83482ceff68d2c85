package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a student hands in, reduced to what counts: the Java files that the lab asks for.
///
/// Everything else in the directory is ignored if it is harmless, and refused if somebody put it
/// there in order to be more than a solution.
///
/// @param files text by path below `src/main/java`
public record Submission(Map<String, String> files) {
    static final int MOST_FILES = 400;
    static final long MOST_BYTES = 1 << 20;

    private static final Set<String> RESERVED = Set.of("java/", "javax/", "jdk/", "sun/",
            "com/sun/", "org/junit/", "org/assertj/", "org/opentest4j/", "org/apiguardian/",
            "dev/vmexit/course/", "dev/vmexit/host/", "dev/vmexit/guest/", "dev/vmexit/asm/");

    /// Reads a submission.
    ///
    /// @param sources its `src/main/java`
    /// @param wanted the paths that the lab asks for
    /// @throws RejectedSubmission that names the file and the reason
    /// @throws CourseException if there is no such directory
    public static Submission read(Path sources, Set<String> wanted) {
        if (!Files.isDirectory(sources)) {
            throw new CourseException(sources + " is not a directory with a submission in it");
        }
        var files = new TreeMap<String, String>();
        try (Stream<Path> all = Files.walk(sources)) {
            int count = 0;
            for (Path file : (Iterable<Path>) all::iterator) {
                if (++count > MOST_FILES) {
                    throw new RejectedSubmission("the submission has more than " + MOST_FILES
                            + " files");
                }
                String path = sources.relativize(file).toString().replace('\\', '/');
                requireHarmless(file, path);
                if (wanted.contains(path)) {
                    files.put(path, text(file, path));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new RejectedSubmission("the submission cannot be read: " + e.getMessage());
        }
        return new Submission(files);
    }

    /// {@return this submission, with the files that were not handed in as they are in `skeleton`}
    ///
    /// Without this a missing file would be the reference's, and earn its points.
    public Submission over(Map<String, String> skeleton) {
        var all = new TreeMap<>(skeleton);
        all.putAll(files);
        return new Submission(all);
    }

    private static void requireHarmless(Path file, String path) {
        if (Files.isSymbolicLink(file)) {
            throw refused(path, "it is a link, and only regular files are taken");
        } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            if (path.endsWith("META-INF") || path.contains("META-INF/")) {
                throw refused(path, "META-INF could change how the tests are run");
            }
        } else if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused(path, "it is not a regular file");
        } else if (path.endsWith(".class") || path.endsWith(".jar")) {
            throw refused(path, "only sources are taken, nothing compiled");
        } else if (RESERVED.stream().anyMatch(path::startsWith)) {
            throw refused(path, "this package is not the student's");
        }
    }

    private static String text(Path file, String path) throws IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw refused(path, "it is larger than " + MOST_BYTES + " bytes");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException notText) {
            throw refused(path, "it is not UTF-8 text");
        }
    }

    private static RejectedSubmission refused(String path, String why) {
        return new RejectedSubmission(path + ": " + why);
    }
}
