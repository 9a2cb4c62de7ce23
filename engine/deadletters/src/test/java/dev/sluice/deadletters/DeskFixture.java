package dev.sluice.deadletters;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A desk at a topic of letters in memory. */
final class DeskFixture implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final MemoryBroker broker = MemoryBroker.create("b", MemoryLimits.DEFAULT, registry);
    final FakeControl control = new FakeControl(broker);
    final LetterTopic topic = new LetterTopic(broker, control, "orders.dlq");
    final DeadLetterDesk desk =
            DeadLetterDesk.create(InstantSource.system(), trigger -> DeadLetterDesk.REDRIVES_MAX, registry);

    DeskFixture() {
        broker.ensureTopic("orders").block(PATIENCE);
        broker.ensureTopic("orders.dlq").block(PATIENCE);
    }

    static WireEvent.Builder letter(String id) {
        return WireEvent.builder()
                .id(id)
                .source("/shop")
                .type("com.acme.order")
                .extension("partitionkey", id)
                .extension("dlreason", "exhausted")
                .extension("dlattempts", 6)
                .extension("dlerror", "java.lang.IllegalStateException: no rate")
                .extension("dlfunction", "price")
                .extension("dltrigger", "price-orders")
                .extension("dltopic", "orders")
                .extension("dlpartition", 1)
                .extension("dloffset", "17")
                .extension("dltime", "2026-01-01T00:00:00Z")
                .extension("dlredrives", 0)
                .data("application/json", "{\"total\": 5}".getBytes(StandardCharsets.UTF_8));
    }

    DeskFixture letters(int count) {
        for (var i = 0; i < count; i++) {
            put(letter("o-" + i).build());
        }
        return this;
    }

    DeskFixture put(CloudEvent letter) {
        broker.sink("orders.dlq").publish(letter, null).block(PATIENCE);
        return this;
    }

    static LetterOrder redrive() {
        return redrive(Selection.ALL);
    }

    static LetterOrder redrive(Selection selection) {
        return new LetterOrder(
                LetterOrder.Action.REDRIVE,
                selection,
                Long.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                false,
                null,
                null,
                false);
    }

    static LetterOrder edit(String program) {
        return new LetterOrder(
                LetterOrder.Action.REDRIVE,
                Selection.ALL,
                Long.MAX_VALUE,
                Double.POSITIVE_INFINITY,
                false,
                program,
                null,
                false);
    }

    static Selection reason(String reason) {
        return new Selection(Set.of(), Set.of(reason), Set.of(), Selection.ALL.filter());
    }

    JobStatus run(LetterOrder order) {
        return ended(desk.start(topic, order).id());
    }

    JobStatus ended(String job) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> desk.job(job).orElseThrow(), status -> status.state() != JobStatus.State.RUNNING);
    }

    List<StoredEvent> on(String name) {
        return Objects.requireNonNull(
                broker.read(name, ReadRange.ALL).collectList().block(PATIENCE));
    }

    List<String> idsOn(String name) {
        return on(name).stream().map(stored -> stored.event().getId()).toList();
    }

    LetterCounts counts() {
        return Objects.requireNonNull(desk.counts(topic).block(PATIENCE));
    }

    static @Nullable String text(StoredEvent stored, String name) {
        return WireEvent.textOf(stored.event(), name);
    }

    @Override
    public void close() {
        desk.close(Duration.ofSeconds(5)).block(PATIENCE);
        broker.close().block(PATIENCE);
    }
}
