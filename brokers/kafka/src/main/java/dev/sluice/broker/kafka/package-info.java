/** Kafka as a broker: {@link dev.sluice.broker.kafka.KafkaBroker} is the way in. */
@NullMarked
package dev.sluice.broker.kafka;

import org.jspecify.annotations.NullMarked;
