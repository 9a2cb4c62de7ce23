package dev.sluice.trigger.schedule;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Times that repeat, as a cron expression names them: five fields (minute, hour, day of month, month, day of week) or
 * six, with the second before them, or a word such as {@code @daily}. Immutable.
 *
 * <p>Fields take values, names, ranges, steps and lists; days of the month also {@code L}, {@code L-3}, {@code LW} and
 * {@code 15W}, days of the week {@code FRIL} and {@code MON#2}. Sunday is 0 and 7. When both fields of days name some, a
 * day that either names counts, as in Vixie's cron.
 *
 * <p>Where clocks are set: an expression whose hour begins with {@code *} goes on by what the clock shows, so an hour that
 * comes twice counts twice and one that does not come is missing nothing. With any other hour, a time that the clock skips
 * is the next instant that there is, once for all that are skipped, and one that comes twice counts the first time only.
 */
public final class CronExpression {
    private static final Map<String, String> WORDS = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final int TEXT_MAX = 256;
    /** The calendar repeats after so many years. */
    private static final int YEARS = 400;

    private final String text;
    private final long seconds;
    private final long minutes;
    private final long hours;
    private final long months;
    private final CronDays days;
    private final boolean everyHour;

    private CronExpression(String text, String[] fields) {
        this.text = text;
        this.seconds = CronField.SECOND.parse(fields[0]);
        this.minutes = CronField.MINUTE.parse(fields[1]);
        this.hours = CronField.HOUR.parse(fields[2]);
        this.days = new CronDays(fields[3], fields[5]);
        this.months = CronField.MONTH.parse(fields[4]);
        this.everyHour = fields[2].startsWith("*");
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException naming the field, the value and the rule; also when there is no such time, as on
     *     the 31st of February
     */
    public static CronExpression parse(String text) {
        var stripped = text.strip();
        if (stripped.length() > TEXT_MAX) {
            throw new IllegalArgumentException("a cron expression has at most " + TEXT_MAX + " characters");
        }
        var spelled = stripped;
        if (stripped.startsWith("@")) {
            spelled = WORDS.get(stripped.toLowerCase(Locale.ROOT));
            if (spelled == null) {
                throw new IllegalArgumentException(
                        "'" + stripped + "' must be one of @yearly, @monthly, @weekly, @daily, @hourly");
            }
        }
        var fields = spelled.split("\\s+");
        if (fields.length == 5) {
            fields = ("0 " + spelled).split("\\s+");
        }
        if (fields.length != 6) {
            throw new IllegalArgumentException("'" + stripped + "' has " + fields.length
                    + " fields, must have 5 (minute, hour, day of month, month, day of week)"
                    + " or 6 (second before them)");
        }
        var expression = new CronExpression(stripped, fields);
        if (expression.nextLocal(LocalDateTime.of(2000, 1, 1, 0, 0)) == null) {
            throw new IllegalArgumentException("'" + stripped + "' never fires: no month has such a day");
        }
        return expression;
    }

    /**
     * The first instant after this one; null when there is none in 400 years. In bounded steps, whatever the expression.
     *
     * @param after of the years 1 to 9999
     */
    public @Nullable Instant next(Instant after, ZoneId zone) {
        return everyHour ? nextShown(after, zone) : nextOnce(after, zone);
    }

    /** The last instant before this one; null when there is none in 400 years. */
    public @Nullable Instant previous(Instant before, ZoneId zone) {
        return everyHour ? previousShown(before, zone) : previousOnce(before, zone);
    }

    /** Each time that the clock shows counts. */
    private @Nullable Instant nextShown(Instant after, ZoneId zone) {
        var rules = zone.getRules();
        var offset = rules.getOffset(after);
        var from = LocalDateTime.ofInstant(after, offset);
        var transition = rules.nextTransition(after);
        while (true) {
            var next = nextLocal(from);
            if (next == null) {
                return null;
            }
            if (transition == null || next.toInstant(offset).isBefore(transition.getInstant())) {
                return next.toInstant(offset);
            }
            offset = transition.getOffsetAfter();
            from = transition.getDateTimeAfter().minusNanos(1);
            transition = rules.nextTransition(transition.getInstant());
        }
    }

    private @Nullable Instant previousShown(Instant before, ZoneId zone) {
        var rules = zone.getRules();
        var offset = rules.getOffset(before.minusNanos(1));
        var to = LocalDateTime.ofInstant(before, offset);
        var transition = rules.previousTransition(before);
        while (true) {
            var previous = previousLocal(to);
            if (previous == null) {
                return null;
            }
            if (transition == null || !previous.toInstant(offset).isBefore(transition.getInstant())) {
                return previous.toInstant(offset);
            }
            offset = transition.getOffsetBefore();
            to = transition.getDateTimeBefore();
            transition = rules.previousTransition(transition.getInstant());
        }
    }

    /** Each time of the calendar counts once. */
    private @Nullable Instant nextOnce(Instant after, ZoneId zone) {
        var local = LocalDateTime.ofInstant(after, zone);
        var overlap = transitionAt(local, zone);
        if (overlap != null && overlap.isOverlap() && !after.isBefore(overlap.getInstant())) {
            local = overlap.getDateTimeBefore().minusNanos(1); // what the second pass shows has been
        }
        while (true) {
            local = nextLocal(local);
            if (local == null) {
                return null;
            }
            var next = instantOf(local, zone);
            if (next.isAfter(after)) {
                return next;
            }
        }
    }

    private @Nullable Instant previousOnce(Instant before, ZoneId zone) {
        var local = LocalDateTime.ofInstant(before, zone);
        var overlap = transitionAt(local, zone);
        if (overlap != null && overlap.isOverlap() && !before.isBefore(overlap.getInstant())) {
            local = overlap.getDateTimeBefore();
        }
        while (true) {
            local = previousLocal(local);
            if (local == null) {
                return null;
            }
            var previous = instantOf(local, zone);
            if (previous.isBefore(before)) {
                return previous;
            }
            var gap = transitionAt(local, zone);
            if (gap != null && gap.isGap()) {
                local = gap.getDateTimeBefore();
            }
        }
    }

    private static @Nullable ZoneOffsetTransition transitionAt(LocalDateTime local, ZoneId zone) {
        return zone.getRules().getTransition(local);
    }

    private static Instant instantOf(LocalDateTime local, ZoneId zone) {
        var transition = transitionAt(local, zone);
        if (transition == null) {
            return local.toInstant(zone.getRules().getOffset(local));
        }
        return transition.isGap() ? transition.getInstant() : local.toInstant(transition.getOffsetBefore());
    }

    /** The first time of the calendar after this one. */
    private @Nullable LocalDateTime nextLocal(LocalDateTime after) {
        var from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        var date = from.toLocalDate();
        if (isDay(date)) {
            var time = timeFrom(from.toLocalTime());
            if (time != null) {
                return date.atTime(time);
            }
        }
        var day = dayAfter(date);
        return day == null ? null : day.atTime(first(hours), first(minutes), first(seconds));
    }

    private @Nullable LocalDateTime previousLocal(LocalDateTime before) {
        var to = before.minusNanos(1).truncatedTo(ChronoUnit.SECONDS);
        var date = to.toLocalDate();
        if (isDay(date)) {
            var time = timeTo(to.toLocalTime());
            if (time != null) {
                return date.atTime(time);
            }
        }
        var day = dayBefore(date);
        return day == null ? null : day.atTime(last(hours), last(minutes), last(seconds));
    }

    private boolean isDay(LocalDate date) {
        return has(months, date.getMonthValue()) && days.has(date);
    }

    private @Nullable LocalDate dayAfter(LocalDate date) {
        var month = YearMonth.from(date);
        var later = ~0L << (date.getDayOfMonth() + 1);
        for (var step = 0; step <= YEARS * 12; step++) {
            if (has(months, month.getMonthValue())) {
                var found = days.in(month) & later;
                if (found != 0) {
                    return month.atDay(first(found));
                }
            }
            month = month.plusMonths(1);
            later = ~0L;
        }
        return null;
    }

    private @Nullable LocalDate dayBefore(LocalDate date) {
        var month = YearMonth.from(date);
        var earlier = (1L << date.getDayOfMonth()) - 1;
        for (var step = 0; step <= YEARS * 12; step++) {
            if (has(months, month.getMonthValue())) {
                var found = days.in(month) & earlier;
                if (found != 0) {
                    return month.atDay(last(found));
                }
            }
            month = month.minusMonths(1);
            earlier = ~0L;
        }
        return null;
    }

    /** The first time of a day that is not before this one. */
    private @Nullable LocalTime timeFrom(LocalTime from) {
        var hour = from.getHour();
        var minute = from.getMinute();
        var second = has(hours, hour) && has(minutes, minute) ? atOrAfter(seconds, from.getSecond()) : -1;
        if (second >= 0) {
            return LocalTime.of(hour, minute, second);
        }
        var laterMinute = has(hours, hour) ? atOrAfter(minutes, minute + 1) : -1;
        if (laterMinute >= 0) {
            return LocalTime.of(hour, laterMinute, first(seconds));
        }
        var laterHour = atOrAfter(hours, hour + 1);
        return laterHour < 0 ? null : LocalTime.of(laterHour, first(minutes), first(seconds));
    }

    /** The last time of a day that is not after this one. */
    private @Nullable LocalTime timeTo(LocalTime to) {
        var hour = to.getHour();
        var minute = to.getMinute();
        var second = has(hours, hour) && has(minutes, minute) ? atOrBefore(seconds, to.getSecond()) : -1;
        if (second >= 0) {
            return LocalTime.of(hour, minute, second);
        }
        var earlierMinute = has(hours, hour) ? atOrBefore(minutes, minute - 1) : -1;
        if (earlierMinute >= 0) {
            return LocalTime.of(hour, earlierMinute, last(seconds));
        }
        var earlierHour = atOrBefore(hours, hour - 1);
        return earlierHour < 0 ? null : LocalTime.of(earlierHour, last(minutes), last(seconds));
    }

    private static boolean has(long bits, int value) {
        return (bits & (1L << value)) != 0;
    }

    private static int first(long bits) {
        return Long.numberOfTrailingZeros(bits);
    }

    private static int last(long bits) {
        return Long.SIZE - 1 - Long.numberOfLeadingZeros(bits);
    }

    private static int atOrAfter(long bits, int value) {
        var left = bits & (~0L << value);
        return left == 0 ? -1 : first(left);
    }

    private static int atOrBefore(long bits, int value) {
        var left = value < 0 ? 0 : bits & ((1L << (value + 1)) - 1);
        return left == 0 ? -1 : last(left);
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
