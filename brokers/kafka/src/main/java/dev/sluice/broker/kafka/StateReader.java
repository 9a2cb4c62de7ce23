package dev.sluice.broker.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads a session's states: of its partition of the control topic, the records whose key is the session's name, a zero
 * byte, and a state's key. Blocks.
 */
final class StateReader {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration READ_MAX = Duration.ofSeconds(30);

    private final KafkaControl control;
    private final String session;
    private final byte[] prefix;

    StateReader(KafkaControl control, String session) {
        this.control = control;
        this.session = session;
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
        var states = new HashMap<String, byte[]>();
        var deadline = System.nanoTime() + READ_MAX.toNanos();
        try (var consumer = new KafkaConsumer<byte[], byte[]>(ClientProperties.tail(control.options()))) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(POLL)) {
                    apply(record.key(), record.value(), states);
                }
                if (System.nanoTime() - deadline > 0 || control.isClosed()) {
                    throw control.errors()
                            .unavailable("the states of session '" + session + "' were not read within " + READ_MAX);
                }
            }
        }
        return Collections.unmodifiableMap(states);
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
