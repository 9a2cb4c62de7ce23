package dev.sluice.trigger.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link CronExpression} refuses, and its times against a search minute by minute. */
class CronExpressionTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0 0 31 2 *      | '0 0 31 2 *' never fires: no month has such a day
                    0 0 30 FEB *    | '0 0 30 FEB *' never fires: no month has such a day
                    0 0 31 4,6 ?    | '0 0 31 4,6 ?' never fires: no month has such a day
                    60 * * * *      | minute '60': '60' must be 0 to 59
                    * 24 * * *      | hour '24': '24' must be 0 to 23
                    0 0 0 * *       | day of month '0': '0' must be 1 to 31
                    0 0 32 * *      | day of month '32': '32' must be 1 to 31
                    0 0 1 13 *      | month '13': '13' must be 1 to 12 or JAN to DEC
                    0 0 * * 8       | day of week '8': '8' must be 0 to 7 or SUN to SAT
                    0 0 * * MOO     | day of week 'MOO': 'MOO' must be 0 to 7 or SUN to SAT
                    0 0 * FOO *     | month 'FOO': 'FOO' must be 1 to 12 or JAN to DEC
                    */0 * * * *     | minute '*/0': a step is a number from 1 to 59
                    1/x * * * *     | minute '1/x': a step is a number from 1 to 59
                    1- * * * *      | minute '1-': '' must be 0 to 59
                    1,,2 * * * *    | minute '1,,2': '' must be 0 to 59
                    ? * * * *       | minute '?': ? stands alone, as day of month or day of week
                    0 0 20-10 * *   | day of month '20-10': a range of days goes upwards, as months have different ends
                    0 0 L-31 * *    | day of month 'L-31': L- is followed by 1 to 30, the days before the last one
                    0 0 * * L       | day of week 'L': L follows a day, as in FRIL for the last Friday
                    0 0 * * MON#6   | day of week 'MON#6': # is followed by 1 to 5, as in MON#2 for the second Monday
                    @never          | '@never' must be one of @yearly, @monthly, @weekly, @daily, @hourly
                    """)
    void refusesWhatIsNone(String text, String message) {
        assertThatThrownBy(() -> CronExpression.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({"* * * *,4", "* * * * * * *,7", "'',1"})
    void refusesAnotherNumberOfFields(String text, int fields) {
        assertThatThrownBy(() -> CronExpression.parse(text))
                .hasMessageStartingWith("'" + text + "' has " + fields + " fields, must have 5 ");
    }

    @Test
    void goesBackTheWayItCameThroughAYearWithClocksSet() {
        for (var zone : List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")) {
            for (var text :
                    List.of("*/15 * * * *", "30 2 * * *", "*/20 1-3 * * *", "0 */2 * * *", "15,45 0,2 * * SUN")) {
                var cron = CronExpression.parse(text);
                var there = new ArrayList<Instant>();
                var end = Instant.parse("2026-01-01T00:00:00Z");
                for (var time = cron.next(Instant.parse("2025-01-01T00:00:00Z"), ZoneId.of(zone));
                        time != null && time.isBefore(end);
                        time = cron.next(time, ZoneId.of(zone))) {
                    there.add(0, time);
                }
                var back = new ArrayList<Instant>();
                for (var time = cron.previous(end, ZoneId.of(zone));
                        time != null && time.isAfter(Instant.parse("2025-01-01T00:00:00Z"));
                        time = cron.previous(time, ZoneId.of(zone))) {
                    back.add(time);
                }
                assertThat(back).as("%s in %s", text, zone).isEqualTo(there);
            }
        }
    }

    @Test
    void findsWhatASearchMinuteByMinuteFinds() {
        var random = new Random(7);
        for (var round = 0; round < 150; round++) {
            var text = random(random);
            CronExpression cron;
            try {
                cron = CronExpression.parse(text);
            } catch (IllegalArgumentException never) {
                continue;
            }
            var from = LocalDateTime.of(2023 + random.nextInt(3), 1 + random.nextInt(12), 1 + random.nextInt(28), 9, 7);
            var next = cron.next(from.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);

            var searched = from.plusMinutes(1);
            var days = text.split(" ");
            while (!matches(days, searched)) {
                searched = minuteOf(days, searched)
                        ? searched.plusMinutes(1)
                        : searched.toLocalDate().plusDays(1).atStartOfDay();
            }
            assertThat(next).as("'%s' after %s", text, from).isEqualTo(searched.toInstant(ZoneOffset.UTC));
        }
    }

    /** Plain numbers and steps, which a search can tell by itself. */
    private static String random(Random random) {
        return field(random, 0, 59) + " " + field(random, 0, 23) + " " + field(random, 1, 31) + " "
                + field(random, 1, 12) + " " + field(random, 0, 6);
    }

    private static String field(Random random, int min, int max) {
        return switch (random.nextInt(3)) {
            case 0 -> "*";
            case 1 -> "*/" + (2 + random.nextInt(5));
            default -> String.valueOf(min + random.nextInt(max - min + 1));
        };
    }

    private static boolean minuteOf(String[] fields, LocalDateTime time) {
        var day = fits(fields[2], 1, time.getDayOfMonth());
        var weekday = fits(fields[4], 0, time.getDayOfWeek().getValue() % 7);
        var either = !fields[2].startsWith("*") && !fields[4].startsWith("*");
        return fits(fields[3], 1, time.getMonthValue()) && (either ? day || weekday : day && weekday);
    }

    private static boolean matches(String[] fields, LocalDateTime time) {
        return minuteOf(fields, time) && fits(fields[0], 0, time.getMinute()) && fits(fields[1], 0, time.getHour());
    }

    private static boolean fits(String field, int min, int value) {
        if (field.equals("*")) {
            return true;
        }
        return field.startsWith("*/")
                ? (value - min) % Integer.parseInt(field.substring(2)) == 0
                : Integer.parseInt(field) == value;
    }
}
