package dev.sluice.broker.kafka;

/**
 * What a topic takes.
 *
 * @param partitions how many it has
 * @param messageBytesMax its {@code max.message.bytes}
 */
record TopicLimits(int partitions, int messageBytesMax) {
    /** What Kafka's own default is. */
    static final int MESSAGE_BYTES = 1_048_588;
}
