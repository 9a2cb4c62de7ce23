package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaOptions;

/** One kind of harm, done in rounds to engines and a Kafka under load. Used once. */
interface Scenario extends AutoCloseable {
    /** As the command names it. */
    String name();

    /** How long a round takes, about. */
    int secondsPerRound();

    /** The Kafka that it takes. */
    default KafkaOptions kafka() {
        return KafkaOptions.nodes(1);
    }

    /** Does the rounds. What is published and not done at the end is waited for afterwards. */
    void run(Stage stage, int rounds) throws Exception;

    /** Frees what it holds beside the stage. */
    @Override
    default void close() {}
}
