package dev.sluice.trigger.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trigger.schedule.ScheduleBook.Due;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is due when, whatever the clock does, and what a restart makes of what was missed. */
class ScheduleBookTest {
    private static final Instant NINE = Instant.parse("2026-03-01T09:00:00Z");
    private long now = NINE.toEpochMilli();

    private static Schedule minutely(Missed missed) {
        return schedule("m", "* * * * *", missed);
    }

    private static Schedule schedule(String name, String cron, Missed missed) {
        return new Schedule(
                name,
                "t",
                Timing.cron(CronExpression.parse(cron), ZoneOffset.UTC),
                cron,
                ZoneOffset.UTC,
                missed,
                Duration.ZERO,
                Duration.ZERO,
                EventForm.of(name, null, null, false));
    }

    private ScheduleBook book(Map<String, byte[]> states, Schedule... schedules) {
        return new ScheduleBook(List.of(schedules), states, now);
    }

    private void pass(Duration time) {
        now += time.toMillis();
    }

    /** All that is due now, stored. */
    private List<Instant> fire(ScheduleBook book) {
        var fired = new ArrayList<Instant>();
        for (var due : book.take(now, 1_000)) {
            fired.addAll(due.planned());
            book.stored(due);
        }
        return fired;
    }

    private static Map<String, byte[]> kept(ScheduleBook book, String... names) {
        var states = new HashMap<String, byte[]>();
        for (var name : names) {
            states.put(name, book.state(name).bytes());
        }
        return states;
    }

