package dev.sluice.broker.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Every meter of this module: what the code registers and the documentation's table lists. Names that begin with {@code
 * messaging.} and their tags are OpenTelemetry's; the others are for what it has no name for.
 */
enum KafkaMeters {
    SENT(Type.COUNTER, "messaging.client.sent.messages", "messages", "sends that ended, well or not", By.SEND),
    SEND_TIME(
            Type.TIMER,
            "messaging.client.operation.duration",
            "seconds",
            "from a publish to its acknowledgement; of those that went well",
            By.OPERATION),
    SENDS_WAITING(
            Type.GAUGE, "sluice.kafka.sends.waiting", "sends", "sends that wait for their topic or for room", By.NONE),
    SENDS_WAITING_SIZE(Type.GAUGE, "sluice.kafka.sends.waiting.size", "bytes", "what they hold", By.NONE),
    PRODUCER_STARTS(
            Type.COUNTER,
            "sluice.kafka.producer.starts",
            "producers",
            "producers made: one, and one more whenever it could send no more",
            By.NONE),
    TAILS(Type.GAUGE, "sluice.kafka.tails", "tails", "live tails", By.NONE),
    READS(Type.GAUGE, "sluice.kafka.reads", "reads", "readings of parts of topics, without a group", By.NONE),
    TAIL_SKIPPED(
            Type.COUNTER, "sluice.kafka.tail.skipped", "events", "events that a tail was too slow to see", By.TOPIC),

    SESSIONS(Type.GAUGE, "sluice.kafka.sessions", "sessions", "sessions of the control topic that are open", By.NONE),
    STATE_COMMITS(
            Type.COUNTER,
            "sluice.kafka.state.commits",
            "commits",
            "transactions of states and events that were stored",
            By.NONE),

    CONSUMED(Type.COUNTER, "messaging.client.consumed.messages", "messages", "events lent out", By.PARTITION),
    POLLS(Type.COUNTER, "sluice.kafka.polls", "polls", "polls that brought events", By.GROUP),
    POLL_FAILURES(Type.COUNTER, "sluice.kafka.poll.failures", "polls", "polls that failed; tried again", By.GROUP),
    COMMITS(Type.COUNTER, "sluice.kafka.commits", "commits", "commits of positions that were stored", By.GROUP),
    COMMIT_FAILURES(
            Type.COUNTER, "sluice.kafka.commit.failures", "commits", "commits that were not; tried again", By.GROUP),
    REBALANCES(
            Type.COUNTER,
            "sluice.kafka.rebalances",
            "rebalances",
            "changes of a member's partitions: assigned, revoked, or lost without a chance to finish",
            By.GROUP_EVENT),
    DRAINS_CUT_OFF(
            Type.COUNTER,
            "sluice.kafka.drains.cut.off",
            "partitions",
            "partitions given away before their runs had ended",
            By.GROUP),
    METADATA_REFUSED(
            Type.COUNTER,
            "sluice.kafka.metadata.refused",
            "partitions",
            "positions whose metadata was damaged or foreign: what it said to be done runs again",
            By.GROUP),
    METADATA_LEFT_OUT(
            Type.COUNTER,
            "sluice.kafka.metadata.left.out",
            "runs",
            "runs of done events that the metadata of a commit had no room for: they would run again after a restart",
            By.GROUP),
    WAKEUPS(Type.COUNTER, "sluice.kafka.wakeups", "wakeups", "polls cut short for something urgent", By.GROUP),
    REFETCHES(
            Type.COUNTER,
            "sluice.kafka.refetches",
            "events",
            "fetched events dropped by a pause, fetched again later",
            By.GROUP),
    PARTITIONS_OWNED(
            Type.GAUGE, "sluice.kafka.partitions.owned", "partitions", "partitions that the member reads", By.GROUP),
    PARTITIONS_STOPPED(
            Type.GAUGE,
            "sluice.kafka.partitions.stopped",
            "partitions",
            "partitions not read for a trouble that needs someone's hand",
            By.GROUP),
    PARTITIONS_FULL(
            Type.GAUGE,
            "sluice.kafka.partitions.full",
            "partitions",
            "partitions not read on for now, since as much is open as can be stored with their position",
            By.GROUP),
    BACKLOG(Type.GAUGE, "sluice.kafka.backlog", "events", "events fetched and not lent out", By.GROUP),
    BACKLOG_SIZE(Type.GAUGE, "sluice.kafka.backlog.size", "bytes", "what they hold", By.GROUP),
    OPEN(Type.GAUGE, "sluice.kafka.open", "events", "events lent out and not done", By.PARTITION),
    LAG(Type.GAUGE, "sluice.kafka.lag", "events", "events behind the end; NaN while unknown", By.PARTITION),
    LAG_TIME(
            Type.GAUGE,
            "sluice.kafka.lag.time",
            "seconds",
            "age of the oldest event that is not done; NaN while unknown",
            By.PARTITION);

