package dev.sluice.broker.kafka;

import dev.sluice.broker.Broker;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.broker.testkit.BrokerContract;
import dev.sluice.cloudevents.kafka.ContentMode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The whole contract, against a real Kafka in this JVM. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaBrokerContractTest extends BrokerContract {
    /**
     * The suite publishes one event after another as a rule, and members often learn of each other by a heartbeat only.
     */
    private static final Map<String, String> PROPERTIES =
            Map.of("producer.linger.ms", "0", "consumer.heartbeat.interval.ms", "250");

    @Override
    protected Broker createBroker() {
        var options = KafkaBrokerOptions.builder("kafka", LocalKafka.shared().bootstrapServers())
                .contentMode(ContentMode.STRUCTURED) // headers are texts: only JSON keeps the types of extensions
                .properties(PROPERTIES)
                .build();
        return KafkaBroker.create(options, new SimpleMeterRegistry());
    }

    @Override
    protected int partitions() {
        return 4;
    }

    @Override
    protected Duration patience() {
        return Duration.ofSeconds(60); // one Kafka serves several tests at a time
    }

    @Override
    protected Duration calm() {
        return Duration.ofMillis(300);
    }
}
