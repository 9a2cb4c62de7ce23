package dev.sluice.server.manifest;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds of documents there are, in the order in which they are read: this project's own, and those of others. */
enum Kind {
    SERVER(Kind.SLUICE, "Server", "Server"),
    BROKER(Kind.SLUICE, "Broker", "Broker"),
    FUNCTION(Kind.SLUICE, "Function", "Function"),
    TRIGGER(Kind.SLUICE, "Trigger", "Trigger"),
    KNATIVE_BROKER(Kind.KNATIVE_EVENTING, "Broker", "Broker of Knative"),
    KNATIVE_TRIGGER(Kind.KNATIVE_EVENTING, "Trigger", "Trigger"),
    PING_SOURCE(Kind.KNATIVE_SOURCES, "PingSource", "PingSource"),
    KAFKA_SOURCE(Kind.KNATIVE_SOURCES, "KafkaSource", "Trigger");

    static final String SLUICE = "sluice.dev/v1";
    private static final String KNATIVE_EVENTING = "eventing.knative.dev/v1";

    private static final String KNATIVE_SOURCES = "sources.knative.dev/v1";

    private final String version;
    private final String word;
    private final String named;

    /** @param named kinds of one such word have their names together: each is there once */
    Kind(String version, String word, String named) {
        this.version = version;
        this.word = word;
        this.named = named;
    }

    /** The kind that a document says; null when there is none. */
    static @Nullable Kind of(String version, String word) {
        return Stream.of(values())
                .filter(kind -> kind.version.equals(version) && kind.word.equals(word))
                .findFirst()
                .orElse(null);
    }

    /** The words of a version's kinds. */
    static List<String> words(String version) {
        return Stream.of(values())
                .filter(kind -> kind.version.equals(version))
                .map(kind -> kind.word)
                .toList();
    }

    /** Every version of which there are kinds. */
    static List<String> versions() {
        return Stream.of(values()).map(kind -> kind.version).distinct().toList();
    }

    /** Whether another project says what is in it: then what a cluster has written into it is passed over. */
    boolean foreign() {
        return !version.equals(SLUICE);
    }

    /** Whether it may say nothing but its name. */
    boolean mayBeEmpty() {
        return this == KNATIVE_BROKER;
    }

    String word() {
        return word;
    }

    String named() {
        return named;
    }
}
