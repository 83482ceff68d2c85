package dev.vmexit.cli;

import dev.vmexit.disk.DiskFailure;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes of disks as people type them.
final class DiskSizes {
    private static final String UNITS = "KMGTP";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([KMGTP]?)",
            Pattern.CASE_INSENSITIVE);

    private DiskSizes() {}

    /// {@return `10G`, `512M`, `64K` in bytes; a number alone is bytes, as `qemu-img` has it}
    static long bytes(String text) {
        Matcher match = SIZE.matcher(text);
        if (!match.matches()) {
            throw new DiskFailure("\"" + text + "\" is no size; write 512M or 10G");
        }
        String unit = match.group(2).toUpperCase(Locale.ROOT);
        int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
        long number = Long.parseLong(match.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new DiskFailure("\"" + text + "\" is more than a disk can have");
        }
        return number << shift;
    }
}
