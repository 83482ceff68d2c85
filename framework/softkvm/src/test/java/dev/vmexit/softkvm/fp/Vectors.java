package dev.vmexit.softkvm.fp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// Captured vectors: one operation of a real CPU a line, words separated by blanks, `#` a comment.
final class Vectors {
    private Vectors() {}

    static List<String[]> read(String name) throws IOException {
        var stream = Objects.requireNonNull(Vectors.class.getResourceAsStream(name), name);
        try (var reader = new BufferedReader(
                new InputStreamReader(stream, StandardCharsets.US_ASCII))) {
            return reader.lines().filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" ")).toList();
        }
    }

    static long hex(String word) {
        return Long.parseUnsignedLong(word, 16);
    }

    static Float80 float80(String word) {
        int colon = word.indexOf(':');
        return new Float80((int) hex(word.substring(0, colon)), hex(word.substring(colon + 1)));
    }
}
