package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How much of its slots the engine uses: events per second by what so many slots could do at most with a handler that
 * takes so long, by its own clock.
 *
 * @param ground the Kafka
 */
record SlowFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(4);
    private static final Map<String, String> MILLIS = Map.of("millis", "20");

    private record Load(String name, String handler, int concurrency, double aim) {
        private boolean blocking() {
            return handler.equals("SlowBlocking");
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load("reactive", "Slow", 100, 0.97),
            new Load("reactive", "Slow", 1_000, 0.93),
            new Load("blocking", "SlowBlocking", 100, 0.97),
            new Load("blocking", "SlowBlocking", 1_000, 0.93));

    @Override
    public String id() {
        return "P7";
    }

    @Override
    public String what() {
        return "20 ms handlers / what their slots could do";
    }

    @Override
    public Duration planned(Plan plan) {
        var rounds = (long) plan.rounds();
        var blocking = LOADS.stream().filter(Load::blocking).count();
        return roundOf(plan)
                .multipliedBy(rounds * blocking)
                .plus(START.plus(plan.warmUp())
                        .plus(plan.round().multipliedBy(rounds))
                        .multipliedBy(LOADS.size() - blocking));
    }

    private static Duration roundOf(Plan plan) {
        return START.plus(plan.warmUp()).plus(plan.round());
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        var rows = new ArrayList<Row>();
        var readers = new Readers(lab, ground, plan, progress, KafkaGround.EVENTS);
        for (var load : LOADS) {
            var what = String.format(Locale.ROOT, "%s, %,d x 20 ms / slots", load.name(), load.concurrency());
            var paces = load.blocking()
                    ? onEnginesOfTheirOwn(readers, load, what, plan, progress)
                    : onOneEngine(readers, load, what, plan, progress);
            var rounds = paces.stream()
                    .map(pace -> new Round(pace.perSecond(), load.concurrency() * 1e9 / pace.handlerNanos()))
                    .toList();
            rows.add(new Row(id(), what, "events/s", Aim.atLeast(load.aim()), rounds));
        }
        return rows;
    }

    private static List<Pace> onOneEngine(Readers readers, Load load, String what, Plan plan, Progress progress)
            throws IOException, InterruptedException {
        var side = readers.engine(what, "key", load.handler(), load.concurrency(), MILLIS);
        var paces = new ArrayList<Pace>();
        progress.step("P7 warm-up: " + what, START.plus(plan.warmUp()));
        side.warmUp(plan.warmUp());
        for (var round = 1; round <= plan.rounds(); round++) {
            progress.step("P7 round " + round + ": " + what, plan.round());
            paces.add(side.measure(plan.round()));
        }
        side.stop();
        return paces;
    }

    /** The threads of an engine are not enough for the slots of all rounds, those that are over included. */
    private static List<Pace> onEnginesOfTheirOwn(Readers readers, Load load, String what, Plan plan, Progress progress)
            throws IOException, InterruptedException {
        var paces = new ArrayList<Pace>();
        for (var round = 1; round <= plan.rounds(); round++) {
            progress.step("P7 round " + round + ": " + what, roundOf(plan));
            var side = readers.engineOfOneRound(what, load.handler(), load.concurrency(), MILLIS);
            paces.add(side.measureWarm(plan.warmUp(), plan.round()));
            side.stop();
        }
        return paces;
    }
}
