package dev.sluice.trigger.schedule;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * The days that the two fields of days name. When both name some, a day that either names counts, as in Vixie's cron;
 * when one is free (begins with {@code *}, or is {@code ?}), both must agree.
 */
final class CronDays {
    private static final int WEEK = 7;
    /** The earliest last-but-n day that every month has. */
    private static final int BEFORE_LAST_MAX = 30;

    private final boolean either;
    private final long days;
    private final long weekdays;
    private final List<ToLongFunction<YearMonth>> ofMonth = new ArrayList<>();
    private final List<ToLongFunction<YearMonth>> ofWeek = new ArrayList<>();

    CronDays(String day, String weekday) {
        this.either = !CronField.isFree(day) && !CronField.isFree(weekday);
        var plainDays = 0L;
        for (var item : day.split(",", -1)) {
            plainDays |= day(day, item.toUpperCase(Locale.ROOT));
        }
        this.days = plainDays;
        var plainWeekdays = 0L;
        for (var item : weekday.split(",", -1)) {
            plainWeekdays |= weekday(weekday, item.toUpperCase(Locale.ROOT));
        }
        this.weekdays = plainWeekdays;
    }

    private long day(String text, String item) {
        if (item.equals("L")) {
            ofMonth.add(month -> bit(month.lengthOfMonth()));
        } else if (item.equals("LW") || item.equals("WL")) {
            ofMonth.add(month -> bit(nearestWorkday(month, month.lengthOfMonth())));
        } else if (item.startsWith("L-")) {
            var before = number(item.substring(2), BEFORE_LAST_MAX);
            if (before < 0) {
                throw CronField.DAY.mistake(text, "L- is followed by 1 to 30, the days before the last one");
            }
            ofMonth.add(month -> month.lengthOfMonth() > before ? bit(month.lengthOfMonth() - before) : 0);
        } else if (item.endsWith("W")) {
            var day = CronField.DAY.value(text, item.substring(0, item.length() - 1));
            ofMonth.add(month -> day <= month.lengthOfMonth() ? bit(nearestWorkday(month, day)) : 0);
        } else {
            return CronField.DAY.item(text, item);
        }
        return 0;
    }

    private long weekday(String text, String item) {
        var hash = item.indexOf('#');
        if (hash >= 0) {
            var weekday = CronField.WEEKDAY.value(text, item.substring(0, hash)) % WEEK;
            var which = number(item.substring(hash + 1), 5);
            if (which < 0) {
                throw CronField.WEEKDAY.mistake(text, "# is followed by 1 to 5, as in MON#2 for the second Monday");
            }
            ofWeek.add(month -> {
                var day = first(month, weekday) + (which - 1) * WEEK;
                return day <= month.lengthOfMonth() ? bit(day) : 0;
            });
        } else if (item.equals("L")) {
            throw CronField.WEEKDAY.mistake(text, "L follows a day, as in FRIL for the last Friday");
        } else if (item.endsWith("L")) {
            var weekday = CronField.WEEKDAY.value(text, item.substring(0, item.length() - 1)) % WEEK;
            ofWeek.add(month -> {
                var day = first(month, weekday);
                return bit(day + (month.lengthOfMonth() - day) / WEEK * WEEK);
            });
        } else {
            return CronField.WEEKDAY.item(text, item);
        }
        return 0;
    }

    private static int number(String text, int max) {
        if (text.matches("\\d{1,2}")) {
            var number = Integer.parseInt(text);
            return number >= 1 && number <= max ? number : -1;
        }
        return -1;
    }

    private static long bit(int day) {
        return 1L << day;
    }

    /** The month's first day that is this day of the week. */
    private static int first(YearMonth month, int weekday) {
        var ofFirst = month.atDay(1).getDayOfWeek().getValue() % WEEK;
        return 1 + Math.floorMod(weekday - ofFirst, WEEK);
    }

    /** Monday to Friday; never in another month. */
    private static int nearestWorkday(YearMonth month, int day) {
        var weekday = month.atDay(day).getDayOfWeek();
        if (weekday == DayOfWeek.SATURDAY) {
            return day == 1 ? 3 : day - 1;
        }
        if (weekday == DayOfWeek.SUNDAY) {
            return day == month.lengthOfMonth() ? day - 2 : day + 1;
        }
        return day;
    }

    /** The days of the month, as bits from 1. */
    long in(YearMonth month) {
        var named = days;
        for (var rule : ofMonth) {
            named |= rule.applyAsLong(month);
        }
        var ofWeekdays = 0L;
        for (var weekday = 0; weekday < WEEK; weekday++) {
            if ((weekdays & bit(weekday)) != 0) {
                for (var day = first(month, weekday); day <= month.lengthOfMonth(); day += WEEK) {
                    ofWeekdays |= bit(day);
                }
            }
        }
        for (var rule : ofWeek) {
            ofWeekdays |= rule.applyAsLong(month);
        }
        var all = bit(month.lengthOfMonth() + 1) - 2;
        return all & (either ? named | ofWeekdays : named & ofWeekdays);
    }

    boolean has(LocalDate date) {
        return (in(YearMonth.from(date)) & bit(date.getDayOfMonth())) != 0;
    }
}