    @Test
    void firesEachTimeOnceAndNotBefore() {
        var book = book(Map.of(), minutely(Missed.ALL));
        assertThat(book.nextDueMillis()).isEqualTo(NINE.plusSeconds(60).toEpochMilli());
        pass(Duration.ofMillis(59_999));
        assertThat(fire(book)).isEmpty();

        pass(Duration.ofMillis(1));

        assertThat(fire(book)).containsExactly(NINE.plusSeconds(60));
        assertThat(fire(book)).isEmpty();
        assertThat(book.nextDueMillis()).isEqualTo(NINE.plusSeconds(120).toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({"SKIP,2,8", "ONCE,3,7", "ALL,10,0"})
    void makesUpForWhatPassedByItsPolicy(Missed missed, int events, int dropped) {
        var book = book(Map.of(), minutely(missed));
        var states = kept(book, "m");
        pass(Duration.ofMinutes(10).plusSeconds(0));

        var restarted = new ScheduleBook(List.of(minutely(missed)), states, now);
        var due = restarted.take(now, 1_000);

        assertThat(restarted.begun()).isEmpty();
        assertThat(due).singleElement().satisfies(it -> {
            assertThat(it.planned()).hasSize(events).isSorted().endsWith(NINE.plusSeconds(600));
            assertThat(it.dropped()).isEqualTo(dropped);
        });
        restarted.stored(due.get(0));
        assertThat(fire(restarted)).isEmpty();
    }

    @Test
    void firesTheLastHundredOfAllThatWasMissed() {
        var states = kept(book(Map.of(), minutely(Missed.ALL)), "m");
        pass(Duration.ofDays(1));

        assertThat(fire(new ScheduleBook(List.of(minutely(Missed.ALL)), states, now)))
                .hasSize(ScheduleBook.CATCH_UP_MAX)
                .doesNotHaveDuplicates()
                .isSorted()
                .endsWith(NINE.plus(Duration.ofDays(1)));
    }

    @Test
    void isQuietWhileTheClockIsSetBackAndDoublesNothing() {
        var book = book(Map.of(), minutely(Missed.ALL));
        pass(Duration.ofMinutes(1));
        assertThat(fire(book)).hasSize(1);

        pass(Duration.ofHours(-1));
        var doubled = fire(book);
        pass(Duration.ofMinutes(59));
        doubled.addAll(fire(book));
        pass(Duration.ofMinutes(2));

        assertThat(doubled).isEmpty();
        assertThat(fire(book)).containsExactly(NINE.plusSeconds(120));
    }

    @Test
    void takesAClockSetForwardAsTimeThatWasMissed() {
        var book = book(Map.of(), minutely(Missed.ONCE));

        pass(Duration.ofDays(1));

        // The last one missed, and two that are no more than a minute late.
        assertThat(fire(book)).hasSize(3).endsWith(NINE.plus(Duration.ofDays(1)));
    }

    @Test
    void beginsAnewWhenItsDefinitionChanged() {
        var states = kept(book(Map.of(), minutely(Missed.ALL)), "m");
        pass(Duration.ofHours(1));
        var changed = schedule("m", "*/5 * * * *", Missed.ALL);

        var book = new ScheduleBook(List.of(changed), states, now);

        assertThat(book.begun()).containsOnlyKeys("m");
        assertThat(fire(book)).isEmpty();
    }

    @Test
    void firesNothingWhilePausedAndGoesOnFromThen() {
        var book = book(Map.of(), minutely(Missed.ALL));
        book.changed("m", book.paused("m", true, now));
        pass(Duration.ofHours(1));
        assertThat(fire(book)).isEmpty();
        assertThat(book.anyPaused()).isTrue();
        var restarted = new ScheduleBook(List.of(minutely(Missed.ALL)), kept(book, "m"), now);
        assertThat(fire(restarted)).isEmpty();

        restarted.changed("m", restarted.paused("m", false, now));

        assertThat(fire(restarted)).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(fire(restarted)).containsExactly(Instant.ofEpochMilli(now));
    }

    @Test
    void offersAgainWhatWasNotStored() {
        var book = book(Map.of(), minutely(Missed.ALL));
        pass(Duration.ofMinutes(1));
        Due due = book.take(now, 10).get(0);
        assertThat(book.take(now, 10)).isEmpty();

        book.postponed(due, now + 1_000);

        assertThat(book.take(now, 10)).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(book.take(now, 10)).extracting(Due::planned).containsExactly(due.planned());
    }

    @Test
    void firesWhatWasNotStoredForMinutesThoughMissedTimesAreSkipped() {
        var book = book(Map.of(), minutely(Missed.SKIP));
        pass(Duration.ofMinutes(1));
        var refused = book.take(now, 10).get(0);
        book.postponed(refused, now + 61_000);
        pass(Duration.ofSeconds(61));
        book.postponed(book.take(now, 10).get(0), now + 61_000);
        pass(Duration.ofSeconds(61));

        var due = book.take(now, 10).get(0);

        assertThat(due.planned()).containsExactly(after(1), after(2), after(3));
        assertThat(due.dropped()).isZero();
        book.stored(due);
        assertThat(fire(book)).isEmpty();
    }

    @Test
    void keepsTheLastHundredOfWhatIsNotStored() {
        var book = book(Map.of(), minutely(Missed.SKIP));
        for (var minute = 0; minute < 150; minute++) {
            pass(Duration.ofMinutes(1));
            book.postponed(book.take(now, 10).get(0), now);
        }

        assertThat(book.take(now, 10)).singleElement().satisfies(due -> {
            assertThat(due.planned()).hasSize(ScheduleBook.CATCH_UP_MAX).endsWith(after(150));
            assertThat(due.dropped()).isEqualTo(50);
        });
    }

    @Test
    void firesWhatTheBookBeforeItTookUnlessItWasStored() {
        var schedules = List.of(minutely(Missed.SKIP), schedule("other", "* * * * *", Missed.SKIP));
        var states = kept(new ScheduleBook(schedules, Map.of(), now), "m", "other");
        var before = new ScheduleBook(schedules, states, now);
        pass(Duration.ofMinutes(1));
        var taken = before.take(now, 10);
        states.put("other", taken.get(1).after().bytes());
        assertThat(taken.get(1).schedule().name()).isEqualTo("other");
        pass(Duration.ofSeconds(90));

        var due = new ScheduleBook(schedules, states, now, before).take(now, 10);

        assertThat(due).anySatisfy(it -> assertThat(it.planned()).containsExactly(after(1), after(2)));
        assertThat(due).anySatisfy(it -> assertThat(it.planned()).containsExactly(after(2)));
    }

    private static Instant after(int minutes) {
        return NINE.plusSeconds(60L * minutes);
    }

    @Test
    void takesNoMoreSchedulesThanACommitChangesStates() {
        var schedules = IntStream.range(0, ScheduleBook.TAKEN_MAX + 1)
                .mapToObj(n -> schedule("s" + n, "0 * * * *", Missed.SKIP))
                .toList();
        var book = new ScheduleBook(schedules, Map.of(), now);
        pass(Duration.ofMinutes(62));

        assertThat(book.take(now, 800)).hasSize(ScheduleBook.TAKEN_MAX).allMatch(due -> due.planned()
                .isEmpty());
        assertThat(book.take(now, 800)).hasSize(1);
    }

    @Test
    void firesOnceAtATimeWithAPartOfAMillisecond() {
        var at = Timing.at(NINE.plusSeconds(60).plusNanos(500_000));
        var book = book(
                Map.of(),
                new Schedule(
                        "once",
                        "t",
                        at,
                        "",
                        ZoneOffset.UTC,
                        Missed.SKIP,
                        Duration.ZERO,
                        Duration.ZERO,
                        EventForm.of("once", null, null, false)));
        pass(Duration.ofMinutes(2));

        assertThat(fire(book)).containsExactly(NINE.plusSeconds(60));
        assertThat(fire(book)).isEmpty();
        assertThat(Timing.every(Duration.ofSeconds(1))
                        .within(NINE.plusNanos(1), NINE.plusSeconds(1).plusNanos(1))
                        .next(NINE.minusSeconds(1)))
                .isEqualTo(NINE);
    }

    @Test
    void firesOnceAtASingleTimeAndWithinStartAndEnd() {
        var at = Timing.at(NINE.plusSeconds(90));
        assertThat(at.next(NINE)).isEqualTo(NINE.plusSeconds(90));
        assertThat(at.next(NINE.plusSeconds(90))).isNull();
        var bounded = Timing.every(Duration.ofSeconds(10)).within(NINE.plusSeconds(20), NINE.plusSeconds(40));
        assertThat(bounded.next(NINE)).isEqualTo(NINE.plusSeconds(20));
        assertThat(bounded.next(NINE.plusSeconds(30))).isNull();
        assertThat(bounded.previous(NINE.plusSeconds(500))).isEqualTo(NINE.plusSeconds(30));
        assertThat(bounded.previous(NINE.plusSeconds(20))).isNull();
    }

    @Test
    void isLateByAPartOfItsJitterThatStays() {
        var spread = new ArrayList<Long>();
        for (var n = 0; n < 200; n++) {
            var plain = schedule("s" + n, "* * * * *", Missed.SKIP);
            var jittered = new Schedule(
                    plain.name(),
                    "t",
                    plain.timing(),
                    "",
                    ZoneOffset.UTC,
                    Missed.SKIP,
                    Duration.ofSeconds(30),
                    Duration.ZERO,
                    plain.form());
            var late = jittered.due(NINE).toEpochMilli() - NINE.toEpochMilli();
            assertThat(late).isBetween(0L, 29_999L);
            assertThat(jittered.due(NINE.plusSeconds(60)).toEpochMilli() - NINE.toEpochMilli())
                    .isEqualTo(late + 60_000);
            spread.add(late);
        }
        assertThat(spread.stream().mapToLong(it -> it).average().orElse(0)).isBetween(12_000.0, 18_000.0);
    }
}
