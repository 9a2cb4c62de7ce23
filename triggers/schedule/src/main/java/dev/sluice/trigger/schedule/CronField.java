package dev.sluice.trigger.schedule;

import java.util.List;
import java.util.Locale;

/** A field of a cron expression, with what may stand in it. */
enum CronField {
    SECOND("second", 0, 59, ""),
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY("day of month", 1, 31, ""),
    MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
    /** 0 and 7 are Sunday. */
    WEEKDAY("day of week", 0, 7, "SUN MON TUE WED THU FRI SAT");

    final String title;
    final int min;
    final int max;
    /** With spaces between; empty when its values have none. */
    private final String names;

    CronField(String title, int min, int max, String names) {
        this.title = title;
        this.min = min;
        this.max = max;
        this.names = names;
    }

    /** How many values it has before they begin anew. */
    private int cycle() {
        return this == WEEKDAY ? 7 : max - min + 1;
    }

    /** Whether the field says nothing: then the day is up to the other field of days. */
    static boolean isFree(String text) {
        return text.startsWith("*") || text.equals("?");
    }

    /** The values of a list of plain items, as bits. */
    long parse(String text) {
        var values = 0L;
        for (var item : text.split(",", -1)) {
            values |= item(text, item);
        }
        return values;
    }

    /** The values of one item: {@code *}, a value or a range, each with or without a step. */
    long item(String text, String item) {
        var slash = item.indexOf('/');
        var base = slash < 0 ? item : item.substring(0, slash);
        var step = slash < 0 ? 1 : step(text, item.substring(slash + 1));
        if (base.equals("*")) {
            return bits(min, this == WEEKDAY ? 6 : max, step);
        }
        if (base.equals("?")) {
            if (slash >= 0 || (this != DAY && this != WEEKDAY)) {
                throw mistake(text, "? stands alone, as day of month or day of week");
            }
            return bits(min, this == WEEKDAY ? 6 : max, 1);
        }
        var dash = base.indexOf('-', 1);
        if (dash >= 0) {
            return range(text, value(text, base.substring(0, dash)), value(text, base.substring(dash + 1)), step);
        }
        var from = value(text, base);
        return slash < 0 ? bits(from, from, 1) : bits(from, this == WEEKDAY ? 6 : max, step);
    }

    private long range(String text, int from, int to, int step) {
        if (from <= to) {
            return bits(from, to, step);
        }
        if (this == DAY) {
            throw mistake(text, "a range of days goes upwards, as months have different ends");
        }
        var values = 0L;
        for (var value = from; value <= to + cycle(); value += step) {
            values |= 1L << (min + (value - min) % cycle());
        }
        return values;
    }

    private long bits(int from, int to, int step) {
        var values = 0L;
        for (var value = from; value <= to; value += step) {
            values |= 1L << (this == WEEKDAY ? value % 7 : value);
        }
        return values;
    }

    private int step(String text, String step) {
        if (step.matches("\\d{1,2}")) {
            var number = Integer.parseInt(step);
            if (number >= 1 && number <= max) {
                return number;
            }
        }
        throw mistake(text, "a step is a number from 1 to " + max);
    }

    /** A number or a name. */
    int value(String text, String value) {
        if (value.matches("\\d{1,2}")) {
            var number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        var known = List.of(names.split(" "));
        var named = value.isEmpty() ? -1 : known.indexOf(value.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return named + min;
        }
        throw mistake(
                text,
                "'" + value + "' must be " + min + " to " + max
                        + (names.isEmpty() ? "" : " or " + known.get(0) + " to " + known.get(known.size() - 1)));
    }

    IllegalArgumentException mistake(String text, String rule) {
        return new IllegalArgumentException(title + " '" + text + "': " + rule);
    }
}
