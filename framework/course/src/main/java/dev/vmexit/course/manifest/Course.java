package dev.vmexit.course.manifest;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The whole checkout, as the course sees it.
///
/// @param root where `pom.xml` and the labs are
public record Course(Path root) {
    /// {@return the labs, in the order of their numbers}
    public List<Lab> labs() {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(child -> Files.exists(child.resolve("lab.yaml")))
                    .map(Lab::read).sorted(Comparator.comparingInt(Lab::number)).toList();
        } catch (IOException e) {
            throw new CourseException(root + " cannot be read: " + e.getMessage());
        }
    }

    /// {@return the lab that an exercise belongs to}
    public Lab labOf(String exercise) {
        return labs().stream().filter(lab -> lab.find(exercise).isPresent()).findFirst()
                .orElseThrow(() -> new CourseException("there is no exercise " + exercise));
    }

    public Lab lab(String name) {
        return labs().stream()
                .filter(lab -> lab.name().equals(name)
                        || lab.directory().getFileName().toString().equals(name))
                .findFirst().orElseThrow(() -> new CourseException("there is no lab " + name));
    }

    public Chapters chapters() {
        return new Chapters(root.resolve("chapters"));
    }

    public Path solution(Lab lab) {
        return root.resolve("solutions").resolve(lab.name());
    }
}
