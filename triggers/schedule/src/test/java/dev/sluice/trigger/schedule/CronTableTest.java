package dev.sluice.trigger.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of {@code cron-table.txt}: expression, zone, an instant, and the first one after it. The marks in its first
 * column say whether cron-utils answers the same ({@code =}) or, in the rows marked {@code !}, is not right, or has another rule: the
 * remarks say why.
 */
class CronTableTest {
    private static final CronDefinition RULES = CronDefinitionBuilder.defineCron()
            .withSeconds()
            .and()
            .withMinutes()
            .and()
            .withHours()
            .and()
            .withDayOfMonth()
            .supportsL()
            .supportsW()
            .supportsLW()
            .supportsQuestionMark()
            .and()
            .withMonth()
            .and()
            .withDayOfWeek()
            .withValidRange(0, 7)
            .withMondayDoWValue(1)
            .withIntMapping(7, 0)
            .supportsL()
            .supportsHash()
            .supportsQuestionMark()
            .and()
            .instance();

    /** A row of the table. */
    record Case(boolean agreed, String cron, ZoneId zone, Instant after, Instant next) {
        static Case of(String line) {
            var columns = line.split("\\|");
            return new Case(
                    columns[0].strip().equals("="),
                    columns[1].strip(),
                    ZoneId.of(columns[2].strip()),
                    Instant.parse(columns[3].strip()),
                    Instant.parse(columns[4].strip()));
        }
    }

    static List<Case> cases() {
        try (var table = Objects.requireNonNull(CronTableTest.class.getResourceAsStream("cron-table.txt"))) {
            return new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Case::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isFollowedByTheTimeOfTheTable(Case row) {
        var cron = CronExpression.parse(row.cron);

        assertThat(cron.next(row.after, row.zone)).isEqualTo(row.next);
        // Nothing lies between, and the way back is the way there.
        assertThat(cron.next(row.next.minusSeconds(1), row.zone)).isEqualTo(row.next);
        assertThat(cron.previous(row.next.plusMillis(1), row.zone)).isEqualTo(row.next);
        assertThat(Objects.requireNonNull(cron.previous(row.next, row.zone))).isBeforeOrEqualTo(row.after);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithCronUtilsWhereThatIsRight(Case row) {
        var fields = row.cron.split("\\s+").length;
        var spelled = fields == 5 ? "0 " + row.cron : row.cron;
        Instant theirs;
        try {
            theirs = ExecutionTime.forCron(new CronParser(RULES).parse(spelled))
                    .nextExecution(row.after.atZone(row.zone))
                    .map(time -> time.toInstant())
                    .orElse(null);
        } catch (RuntimeException unknown) {
            theirs = null;
        }

        if (row.agreed) {
            assertThat(theirs).isEqualTo(row.next);
        } else {
            assertThat(theirs).isNotEqualTo(row.next);
        }
    }

    @Test
    void hasEnoughRows() {
        var zones = Stream.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
                .map(ZoneId::of)
                .toList();

        assertThat(cases()).hasSizeGreaterThan(200);
        assertThat(cases()).extracting(Case::zone).containsAll(zones);
    }
}
