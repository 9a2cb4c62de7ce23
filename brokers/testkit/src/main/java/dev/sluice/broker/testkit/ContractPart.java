package dev.sluice.broker.testkit;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import dev.sluice.broker.TopicStatus;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** A part of {@link BrokerContract}, with the words its tests are written in. */
abstract class ContractPart {
    /** The suite that this is a part of. */
    abstract BrokerContract kit();

    final Broker broker() {
        return kit().broker();
    }

    final String topic() {
        return kit().topic();
    }

    final Duration patience() {
        return kit().patience();
    }

    final int partitions() {
        return kit().partitions();
    }

    final TestMember join(String group, Start start) {
        return kit().join(group, start);
    }

    /** Repeats the assertion until it holds. */
    final void eventually(ThrowingRunnable assertion) {
        Awaitility.await().atMost(patience()).pollInterval(Duration.ofMillis(2)).untilAsserted(assertion);
    }

    /** Checks that the assertion holds and goes on to hold. */
    final void forAWhile(ThrowingRunnable assertion) {
        Awaitility.await()
                .during(kit().calm())
                .atMost(kit().calm().plus(patience()))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    final TopicStatus status() {
        return status(topic());
    }

    final TopicStatus status(String topic) {
        return topics().stream()
                .filter(status -> status.topic().equals(topic))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no topic '" + topic + "' in " + topics()));
    }

    final List<TopicStatus> topics() {
        var topics = broker().topics().block(patience());
        if (topics == null) {
            throw new AssertionError("topics() completed without a list");
        }
        return topics;
    }

    /** A group's position summed up over the partitions, from outside. */
    final long position(String group) {
        return status().groups().stream()
                .filter(lag -> lag.group().equals(kit().group(group)))
                .flatMap(lag -> lag.partitions().stream())
                .mapToLong(Lag.PartitionLag::position)
                .sum();
    }
}
