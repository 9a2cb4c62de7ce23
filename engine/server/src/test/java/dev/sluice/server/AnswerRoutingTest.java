package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.TopicStatus;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class AnswerRoutingTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final MemoryBroker broker = MemoryBroker.create("default", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
    private final EventSink good = broker.sink("good");
    private final EventSink rest = broker.sink("rest");

    @Test
    void sendsAnAnswerToTheTopicOfItsTypeAndOthersToTheRest() {
        var routing = new AnswerRouting("t", Map.of("good", good), rest);

        StepVerifier.create(routing.publish(event("good"), null))
                .expectComplete()
                .verify(LIMIT);
        StepVerifier.create(routing.publish(event("other"), null))
                .expectComplete()
                .verify(LIMIT);

        assertThat(eventsByTopic()).isEqualTo(Map.of("good", 1L, "rest", 1L));
    }

    @Test
    void failsForATypeThatNoTopicTakesSoThatItsInputIsKept() {
        var routing = new AnswerRouting("t", Map.of("good", good), null);

        StepVerifier.create(routing.publish(event("other"), null))
                .expectErrorSatisfies(error -> assertThat(error)
                        .isInstanceOf(BrokerException.Refused.class)
                        .hasMessageContaining("trigger t")
                        .hasMessageContaining("'other'"))
                .verify(LIMIT);
    }

    private Map<String, Long> eventsByTopic() {
        return Objects.requireNonNull(broker.topics().block(LIMIT)).stream()
                .collect(Collectors.toMap(TopicStatus::topic, TopicStatus::events));
    }

    private static CloudEvent event(String type) {
        return WireEvent.builder().id("1").source("/s").type(type).build();
    }
}
