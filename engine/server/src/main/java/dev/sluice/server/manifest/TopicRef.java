package dev.sluice.server.manifest;

/**
 * A topic of a broker.
 *
 * @param broker the broker's name
 * @param name the topic's name
 */
public record TopicRef(String broker, String name) {
    @Override
    public String toString() {
        return name + " of broker " + broker;
    }
}
