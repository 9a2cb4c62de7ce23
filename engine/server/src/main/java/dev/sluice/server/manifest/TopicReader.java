package dev.sluice.server.manifest;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads references to topics: {@code orders}, or {@code {broker: default, name: orders}}. */
final class TopicReader {
    static final Pattern TOPIC = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,249}");
    static final String TOPIC_RULE = "must be a topic's name: 1 to 249 of letters, digits, dot, dash and underscore";

    private final Set<String> brokers;

    TopicReader(Set<String> brokers) {
        this.brokers = brokers;
    }

    /** The topic named at the key; empty when it is missing or wrong. */
    Optional<TopicRef> read(Section section, String key) {
        if (!(section.value(key) instanceof Value.Fields)) {
            return section.matching(key, TOPIC, TOPIC_RULE)
                    .map(name -> new TopicRef(standardBroker(section, key), name));
        }
        var map = section.section(key);
        if (map == null) {
            return Optional.empty();
        }
        var topic = read(map);
        map.end();
        return topic;
    }

    /** The topic that {@code broker} and {@code name} of the map say; the map may hold more. */
    Optional<TopicRef> read(Section map) {
        var broker = broker(map);
        if (!map.has("name")) {
            map.required("name", TOPIC_RULE);
            return Optional.empty();
        }
        return map.matching("name", TOPIC, TOPIC_RULE).map(name -> new TopicRef(broker, name));
    }

    private String broker(Section map) {
        if (!map.has("broker")) {
            return standardBroker(map, "name");
        }
        var broker = map.text("broker").orElse("");
        if (!broker.isEmpty() && !brokers.contains(broker)) {
            map.mistake("broker", "is no Broker in these files" + Nearest.hint(broker, brokers));
        }
        return broker;
    }

    /** The broker that is meant when none is named. */
    String standardBroker(Section section, String key) {
        if (brokers.contains(BrokerManifest.DEFAULT)) {
            return BrokerManifest.DEFAULT;
        }
        if (brokers.size() != 1) {
            section.mistake(key, "must name its broker, since none of several is called " + BrokerManifest.DEFAULT);
        }
        return brokers.iterator().next();
    }
}
