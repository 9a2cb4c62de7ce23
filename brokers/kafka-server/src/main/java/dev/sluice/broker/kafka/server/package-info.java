/**
 * A real Kafka that is thrown away, without Docker: in this JVM ({@link dev.sluice.broker.kafka.server.LocalKafka}), as
 * processes that can be killed ({@link dev.sluice.broker.kafka.server.KafkaCluster}), or as one process beside an
 * engine ({@link dev.sluice.broker.kafka.server.ThrowAwayKafka}).
 */
@NullMarked
package dev.sluice.broker.kafka.server;

import org.jspecify.annotations.NullMarked;
