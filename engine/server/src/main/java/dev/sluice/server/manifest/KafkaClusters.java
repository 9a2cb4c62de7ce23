package dev.sluice.server.manifest;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the broker that stands for a cluster.
 *
 * @param brokers those that could be read
 * @param complete whether these are all that were written
 * @param replaced the broker in whose place another cluster was put from outside; null when there is none
 */
record KafkaClusters(
        List<BrokerManifest> brokers,
        boolean complete,
        @Nullable String replaced) {
    /** The broker that has one of the servers in common, or takes the place of all; empty when there is none. */
    Optional<String> at(List<String> servers) {
        for (var broker : brokers) {
            if (!broker.name().equals(replaced)
                    && broker.kind() instanceof BrokerManifest.Kafka kafka
                    && shares(kafka.options().bootstrapServers(), servers)) {
                return Optional.of(broker.name());
            }
        }
        return Optional.ofNullable(replaced);
    }

    private static boolean shares(String written, List<String> servers) {
        var wanted = new HashSet<>(servers);
        return Arrays.stream(written.split(",")).map(String::strip).anyMatch(wanted::contains);
    }

    /** The names of those that are clusters, for messages. */
    Set<String> names() {
        return brokers.stream()
                .filter(broker -> broker.kind() instanceof BrokerManifest.Kafka)
                .map(BrokerManifest::name)
                .collect(Collectors.toUnmodifiableSet());
    }
}
