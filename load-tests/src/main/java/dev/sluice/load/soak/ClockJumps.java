package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * An engine whose wall clock is set by libfaketime, while its monotonic clock goes on: over both changes of daylight
 * saving, an hour back, and a day forward. What its schedules fire is compared with what is documented, and its function's
 * runs must not notice.
 */
final class ClockJumps implements Trial {
    private static final List<Path> LIBRARIES = List.of(
            Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
            Path.of("/usr/lib/faketime/libfaketime.so.1"));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<String> figures = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public Result run(int rounds, Progress progress) throws Exception {
        var library = LIBRARIES.stream().filter(Files::exists).findFirst();
        if (library.isEmpty()) {
            throw new SoakException("libfaketime is not installed: it is in Debian's package faketime");
        }
        try (var place = new Workplace()) {
            for (var round = 0; round < rounds; round++) {
                progress.say(name() + ": forwards, back, an hour back, a day on");
                round(place, library.get());
            }
            if (!broken.isEmpty()) {
                place.keep();
            }
        }
        return new Result(figures, broken);
    }

    private void round(Workplace place, Path library) throws Exception {
        var offset = place.file("offset");
        var ledger = place.file("fires-" + System.nanoTime());
        Files.createFile(ledger);
        var environment = Map.of(
                "LD_PRELOAD", library.toString(),
                "FAKETIME_TIMESTAMP_FILE", offset.toString(),
                "FAKETIME_NO_CACHE", "1",
                "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                // What it does for the C library of 2017 stretches the waits of a JVM on a later one.
                "FAKETIME_FORCE_MONOTONIC_FIX", "0");
        set(offset, Instant.parse("2026-03-29T00:59:30Z"));
        var engine = EngineProcess.launch(place, "faked", manifest(ledger), environment);
        engine.awaitReady();
        awaitFire(ledger, id -> id.startsWith("tick@"));
        forwards(ledger, offset);
        back(ledger, offset);
        hourBack(ledger, offset);
        dayOn(ledger, offset);
        if (!engine.runs()) {
            broken.add("the engine ended: " + engine.lastWords());
        }
        var ids = ids(ledger);
        if (new HashSet<>(ids).size() != ids.size()) {
            broken.add("some of " + ids.size() + " events came twice");
        }
        var failed = ScheduleApi.get(engine, "/admin/v1/triggers/tick");
        figures.add("the runs of the function meanwhile: " + failed.path("done").asLong() + " done, "
                + failed.path("retried").asLong() + " retried, "
                + failed.path("deadLettered").asLong() + " dead letters");
        if (failed.path("retried").asLong() + failed.path("deadLettered").asLong() > 0) {
            broken.add("runs were retried or put aside");
        }
        engine.stop();
    }

    /** 02:30 in Berlin is skipped: it comes at 03:00, which is 01:00 UTC. */
    private void forwards(Path ledger, Path offset) throws Exception {
        set(offset, Instant.parse("2026-03-29T00:59:55Z"));
        expect(ledger, "skipped@2026-03-29T01:00:00Z", "02:30 of a skipped hour ran at 03:00");
        expect(ledger, "quarters@2026-03-29T01:00:00Z", "a quarter of every hour went on at 03:00");
    }

    /** 02:30 in Berlin comes twice, at 00:30 and 01:30 UTC: it runs the first time; every quarter runs both times. */
    private void back(Path ledger, Path offset) throws Exception {
        set(offset, Instant.parse("2026-10-25T00:29:55Z"));
        expect(ledger, "skipped@2026-10-25T00:30:00Z", "02:30 of a repeated hour ran in the first pass");
        expect(ledger, "quarters@2026-10-25T00:30:00Z", "a quarter of every hour ran in the first pass");
        set(offset, Instant.parse("2026-10-25T01:29:55Z"));
        expect(ledger, "quarters@2026-10-25T01:30:00Z", "and in the second one");
        never(ledger, "skipped@2026-10-25T01:30:00Z", "02:30 ran in both passes");
    }

    private void hourBack(Path ledger, Path offset) throws Exception {
        var now = Instant.parse("2026-10-25T02:10:00Z");
        set(offset, now);
        awaitFire(ledger, id -> isTick(id) && !planned(id).isBefore(now));
        var before = ids(ledger).size();
        set(offset, now.minus(Duration.ofHours(1)));
        Thread.sleep(8_000);
        var doubled = ids(ledger).size() - before;
        // What was being stored as the clock was set may still come.
        if (doubled > 1) {
            broken.add(doubled + " events came while the clock was an hour behind");
        }
        figures.add("an hour back: " + doubled + " events in 8 s, though one is due every 2 s");
        var later = now.plusSeconds(30);
        set(offset, later);
        awaitFire(ledger, id -> isTick(id) && !planned(id).isBefore(later));
        figures.add("and on again where the clock had been");
    }

    private void dayOn(Path ledger, Path offset) throws Exception {
        var before = ids(ledger).size();
        var tomorrow = Instant.parse("2026-10-26T02:20:05Z");
        set(offset, tomorrow);
        expect(ledger, "once@2026-10-26T02:19:00Z", "a day on: the last missed minute or one less than a minute late");
        awaitFire(ledger, id -> isTick(id) && !planned(id).isBefore(tomorrow));
        var minutes = ids(ledger).stream()
                .skip(before)
                .filter(id -> id.startsWith("once@"))
                .count();
        figures.add("a day on: " + minutes + " of 1,450 missed minutes fired by missed: once");
        if (minutes > 3) {
            broken.add(minutes + " events came for a day that was missed once");
        }
    }

    private static boolean isTick(String id) {
        return id.startsWith("tick@");
    }

    private static Instant planned(String id) {
        return Instant.parse(id.substring(id.indexOf('@') + 1));
    }

    private void expect(Path ledger, String id, String what) throws Exception {
        if (awaitFire(ledger, id::equals)) {
            figures.add(what + " (" + id + ")");
        } else {
            broken.add("not seen: " + what + " (" + id + ")");
        }
    }

    private void never(Path ledger, String id, String what) throws Exception {
        Thread.sleep(4_000);
        if (ids(ledger).contains(id)) {
            broken.add(what);
        }
    }

    private static boolean awaitFire(Path ledger, Predicate<String> wanted) throws Exception {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (ids(ledger).stream().noneMatch(wanted)) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(100);
        }
        return true;
    }

    private static List<String> ids(Path ledger) throws IOException {
        return Files.readAllLines(ledger);
    }

    /** From now on the engine's wall clock shows this and goes on from it. */
    private static void set(Path offset, Instant shown) throws IOException {
        var seconds = Duration.between(Instant.now(), shown).toSeconds();
        Files.writeString(offset, (seconds < 0 ? "" : "+") + seconds + "s\n");
    }

    private static String manifest(Path ledger) {
        return """
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: fires}
                spec: {handler: dev.sluice.load.soak.Fires, config: {ledger: "%s"}, timeout: 2s, scaling: {max: 1}}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: tick}
                spec: {every: {period: 2s}, function: fires}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: skipped}
                spec: {schedule: {cron: "30 2 * * *", zone: Europe/Berlin}, function: fires}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: quarters}
                spec: {schedule: {cron: "*/15 * * * *", zone: Europe/Berlin, missed: skip}, function: fires}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: once}
                spec: {schedule: {cron: "* * * * *", missed: once}, function: fires}
                """.formatted(ledger);
    }
}
