package dev.sluice.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's states: of its partition of the control topic, the records whose key is the session's name, a zero
 * byte, and a state's key. Blocks.
 */
final class StateReader {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration READ_MAX = Duration.ofSeconds(30);
    private static final Duration CLOSE = Duration.ofSeconds(1);

    private final KafkaControl control;
    private final String session;
    private final Duration readMax;
    private final byte[] prefix;

    StateReader(KafkaControl control, String session) {
        this(control, session, READ_MAX);
    }

    /** @param readMax how long reading may take, once it is known where the partition ends */
    StateReader(KafkaControl control, String session, Duration readMax) {
        this.control = control;
        this.session = session;
        this.readMax = readMax;
        this.prefix = key(session, "");
    }

    static byte[] key(String session, String state) {
        return (session + '\0' + state).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads to where the partition ends now, what is not committed yet included: what stands before that and is of others'
     * transactions is waited for.
     */
    Map<String, byte[]> read() {
        var partition = new TopicPartition(control.topic(), KafkaControl.partitionOf(session));
        var end = control.end(partition);
        try (var made = new Closing(new KafkaConsumer<>(ClientProperties.tail(control.options())))) {
            return read(made.consumer, partition, end);
        }
    }

    /** Closes within a limit: what a leader that is away is told last is not waited for. */
    private record Closing(Consumer<byte[], byte[]> consumer) implements AutoCloseable {
        @Override
        @SuppressWarnings("deprecation") // its successor takes a group's choices, and here is no group
        public void close() {
            consumer.close(CLOSE);
        }
    }

    Map<String, byte[]> read(Consumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
        var states = new HashMap<String, byte[]>();
        var deadline = System.nanoTime() + readMax.toNanos();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (!isAt(consumer, partition, end)) {
            for (var record : consumer.poll(POLL)) {
                apply(record.key(), record.value(), states);
            }
            if (System.nanoTime() - deadline > 0 || control.isClosed()) {
                throw control.errors()
                        .unavailable("the states of session '" + session + "' were not read within " + readMax);
            }
        }
        return Collections.unmodifiableMap(states);
    }

    /** Without a limit of ours, a leader that is away would hold the thread for a minute. */
    private static boolean isAt(Consumer<byte[], byte[]> consumer, TopicPartition partition, long end) {
        try {
            return consumer.position(partition, POLL) >= end;
        } catch (TimeoutException notKnownYet) {
            return false;
        }
    }

    private void apply(byte @Nullable [] key, byte @Nullable [] value, Map<String, byte[]> states) {
        if (key == null
                || key.length < prefix.length
                || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
            return;
        }
        var name = new String(key, prefix.length, key.length - prefix.length, StandardCharsets.UTF_8);
        if (value == null) {
            states.remove(name);
        } else {
            states.put(name, value);
        }
    }
}
