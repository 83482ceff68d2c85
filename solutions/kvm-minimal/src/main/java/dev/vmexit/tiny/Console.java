package dev.vmexit.tiny;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// One port: what is written to it comes out as text, what is read from it is the next character of
/// the input, 0 when there is none left.
public final class Console {
    private final byte[] input;
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final PrintStream screen;
    private int next;

    /// @param screen gets a copy of every character, at once
    public Console(String input, OutputStream screen) {
        this.input = input.getBytes(StandardCharsets.ISO_8859_1);
        this.screen = new PrintStream(screen, true);
    }

    public void put(int character) {
        seen.write(character);
        screen.write(character);
        screen.flush();
    }

    public int take() {
        return next < input.length ? Byte.toUnsignedInt(input[next++]) : 0;
    }

    /// {@return everything that was written so far}
    public String output() {
        return seen.toString(StandardCharsets.ISO_8859_1);
    }
}
