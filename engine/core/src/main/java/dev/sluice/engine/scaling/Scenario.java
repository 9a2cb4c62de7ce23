package dev.sluice.engine.scaling;

import dev.sluice.broker.Ordering;
import java.time.Duration;
import java.util.Locale;

/**
 * What a {@link ScalingSimulation} plays: the events, the function, and what stands in its way. Immutable; the {@code
 * with} methods make another.
 *
 * @param name what tables and plots call it
 * @param shape when the events come
 * @param seed of everything that is drawn
 * @param limits the function's
 * @param work how long starts and runs take
 * @param topic where the events stand
 * @param sink what the function writes to
 */
public record Scenario(String name, LoadShape shape, long seed, ScaleLimits limits, Work work, Topic topic, Sink sink) {

    /**
     * How long things take. Runs are drawn from a log-normal distribution.
     *
     * @param start of an instance
     * @param run mean of a run, the sink's part apart
     * @param spread standard deviation of a run by its mean
     */
    public record Work(Duration start, Duration run, double spread) {}

    /**
     * The log that the events stand in.
     *
     * @param ordering of its events
     * @param keys that the events have, evenly drawn
     * @param partitions that the keys fall into
     * @param unknownFromSecond from when on its end is unknown
     * @param unknownToSecond until when
     */
    public record Topic(Ordering ordering, int keys, int partitions, int unknownFromSecond, int unknownToSecond) {}

    /**
     * What takes the function's output, one event after another.
     *
     * @param perSecond events that it takes in a second; infinite for any number
     * @param fromSecond when it gets that slow
     */
    public record Sink(double perSecond, int fromSecond) {}

    /** No order, 12 partitions, its end always known. */
    public static final Topic PLAIN_TOPIC = new Topic(Ordering.NONE, 10_000, 12, 0, 0);

    /** Takes everything at once. */
    public static final Sink FAST_SINK = new Sink(Double.POSITIVE_INFINITY, 0);

    /** Runs of 200 ms on average, half a second to start, zero to 64 instances of 4 slots; nothing in the way. */
    public static Scenario of(LoadShape shape) {
        return new Scenario(
                shape.name().toLowerCase(Locale.ROOT),
                shape,
                1,
                new ScaleLimits(0, 64, 4, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofSeconds(30)),
                new Work(Duration.ofMillis(500), Duration.ofMillis(200), 0.5),
                PLAIN_TOPIC,
                FAST_SINK);
    }

    /** The same by another name. */
    public Scenario named(String other) {
        return new Scenario(other, shape, seed, limits, work, topic, sink);
    }

    /** The same with another draw. */
    public Scenario withSeed(long other) {
        return new Scenario(name, shape, other, limits, work, topic, sink);
    }

    /** The same within other limits. */
    public Scenario withLimits(ScaleLimits other) {
        return new Scenario(name, shape, seed, other, work, topic, sink);
    }

    /** The same with other work. */
    public Scenario withWork(Work other) {
        return new Scenario(name, shape, seed, limits, other, topic, sink);
    }

    /** The same on another topic. */
    public Scenario withTopic(Topic other) {
        return new Scenario(name, shape, seed, limits, work, other, sink);
    }

    /** The same with another sink. */
    public Scenario withSink(Sink other) {
        return new Scenario(name, shape, seed, limits, work, topic, other);
    }
}
