package dev.sluice.server.manifest;

import dev.sluice.broker.memory.MemoryLimits;

/**
 * A broker to run or to connect to.
 *
 * @param place where it is written
 * @param name unique among brokers
 * @param memory the limits of an embedded broker that keeps events until the process ends
 */
public record BrokerManifest(Place place, String name, MemoryLimits memory) {
    /** The name of the broker that is meant when none is named. */
    public static final String DEFAULT = "default";
}
