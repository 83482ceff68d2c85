package dev.vmexit.rtc;

/// A time of day as the three alarm registers have it: BCD, 24 hours. A register whose two highest
/// bits are set does not care: it is right in every second, minute or hour.
///
/// @spec https://www.nxp.com/docs/en/data-sheet/MC146818.pdf Motorola MC146818, "Time, Calendar and
///       Alarm Locations"
record RtcAlarm(int seconds, int minutes, int hours) {
    private static final int DO_NOT_CARE = 0xC0;
    private static final int DAY = 86_400;

    boolean isAt(long epochSecond) {
        long second = Math.floorMod(epochSecond, DAY);
        return matches(seconds, second % 60) && matches(minutes, second / 60 % 60)
                && matches(hours, second / 3600);
    }

    /// {@return whether the alarm's time comes after the second `after`, and by the second `last`}
    boolean isWithin(long after, long last) {
        // Every time of day occurs in the last day of a longer time.
        for (long second = Math.max(after + 1, last - DAY + 1); second <= last; second++) {
            if (isAt(second)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(int register, long number) {
        return (register & DO_NOT_CARE) == DO_NOT_CARE || register == Rtc.bcd((int) number);
    }
}
