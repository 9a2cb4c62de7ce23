/**
 * The contract between brokers, triggers and the engine. A broker stores events on partitioned topics and lends
 * them out as {@link dev.sluice.broker.Delivery deliveries}; whoever holds one settles it exactly once.
 */
@NullMarked
package dev.sluice.broker;

import org.jspecify.annotations.NullMarked;
