package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Events per second and CPU per event of the engine beside another engine that reads the same topic of Kafka. No goal:
 * it has no aim.
 *
 * @param id the goal that it stands beside, and the other engine
 * @param what what it measures, in a line
 * @param engine how the engine reads
 * @param other the other side
 * @param ground the Kafka
 */
record OtherEngineFigure(String id, String what, ReadFigure.Mode engine, OtherEngine other, KafkaGround ground)
        implements Figure {
    private static final Duration START = Duration.ofSeconds(15);

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step(id + " start", START);
        var readers = new Readers(lab, ground, plan, progress, KafkaGround.EVENTS);
        // Built before anything that is measured stands beside the build.
        var peerSide = readers.other(other);
        var engineSide =
                readers.engine(engine.name(), engine.order(), engine.handler(), engine.concurrency(), engine.config());
        var turns = new Duel<>(id, engineSide, peerSide).run(plan, progress);
        Readers.stop(List.of(engineSide, peerSide));
        var paces = turns.stream()
                .map(turn -> new Round(turn.engine().perSecond(), turn.peer().perSecond()))
                .toList();
        var costs = turns.stream()
                .map(turn -> new Round(turn.engine().cpuNanos(), turn.peer().cpuNanos()))
                .toList();
        return List.of(
                new Row(id, what, "events/s", Aim.none(), paces),
                new Row(id, "CPU per event, " + what, "ns", Aim.none(), costs));
    }
}
