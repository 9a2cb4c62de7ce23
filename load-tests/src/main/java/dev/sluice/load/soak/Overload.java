package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An engine that is asked over HTTP for as much as its function can do, then for twice as much, then for half as much:
 * as calls, and as events for a topic with little room, by turns.
 */
final class Overload implements Trial {
    private static final int SLOTS = 20;
    private static final int RUN_MILLIS = 100;
    private static final int CAPACITY = SLOTS * 1_000 / RUN_MILLIS;
    private static final int WARM_SECONDS = 6;
    private static final int FULL_SECONDS = 8;
    private static final int CALM_SECONDS = 6;
    private static final int SETTLE_MILLIS = 1_000;
    private static final int DRAIN_SECONDS = 60;
    private static final Pattern COLLECTION = Pattern.compile(".*Diagnostic Command.*->(\\d+)M\\(.*");

    private int phases;

    @Override
    public String name() {
        return "overload";
    }

    @Override
    public Result run(int rounds, Progress progress) throws Exception {
        try (var place = new Workplace()) {
            try {
                var log = place.file("collections.log");
                var flags = Map.of("JAVA_TOOL_OPTIONS", "-Xlog:gc:file=" + log + "::filecount=0");
                var engine = EngineProcess.launch(place, "one", manifest(place), flags);
                var figures = new ArrayList<String>();
                var broken = new ArrayList<String>();
                figures.add(String.format(
                        Locale.ROOT, "%d slots of %d ms: 1x is %,d a second", SLOTS, RUN_MILLIS, CAPACITY));
                try (var client = new OverloadClient(engine.awaitReady());
                        var calls = new Way("calls", "/functions/called", place.file("calls.ledger"));
                        var topic = new Way("topic", "/topics/work", place.file("topic.ledger"))) {
                    for (var way : List.of(calls, topic)) {
                        client.play(phase(2 * CAPACITY, WARM_SECONDS), way.path);
                        client.awaitAnswers();
                    }
                    for (var round = 1; round <= rounds; round++) {
                        for (var way : List.of(calls, topic)) {
                            var verdict = play(client, engine, way, log);
                            progress.say(name() + " round " + round + " of " + rounds + ": " + verdict.figure());
                            way.rounds.add(verdict);
                            figures.add(verdict.figure());
                            broken.addAll(verdict.broken());
                        }
                    }
                    for (var way : List.of(calls, topic)) {
                        judge(way, figures, broken);
                    }
                }
                engine.stop();
                if (!broken.isEmpty()) {
                    place.keep();
                    figures.add("ledgers and logs are kept in " + place.folder());
                }
                return new Result(figures, broken);
            } catch (Exception | AssertionError e) {
                place.keep();
                throw e;
            }
        }
    }

    private static void judge(Way way, List<String> figures, List<String> broken) {
        var goodput = OverloadVerdict.goodput(way.rounds);
        var figure = String.format(Locale.ROOT, "%s: goodput at 2x is %.0f %% of that at 1x", way.name, 100 * goodput);
        figures.add(figure);
        if (goodput < OverloadVerdict.GOODPUT_MIN) {
            broken.add(figure);
        }
    }

    /** A way into the engine, and the ledger of what came by it. */
    private static final class Way implements AutoCloseable {
        private final String name;
        private final String path;
        private final LedgerTail ledger;
        private final List<OverloadVerdict> rounds = new ArrayList<>();

        private Way(String name, String path, Path ledger) throws IOException {
            this.name = name;
            this.path = path;
            this.ledger = new LedgerTail(ledger);
        }

        @Override
        public void close() throws IOException {
            ledger.close();
        }
    }

    private OverloadPhase phase(int perSecond, int seconds) {
        return new OverloadPhase(phases++, perSecond, seconds);
    }

    private OverloadVerdict play(OverloadClient client, EngineProcess engine, Way way, Path log) throws Exception {
        var usual = phase(CAPACITY, FULL_SECONDS);
        var beyond = phase(2 * CAPACITY, FULL_SECONDS);
        var calm = phase(CAPACITY / 2, CALM_SECONDS);
        var times = new ArrayList<Long>();
        var heaps = new ArrayList<Long>();
        for (var full : List.of(usual, beyond)) {
            times.add(System.currentTimeMillis() + SETTLE_MILLIS);
            client.play(full, way.path);
            times.add(System.currentTimeMillis());
            // While all that it may hold is held.
            heaps.add(liveBytes(engine, log));
        }
        client.play(calm, way.path);
        client.awaitAnswers();
        var runs = drained(way, List.of(usual, beyond, calm));
        return new OverloadVerdict(
                way.name,
                CAPACITY,
                runs.perSecond(times.get(0), times.get(1)),
                runs.perSecond(times.get(2), times.get(3)),
                runs.requests(List.of(usual, beyond, calm)),
                beyond.acceptedWithinMillis(99),
                beyond.sentLateMillis(),
                calm.calmAfterSeconds(OverloadVerdict.LATE_MAX_MILLIS / 2.0),
                heaps.get(0),
                heaps.get(1));
    }

    /** What ran, once all has that was accepted. */
    private static OverloadRuns drained(Way way, List<OverloadPhase> phases) throws Exception {
        var runs = new OverloadRuns();
        for (var turn = 0; turn < DRAIN_SECONDS * 10; turn++) {
            way.ledger.read(line -> runs.add(Run.of(line)));
            if (runs.haveAll(phases)) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        // What must not run would run by now.
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        way.ledger.read(line -> runs.add(Run.of(line)));
        return runs;
    }

    /** What is alive on the engine's heap, to the mebibyte. */
    private static long liveBytes(EngineProcess engine, Path log) throws Exception {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, Long.toString(engine.pid()), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new SoakException("jcmd " + engine.pid() + " GC.run failed");
        }
        var last = -1L;
        for (var line : Files.readAllLines(log)) {
            Matcher collection = COLLECTION.matcher(line);
            last = collection.matches() ? Long.parseLong(collection.group(1)) : last;
        }
        if (last < 0) {
            throw new SoakException("no collection that was asked for is in " + log);
        }
        return last << 20;
    }

    private static String manifest(Workplace place) {
        return String.format(
                Locale.ROOT,
                """
                apiVersion: sluice.dev/v1
                kind: Broker
                metadata: {name: default}
                spec:
                  memory: {topic-events-max: 400, waiting-sends-max: 200, send-deadline: 400ms}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: called}
                spec:
                  handler: dev.sluice.load.soak.Recorder
                  config: {ledger: "%s", delay-ms: "%d", exact: "true"}
                  concurrency: %d
                  scaling: {min: 1, max: 1}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: worker}
                spec:
                  handler: dev.sluice.load.soak.Recorder
                  config: {ledger: "%s", delay-ms: "%d", exact: "true"}
                  concurrency: %d
                  scaling: {min: 1, max: 1}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: work}
                spec:
                  topic: {name: work, order: none}
                  function: worker
                """,
                place.file("calls.ledger"),
                RUN_MILLIS,
                SLOTS,
                place.file("topic.ledger"),
                RUN_MILLIS,
                SLOTS);
    }
}
