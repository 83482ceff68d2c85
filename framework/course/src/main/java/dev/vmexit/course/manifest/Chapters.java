package dev.vmexit.course.manifest;

import dev.vmexit.course.CourseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The book's anchors, and the titles that stand below them: `[#id]`, then `== Title`.
public final class Chapters {
    private final Map<String, String> titles = new HashMap<>();
    private final Map<String, Path> files = new HashMap<>();

    /// @param directory `chapters` in the checkout
    public Chapters(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(f -> f.toString().endsWith(".adoc")).toList()) {
                read(file, Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new CourseException(directory + " cannot be read: " + e.getMessage());
        }
    }

    private void read(Path file, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.startsWith("[#") && line.endsWith("]")) {
                String next = i + 1 < lines.size() ? lines.get(i + 1) : "";
                String anchor = line.substring(2, line.length() - 1);
                titles.put(anchor, next.replaceFirst("^=+ ", "").strip());
                files.put(anchor, file);
            }
        }
    }

    public boolean has(String anchor) {
        return titles.containsKey(anchor);
    }

    /// {@return the title at an anchor, or the anchor itself where there is none}
    public String title(String anchor) {
        return titles.getOrDefault(anchor, anchor);
    }

    /// {@return the file with an anchor, or the anchor itself where there is none}
    public String file(String anchor) {
        return files.containsKey(anchor) ? files.get(anchor).toString() : anchor;
    }
}
