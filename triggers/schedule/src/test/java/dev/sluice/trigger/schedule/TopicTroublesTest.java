package dev.sluice.trigger.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.trigger.schedule.ScheduleBook.Due;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whose schedules wait when a topic takes nothing. */
class TopicTroublesTest {
    private static final long NINE = Instant.parse("2026-03-01T09:00:00Z").toEpochMilli();

    private final TopicTroubles topics = new TopicTroubles();
    private final ScheduleBook book =
            new ScheduleBook(List.of(on("a", "bad"), on("b", "bad"), on("c", "good"), on("d", "fine")), Map.of(), NINE);
    private long now = NINE + 60_000;

    private static Schedule on(String name, String topic) {
        return new Schedule(
                name,
                topic,
                Timing.every(Duration.ofMinutes(1)),
                "1m",
                ZoneOffset.UTC,
                Missed.SKIP,
                Duration.ZERO,
                Duration.ZERO,
                EventForm.of(name, null, null, false));
    }

    private List<Due> next() {
        return topics.next(book, book.take(now, 100), now);
    }

    private static List<String> names(List<Due> due) {
        return due.stream().map(each -> each.schedule().name()).sorted().toList();
    }

    private void store(List<Due> due) {
        due.forEach(book::stored);
        topics.stored(due);
    }

    private List<Due> failAlone() {
        while (true) {
            var due = next();
            if (due.get(0).schedule().topic().equals("bad")) {
                topics.failed(due, "offline", true, now);
                due.forEach(each -> book.postponed(each, now));
                return due;
            }
            store(due);
        }
    }

    @Test
    void triesEachTopicByItselfAfterACommitOfSeveralFailed() {
        var all = next();
        assertThat(names(all)).containsExactly("a", "b", "c", "d");
        topics.failed(all, "offline", true, now);
        all.forEach(each -> book.postponed(each, now));

        assertThat(names(failAlone())).containsExactly("a", "b");
        for (var due = next(); !due.isEmpty(); due = next()) {
            store(due);
        }

        assertThat(book.state("c").lastMillis()).isEqualTo(now);
        assertThat(book.state("d").lastMillis()).isEqualTo(now);
        assertThat(topics.why()).isEqualTo("topic 'bad' takes no events: offline");
    }

    @Test
    void waitsLongerEachTimeWhileTheOthersFire() {
        var all = next();
        topics.failed(all, "offline", true, now);
        all.forEach(each -> book.postponed(each, now));
        for (var wait : List.of(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L)) {
            failAlone();
            for (var due = next(); !due.isEmpty(); due = next()) {
                assertThat(names(due)).doesNotContain("a", "b");
                store(due);
            }
            now += wait - 1;
            assertThat(names(next())).doesNotContain("a", "b");
            now += 1;
        }
    }

    @Test
    void takesAFullTopicsSchedulesOneByOneAndThenMoreOfThem() {
        var bad = next().stream()
                .filter(each -> each.schedule().topic().equals("bad"))
                .toList();
        topics.failed(bad, "full", true, now);
        var reopened = new ScheduleBook(List.of(on("a", "bad"), on("b", "bad")), Map.of(), NINE);
        now += 1_000;

        var first = topics.next(reopened, reopened.take(now, 100), now);
        assertThat(names(first)).hasSize(1);
        first.forEach(reopened::stored);
        topics.stored(first);
        assertThat(topics.why()).isEmpty();
        var second = topics.next(reopened, reopened.take(now, 100), now);
        assertThat(names(second)).hasSize(1).isNotEqualTo(names(first));
        second.forEach(reopened::stored);
        topics.stored(second);
        now += 60_000;

        assertThat(names(topics.next(reopened, reopened.take(now, 100), now))).containsExactly("a", "b");
    }

    @Test
    void doesNotWaitForAClockThatWasSetBack() {
        var all = next();
        topics.failed(all, "offline", true, now);
        all.forEach(each -> book.postponed(each, now));
        failAlone();
        now -= 3_600_000;
        var reopened = new ScheduleBook(List.of(on("a", "bad")), Map.of(), now - 60_000);

        assertThat(names(topics.next(reopened, reopened.take(now, 100), now))).containsExactly("a");
    }
}
