package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Events per second and CPU per event in key order, by Parallel Consumer's. Its core and its Reactor variant are both
 * warmed up; the faster one goes into the rounds.
 *
 * @param ground the Kafka
 */
record ParallelConsumerFigure(KafkaGround ground) implements Figure {
    private static final Duration START = Duration.ofSeconds(8);

    private record Load(int concurrency, int millis, double paceMin, double cpuMax) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%,d x %d ms", concurrency, millis);
        }
    }

    private static final List<Load> LOADS = List.of(
            new Load(100, 20, 1.0, 0.4),
            new Load(1_000, 20, 1.5, 0.4),
            new Load(100, 1, 1.9, 0.4),
            new Load(1_000, 1, 2.5, 0.4));

    @Override
    public String id() {
        return "P8";
    }

    @Override
    public List<String> ids() {
        return List.of("P8", "P9");
    }

    @Override
    public String what() {
        return "pace and CPU / Parallel Consumer";
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(plan.warmUp()).plus(START).multipliedBy(LOADS.size());
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        var paces = new ArrayList<Row>();
        var costs = new ArrayList<Row>();
        for (var load : LOADS) {
            progress.step("P8 start " + load, START);
            var turns = run(new Readers(lab, ground, plan, progress, KafkaGround.EVENTS), load, plan, progress);
            var pace = turns.stream()
                    .map(turn ->
                            new Round(turn.engine().perSecond(), turn.peer().perSecond()))
                    .toList();
            var cost = turns.stream()
                    .map(turn -> new Round(turn.engine().cpuNanos(), turn.peer().cpuNanos()))
                    .toList();
            paces.add(new Row("P8", load + " / Parallel Consumer", "events/s", Aim.atLeast(load.paceMin()), pace));
            costs.add(new Row(
                    "P9", "CPU per event, " + load + " / Parallel Consumer", "ns", Aim.atMost(load.cpuMax()), cost));
        }
        paces.addAll(costs);
        return paces;
    }

    private List<Duel.Turn<Pace>> run(Readers readers, Load load, Plan plan, Progress progress)
            throws IOException, InterruptedException {
        var engine = readers.engine(
                "engine " + load, "key", "Slow", load.concurrency(), Map.of("millis", Integer.toString(load.millis())));
        var core = readers.parallelConsumer("core", load.concurrency(), load.millis());
        var reactor = readers.parallelConsumer("reactor", load.concurrency(), load.millis());
        progress.step("P8 warm-up: core, then the better one is taken", plan.warmUp());
        var corePace = core.warmedUp(plan.warmUp()).perSecond();
        progress.step("P8 warm-up: reactor", plan.warmUp());
        var reactorPace = reactor.warmedUp(plan.warmUp()).perSecond();
        progress.say(String.format(
                Locale.ROOT, "P8 %s: Parallel Consumer core %,.0f/s, reactor %,.0f/s", load, corePace, reactorPace));
        var better = corePace >= reactorPace ? core : reactor;
        (better == core ? reactor : core).stop();
        progress.step("P8 warm-up: engine", plan.warmUp());
        engine.warmUp(plan.warmUp());
        var turns = new Duel<>("P8", engine, better).turns(plan, progress);
        Readers.stop(List.of(engine, better));
        return turns;
    }
}
