package dev.vmexit.cli;

import dev.vmexit.linux.BootFailure;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times and sizes as people type them.
final class Durations {
    private static final Pattern TIME = Pattern.compile("(\\d{1,6})(ms|s|m|)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMG]?)i?B?",
            Pattern.CASE_INSENSITIVE);

    private Durations() {}

    /// {@return `500ms`, `10s`, `2m`; a number alone is seconds}
    static Duration parse(String text) {
        Matcher match = TIME.matcher(text);
        if (!match.matches()) {
            throw new BootFailure("\"" + text + "\" is no time; write 500ms, 10s or 2m");
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofSeconds(number);
        };
    }

    /// {@return `512M`, `2G`, `65536K` in bytes; a number alone is MiB, as QEMU has it}
    static long bytes(String text) {
        Matcher match = SIZE.matcher(text);
        if (!match.matches()) {
            throw new BootFailure("\"" + text + "\" is no size; write 512M or 2G");
        }
        int shift = switch (match.group(2).toUpperCase(java.util.Locale.ROOT)) {
            case "K" -> 10;
            case "G" -> 30;
            default -> 20;
        };
        return Long.parseLong(match.group(1)) << shift;
    }
}
