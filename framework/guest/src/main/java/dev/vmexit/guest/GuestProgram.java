package dev.vmexit.guest;

import java.util.HexFormat;

/// A guest and what it must do: loaded at `loadAddress`, started there, it turns `input` into
/// `output` on port [#CONSOLE] and then executes `HLT`.
///
/// @param memoryBytes how much RAM it needs, from address 0
/// @param listing address, bytes, instruction and source line, for people
public record GuestProgram(String name, String summary, EntryMode mode, long memoryBytes,
        long loadAddress, byte[] image, String listing, String input, String output) {

    /// `OUT` prints a character; `IN` takes the next one, 0 when there is none.
    public static final int CONSOLE = 0x3F8;

    /// {@return the image as hex text, for messages}
    public String hex() {
        return HexFormat.ofDelimiter(" ").formatHex(image);
    }
}
