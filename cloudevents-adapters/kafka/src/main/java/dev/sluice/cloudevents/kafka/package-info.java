/** CloudEvents in Kafka records: reading them off headers and values without a failure, and writing them. */
@NullMarked
package dev.sluice.cloudevents.kafka;

import org.jspecify.annotations.NullMarked;
