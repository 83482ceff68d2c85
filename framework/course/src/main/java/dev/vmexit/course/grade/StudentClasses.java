package dev.vmexit.course.grade;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a submission compiled to: only classes of the files that were asked for, and none that
/// speaks to the grader.
///
/// The second is a fence, not a wall: whoever builds a name at run time climbs over it. It keeps
/// honest code honest, and makes the rest visible to whoever reads the submission.
final class StudentClasses {
    private static final List<String> FORBIDDEN = List.of("dev/vmexit/course/Seed",
            "dev/vmexit/course/grade", "dev.vmexit.course", "com/sun/management",
            "java/lang/management", "org/junit", "org.junit");

    private StudentClasses() {}

    /// @param sources the paths of the files that were compiled
    /// @throws RejectedSubmission that names the class
    static void check(Path classes, Set<String> sources) {
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = classes.relativize(file).toString().replace('\\', '/');
                String outer = name.replaceFirst("(\\$.*)?\\.class$", "");
                if (!sources.contains(outer + ".java")) {
                    throw new RejectedSubmission("the class " + name.replace(".class", "")
                            + " belongs to none of the files that the lab asks for");
                }
                requireSilence(name, Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new CourseException(classes + " cannot be read: " + e.getMessage());
        }
    }

    private static void requireSilence(String name, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (String forbidden : FORBIDDEN) {
            if (text.contains(forbidden)) {
                throw new RejectedSubmission("the class " + name.replace(".class", "")
                        + " uses " + forbidden + ", which is the grader's");
            }
        }
    }
}
