package dev.sluice.cloudevents;

import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Timestamps of RFC 3339, checked without an allocation. A leap second is accepted where one can be: at 23:59:60 UTC
 * of the last day of a month; as {@link OffsetDateTime} has none, it is then read as second 59.
 */
final class Rfc3339 {
    private static final int SHORTEST = "2018-04-05T17:31:00Z".length();
    private static final int SECONDS_END = 19;

    private Rfc3339() {}

    static boolean isValid(String text) {
        if (text.length() < SHORTEST || !separators(text)) {
            return false;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 2);
        int day = digits(text, 8, 2);
        int hour = digits(text, 11, 2);
        int minute = digits(text, 14, 2);
        int second = digits(text, 17, 2);
        if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
            return false;
        }
        int zone = fractionEnd(text);
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || zone < 0 || !zoneAt(text, zone)) {
            return false;
        }
        return second <= 59 || (second == 60 && isLeapSecond(text, zone, year, month, day, hour * 60 + minute));
    }

    /** Reads a text for which {@link #isValid} holds; digits beyond nanoseconds are cut off. */
    static OffsetDateTime parse(String text) {
        int zone = fractionEnd(text);
        LocalDateTime local = LocalDateTime.of(
                digits(text, 0, 4),
                digits(text, 5, 2),
                digits(text, 8, 2),
                digits(text, 11, 2),
                digits(text, 14, 2),
                Math.min(59, digits(text, 17, 2)),
                nanos(text, zone));
        int offset = offsetMinutes(text, zone);
        if (Math.abs(offset) > 18 * 60) { // RFC 3339 goes to 23:59, ZoneOffset to 18:00: the same instant in UTC
            return local.minusMinutes(offset).atOffset(ZoneOffset.UTC);
        }
        return local.atOffset(ZoneOffset.ofTotalSeconds(offset * 60));
    }

    /** The canonical text; not valid for years beyond 9999 or offsets with seconds, which RFC 3339 cannot say. */
    static String format(OffsetDateTime time) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
    }

    private static boolean separators(String text) {
        return text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && (text.charAt(10) == 'T' || text.charAt(10) == 't')
                && text.charAt(13) == ':'
                && text.charAt(16) == ':';
    }

    /** The number in these digits; -1 when one of them is none. */
    private static int digits(String text, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** Where the zone begins; -1 when a fraction has no digits or nothing follows it. */
    private static int fractionEnd(String text) {
        if (text.charAt(SECONDS_END) != '.') {
            return SECONDS_END;
        }
        int at = SECONDS_END + 1;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at == SECONDS_END + 1 || at == text.length() ? -1 : at;
    }

    private static boolean zoneAt(String text, int zone) {
        char first = text.charAt(zone);
        if (first == 'Z' || first == 'z') {
            return text.length() == zone + 1;
        }
        if ((first != '+' && first != '-') || text.length() != zone + 6 || text.charAt(zone + 3) != ':') {
            return false;
        }
        int hours = digits(text, zone + 1, 2);
        int minutes = digits(text, zone + 4, 2);
        return hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59;
    }

    private static int offsetMinutes(String text, int zone) {
        char first = text.charAt(zone);
        if (first == 'Z' || first == 'z') {
            return 0;
        }
        int minutes = digits(text, zone + 1, 2) * 60 + digits(text, zone + 4, 2);
        return first == '-' ? -minutes : minutes;
    }

    private static int nanos(String text, int zone) {
        int value = 0;
        for (int i = 0; i < 9; i++) {
            int at = SECONDS_END + 1 + i;
            value = value * 10 + (at < zone ? text.charAt(at) - '0' : 0);
        }
        return value;
    }

    private static boolean isLeapSecond(String text, int zone, int year, int month, int day, int minuteOfDay) {
        int utc = minuteOfDay - offsetMinutes(text, zone);
        int lastMinute = 24 * 60 - 1;
        boolean lastOfMonth = day == daysOf(year, month);
        return (utc == lastMinute && lastOfMonth)
                || (utc == -1 && day == 1)
                || (utc == lastMinute + 24 * 60 && day == daysOf(year, month) - 1);
    }

    private static int daysOf(int year, int month) {
        if (month == 2) {
            return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
    }
}
