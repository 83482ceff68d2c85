package dev.vmexit.guest;

import java.util.HexFormat;

/// A guest and what it must do: loaded at `loadAddress`, started there, it turns `input` into
/// `output` on port [#CONSOLE] and then executes `HLT`.
///
/// @param needsTimer whether it wants interrupt controllers and a timer; then it ends by a write to
///     [#POWER], because `HLT` only waits
/// @param memoryBytes how much RAM it needs, from address 0
/// @param listing address, bytes, instruction and source line, for people
public record GuestProgram(String name, String summary, EntryMode mode, boolean needsTimer,
        long memoryBytes,
        long loadAddress, byte[] image, String listing, String input, String output) {

    /// `OUT` prints a character; `IN` takes the next one, 0 when there is none.
    public static final int CONSOLE = 0x3F8;

    /// Writing anything here switches the machine off.
    public static final int POWER = 0xF4;

    /// {@return the image as hex text, for messages}
    public String hex() {
        return HexFormat.ofDelimiter(" ").formatHex(image);
    }
}
