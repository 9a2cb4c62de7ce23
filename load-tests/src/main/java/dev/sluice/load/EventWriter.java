package dev.sluice.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes the sample event into topics of Kafka, in binary mode, each with an id of its own and one of so many keys. */
final class EventWriter implements AutoCloseable {
    static final int KEYS = 10_000;
    private static final Duration CLOSE_MAX = Duration.ofMinutes(2);

    /** All but the id. */
    private static final List<Header> HEADERS = headers();

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final byte[] data = SampleEvent.dataBytes();
    private final Random random = new Random(42);
    private final int keys;
    private long id;

    /** With 10,000 keys. */
    EventWriter(String bootstrap, Map<String, Object> settings) {
        this(bootstrap, settings, KEYS);
    }

    /**
     * @param settings of the producer, beside its servers and {@code acks=all}
     * @param keys how many there are; their numbers, in the header {@code ce_customer}, go with timed events if these
     *     aren't the usual 10,000
     */
    EventWriter(String bootstrap, Map<String, Object> settings, int keys) {
        this.keys = keys;
        var all = new HashMap<>(settings);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends an event, without a wait for its acknowledgement. */
    void send(String topic) {
        send(record(topic, random.nextInt(keys)));
    }

    /** As {@link #send(String)}, with the monotonic time when it was due in its header {@code ce_planned}. */
    void send(String topic, long dueNanos) {
        var key = random.nextInt(keys);
        var record = record(topic, key);
        if (keys != KEYS) {
            record.headers().add("ce_customer", Integer.toString(key).getBytes(StandardCharsets.US_ASCII));
        }
        record.headers().add("ce_planned", Long.toString(dueNanos).getBytes(StandardCharsets.US_ASCII));
        send(record);
    }

    private void send(ProducerRecord<byte[], byte[]> record) {
        // The callback gets what the future would tell.
        var unused = producer.send(record, (metadata, error) -> {
            if (error != null) {
                failure.compareAndSet(null, error);
            }
        });
    }

    private ProducerRecord<byte[], byte[]> record(String topic, int customer) {
        var key = ("customer-" + customer).getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, null, key, data, headers("A-" + id++));
    }

    /** The sample event's headers, under this id. */
    static Headers headers(String id) {
        var headers = new RecordHeaders(HEADERS);
        headers.add("ce_id", id.getBytes(StandardCharsets.UTF_8));
        return headers;
    }

    private static List<Header> headers() {
        var headers = new ArrayList<Header>();
        SampleEvent.attributes().forEach((name, value) -> {
            if (!name.equals("id")) {
                headers.add(new RecordHeader("ce_" + name, value.getBytes(StandardCharsets.UTF_8)));
            }
        });
        headers.add(new RecordHeader("content-type", "application/json".getBytes(StandardCharsets.UTF_8)));
        return headers;
    }

    /** Fails when an event was not acknowledged. */
    void mustBeWell() throws IOException {
        var why = failure.get();
        if (why != null) {
            throw new IOException("an event could not be written: " + why, why);
        }
    }

    /** Waits for the acknowledgements of what was sent. */
    @Override
    public void close() {
        producer.close(CLOSE_MAX);
    }
}
