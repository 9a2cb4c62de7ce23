package dev.sluice.broker.kafka;

import dev.sluice.broker.Broker;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.broker.testkit.BrokerContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;

/** The whole contract, against a real Kafka in this JVM. */
class KafkaBrokerContractTest extends BrokerContract {
    @Override
    protected Broker createBroker() {
        var options = KafkaBrokerOptions.builder("kafka", LocalKafka.shared().bootstrapServers())
                .properties(Map.of("linger.ms", "0")) // it publishes one after another as a rule
                .build();
        return KafkaBroker.create(options, new SimpleMeterRegistry());
    }

    @Override
    protected int partitions() {
        return 4;
    }

    @Override
    protected Duration patience() {
        return Duration.ofSeconds(Integer.getInteger("tmp.patience", 20));
    }

    @Override
    protected Duration calm() {
        return Duration.ofMillis(300);
    }
}