    /** What is told apart beside the broker. */
    private enum By {
        NONE,
        TOPIC(Names.TOPIC),
        SEND(Names.TOPIC, Names.ERROR),
        OPERATION(Names.TOPIC, Names.OPERATION),
        GROUP(Names.TOPIC, Names.GROUP),
        GROUP_EVENT(Names.TOPIC, Names.GROUP, "event"),
        PARTITION(Names.TOPIC, Names.GROUP, Names.PARTITION);

        private final String names;

        By(String... names) {
            this.names = String.join(",", names);
        }
    }

    private enum Type {
        COUNTER,
        GAUGE,
        TIMER
    }

    /** Names of tags. */
    static final class Names {
        static final String BROKER = "broker";
        static final String TOPIC = "messaging.destination.name";
        static final String GROUP = "messaging.consumer.group.name";
        static final String PARTITION = "messaging.destination.partition.id";
        static final String OPERATION = "messaging.operation.name";
        static final String ERROR = "error.type";
        private static final String SYSTEM = "messaging.system";

        private Names() {}
    }

    private final Type type;
    private final String meter;
    private final String unit;
    private final String description;
    private final By tags;

    KafkaMeters(Type type, String meter, String unit, String description, By tags) {
        this.type = type;
        this.meter = meter;
        this.unit = unit;
        this.description = description;
        this.tags = tags;
    }

    /** The tags that all meters of a broker have. */
    static Tags of(String broker) {
        return Tags.of(Tag.of(Names.SYSTEM, "kafka"), Tag.of(Names.BROKER, broker));
    }

    /** And those of a topic. */
    static Tags of(String broker, String topic) {
        return of(broker).and(Names.TOPIC, topic);
    }

    /** And those of a group. */
    static Tags of(String broker, String topic, String group) {
        return of(broker, topic).and(Names.GROUP, group);
    }

    /** A counter that is told of each; whoever registers it removes it from the registry when its thing ends. */
    Counter counter(MeterRegistry registry, Tags of) {
        return Counter.builder(meter)
                .tags(of)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    /** A counter that is asked; {@code thing} is held weakly. */
    <T> FunctionCounter counter(MeterRegistry registry, Tags of, T thing, ToDoubleFunction<T> value) {
        return FunctionCounter.builder(meter, thing, value)
                .tags(of)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    /** A gauge; {@code thing} is held weakly. */
    <T> Gauge gauge(MeterRegistry registry, Tags of, T thing, ToDoubleFunction<T> value) {
        return Gauge.builder(meter, thing, value)
                .tags(of)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    /** A timer. */
    Timer timer(MeterRegistry registry, Tags of) {
        return Timer.builder(meter).tags(of).description(description).register(registry);
    }

    /** The documentation's table. */
    static List<KafkaBroker.MeterInfo> infos() {
        var rows = new ArrayList<KafkaBroker.MeterInfo>();
        for (var row : values()) {
            rows.add(new KafkaBroker.MeterInfo(
                    row.meter,
                    row.type.name().toLowerCase(java.util.Locale.ROOT),
                    row.unit,
                    row.tags.names.isEmpty() ? List.of() : List.of(row.tags.names.split(",")),
                    row.description));
        }
        return rows;
    }
}
