package dev.sluice.cloudevents.kafka;

import java.nio.charset.StandardCharsets;

/**
 * A record's timestamp as RFC 3339 writes it: every plain record has one, and the JDK's formatter costs more than the
 * rest of its event. Days are turned into a date by the proleptic Gregorian rule, with years that begin in March.
 */
final class MillisText {
    /** 9999-12-31T23:59:59.999Z, the last millisecond that RFC 3339 can name. */
    static final long MAX = 253_402_300_799_999L;

    private static final int DAY_MILLIS = 24 * 60 * 60 * 1_000;
    private static final int DAYS_TO_MARCH_OF_YEAR_0 = 719_468;
    private static final int ERA_DAYS = 146_097;
    private static final int ERA_YEARS = 400;

    private MillisText() {}

    /** Milliseconds since 1970, from 0 to {@link #MAX}, as {@code 2018-04-05T17:31:00.000Z}. */
    static String of(long millis) {
        byte[] text = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.ISO_8859_1);
        date(text, (int) (millis / DAY_MILLIS));
        int rest = (int) (millis % DAY_MILLIS);
        digits(text, 11, 2, rest / 3_600_000);
        digits(text, 14, 2, rest / 60_000 % 60);
        digits(text, 17, 2, rest / 1_000 % 60);
        digits(text, 20, 3, rest % 1_000);
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private static void date(byte[] text, int epochDay) {
        int day = epochDay + DAYS_TO_MARCH_OF_YEAR_0;
        int era = day / ERA_DAYS;
        int dayOfEra = day % ERA_DAYS;
        int yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int monthFromMarch = (5 * dayOfYear + 2) / 153;
        int month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
        digits(text, 0, 4, era * ERA_YEARS + yearOfEra + (month <= 2 ? 1 : 0));
        digits(text, 5, 2, month);
        digits(text, 8, 2, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1);
    }

    private static void digits(byte[] text, int from, int count, int value) {
        int rest = value;
        for (int at = from + count - 1; at >= from; at--) {
            text[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }
}
