package dev.sluice.broker.testkit;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import reactor.core.publisher.Flux;

/**
 * What every {@link Broker} must do, sentence by sentence of its contract. A broker's module extends this class and
 * says how to make one; a new broker is made for each test, on topics and in groups that no other test uses, so that
 * tests may run at the same time.
 *
 * <p>Nothing here assumes that something happens at once: what must happen is awaited up to {@link #patience}, what
 * must not happen is watched for {@link #calm}. What a broker can't do by its nature it says by overriding the
 * methods whose names begin with {@code can}.
 */
public abstract class BrokerContract {
    private static final int PUBLISHED_AT_ONCE = 64;

    private final List<TestMember> members = new ArrayList<>();
    private Broker broker;
    private String topic;

    /** Makes a broker that can be used at once. */
    protected abstract Broker createBroker();

    /** The partitions that a topic of the broker has; at least 2. */
    protected abstract int partitions();

    /** How long something that must happen may take. */
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }

    /** How long to watch that something does not happen. */
    protected Duration calm() {
        return Duration.ofMillis(50);
    }

    /** Whether what a member released is delivered to that member again without its leaving. */
    protected boolean canRedeliverToTheSameMember() {
        return true;
    }

    @BeforeEach
    void createBrokerAndTopic() {
        broker = createBroker();
        topic = "contract-" + UUID.randomUUID();
        broker.ensureTopic(topic).block(patience());
    }

    @AfterEach
    void closeBroker() {
        members.forEach(TestMember::dispose);
        broker.close().block(patience());
    }

    Broker broker() {
        return broker;
    }

    String topic() {
        return topic;
    }

    /** A member that has joined, without demand yet; it leaves after the test. */
    TestMember join(String group, Start start) {
        return join(new TestMember(broker.source(new Subscription(topic, group(group), start)), patience(), calm()));
    }

    /** The test's own group of that name: tests that run at the same time must not be members of one. */
    String group(String name) {
        return name + "-of-" + topic;
    }

    TestMember join(TestMember member) {
        members.add(member);
        return member.join();
    }

    /** Stores events in their order and waits for the last acknowledgement. */
    void publish(List<WireEvent> events) {
        var sink = broker.sink(topic);
        Flux.fromIterable(events)
                .flatMapSequential(event -> sink.publish(event, null), PUBLISHED_AT_ONCE)
                .blockLast(patience());
    }

    void publish(WireEvent... events) {
        publish(List.of(events));
    }

    static WireEvent event(String id, @Nullable String key) {
        return WireEvent.builder()
                .id(id)
                .source("/contract")
                .type("dev.sluice.contract")
                .extension("partitionkey", key)
                .data("text/plain", ("data of " + id).getBytes(StandardCharsets.UTF_8))
                .build();
    }

    /** Events {@code key-0} to before {@code key-count}, all with that key. */
    static List<WireEvent> eventsOf(String key, int count) {
        return eventsOf(key, 0, count);
    }

    static List<WireEvent> eventsOf(String key, int from, int to) {
        var events = new ArrayList<WireEvent>();
        for (var i = from; i < to; i++) {
            events.add(event(key + "-" + i, key));
        }
        return events;
    }

    static List<String> idsOf(List<? extends Delivery> deliveries) {
        return deliveries.stream().map(delivery -> delivery.event().getId()).toList();
    }

    @Nested
    class Publishing extends SinkContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Receiving extends SourceContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Settling extends SettlingContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Sharing extends GroupContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Moving extends RevocationContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Watching extends TailContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Reading extends ReadContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Keeping extends ControlContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }

    @Nested
    class Closing extends LifeContract {
        @Override
        BrokerContract kit() {
            return BrokerContract.this;
        }
    }
}
