package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How fast the engine reads a filled topic of Kafka, or at which CPU cost, by another reader or by itself in another
 * mode.
 *
 * @param id its number in the list of goals
 * @param what what it measures, in a line
 * @param unit of both sides
 * @param aim what the ratio is meant to be
 * @param part which part of a pace it is about
 * @param engine the engine's side
 * @param peer the other side; null is Kafka's own consumer
 * @param receiveBuffer of Kafka's own consumer, its {@code receive.buffer.bytes}
 * @param ground the Kafka
 */
record ReadFigure(
        String id,
        String what,
        String unit,
        Aim aim,
        ToDoubleFunction<Pace> part,
        Mode engine,
        @Nullable Mode peer,
        int receiveBuffer,
        KafkaGround ground)
        implements Figure {
    private static final Duration START = Duration.ofSeconds(12);

    /** Batches at once, of as many events as a poll brings. */
    static final int BATCHES = 4;

    /**
     * How the engine reads.
     *
     * @param name in a word or two
     * @param order {@code key} or {@code none}
     * @param handler a class of the package {@code handler}
     * @param concurrency events at once
     * @param config of the handler
     */
    record Mode(String name, String order, String handler, int concurrency, Map<String, String> config) {}

    /** To a reactive function that does nothing, in key order. */
    static ReadFigure function(KafkaGround ground) {
        return pace(
                "P5",
                "Kafka to a no-op function / raw consumer",
                Aim.atLeast(0.75),
                new Mode("engine", "key", "CountedNothing", 256, Map.of()),
                null,
                ground);
    }

    /** To a batch function that does nothing, in key order. */
    static ReadFigure batch(KafkaGround ground) {
        return pace(
                "P6",
                "Kafka to a no-op batch function / raw consumer",
                Aim.atLeast(0.85),
                new Mode("engine", "key", "CountedBatch", BATCHES, Map.of()),
                null,
                ground);
    }

    /** In key order against as they come. */
    static ReadFigure order(KafkaGround ground) {
        return pace(
                "P11",
                "10,000 keys in order / unordered",
                Aim.atLeast(0.95),
                new Mode("in key order", "key", "CountedNothing", 256, Map.of()),
                new Mode("unordered", "none", "CountedNothing", 256, Map.of()),
                ground);
    }

    /** What an event costs at 4,096 slots against 64, at the same number of events per second. */
    static ReadFigure slots(KafkaGround ground) {
        return new ReadFigure(
                "P12",
                "CPU per event, 4,096 slots x 128 ms / 64 slots x 2 ms",
                "ns",
                Aim.atMost(1.2),
                Pace::cpuNanos,
                new Mode("4,096 slots", "none", "Slow", 4_096, Map.of("millis", "128")),
                new Mode("64 slots", "none", "Slow", 64, Map.of("millis", "2")),
                KafkaPeers.RECEIVE_BUFFER,
                ground);
    }

    private static ReadFigure pace(
            String id, String what, Aim aim, Mode engine, @Nullable Mode peer, KafkaGround ground) {
        return new ReadFigure(
                id, what, "events/s", aim, Pace::perSecond, engine, peer, KafkaPeers.RECEIVE_BUFFER, ground);
    }

    /** The same beside a raw consumer with the engine's default for the receive buffer in place of Kafka's. */
    ReadFigure besideTuned() {
        return new ReadFigure(
                id + "-tuned",
                what + ", receive.buffer.bytes=-1",
                unit,
                Aim.none(),
                part,
                engine,
                null,
                KafkaPeers.RECEIVE_BUFFER_OF_SYSTEM,
                ground);
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().plus(START);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step(id + " start", START);
        var readers = new Readers(lab, ground, plan, progress, KafkaGround.EVENTS);
        var engineSide = side(readers, engine);
        var peerSide = peer == null ? readers.raw(receiveBuffer) : side(readers, peer);
        var rounds = new Duel<>(id, engineSide, peerSide)
                .run(plan, progress).stream()
                        .map(turn -> new Round(part.applyAsDouble(turn.engine()), part.applyAsDouble(turn.peer())))
                        .toList();
        Readers.stop(List.of(engineSide, peerSide));
        return List.of(new Row(id, what, unit, aim, rounds));
    }

    private static Reading side(Readers readers, Mode mode) throws IOException, InterruptedException {
        return readers.engine(mode.name(), mode.order(), mode.handler(), mode.concurrency(), mode.config());
    }
}
