package dev.sluice.broker.kafka;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.cloudevents.CloudEvent;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A record that was fetched: an open offset for its tracker, and the delivery that lends it for the first time; later
 * ones are {@link Redelivery}. One object per record, since there are many. Its event is decoded when asked for; two
 * threads that ask at once may both decode it, which does no harm as events can't change.
 */
final class KafkaDelivery extends OpenOffset implements Lent {
    /** What an open record holds beside its bytes, roughly. */
    private static final int OVERHEAD_BYTES = 256;
    /** What a header holds beside its bytes: its object, two views of the fetched batch, and its name as a string. */
    private static final int HEADER_BYTES = 192;

    private static final VarHandle SETTLED;

    static {
        try {
            SETTLED = MethodHandles.lookup().findVarHandle(KafkaDelivery.class, "settled", boolean.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    final PartitionReading reading;
    private final ConsumerRecord<byte[], byte[]> record;
    private int triesBefore;
    private @Nullable CloudEvent event;

    @SuppressWarnings("UnusedVariable") // by its handle
    private boolean settled;

    KafkaDelivery(PartitionReading reading, ConsumerRecord<byte[], byte[]> record) {
        super(record.offset());
        this.reading = reading;
        this.record = record;
    }

    /** Its tracker knows its past; the poll thread's. */
    void registered() {
        triesBefore = tries();
    }

    /** Bytes that it was fetched with, but for its headers; known without reading them. */
    int bodyBytes() {
        return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize()) + OVERHEAD_BYTES;
    }

    /** When it was stored, or made, in milliseconds since 1970. */
    long timestamp() {
        return record.timestamp();
    }

    @Override
    public CloudEvent event() {
        var decoded = event;
        if (decoded == null) {
            decoded = reading.records().decode(record);
            event = decoded;
        }
        return decoded;
    }

    @Override
    public @Nullable String key() {
        var key = record.key();
        return key != null ? KafkaRecords.keyOf(key) : WireEvent.textOf(event(), "partitionkey");
    }

    @Override
    public int partition() {
        return record.partition();
    }

    @Override
    public int sizeBytes() {
        var bytes = bodyBytes() + KafkaRecords.sizeOf(record.headers(), HEADER_BYTES);
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }

    @Override
    public int triesBefore() {
        return triesBefore;
    }

    @Override
    public void triesBegun(int begun) {
        reading.triesBegun(this, begun);
    }

    @Override
    public Mono<Void> accept() {
        return new MonoAccept(this);
    }

    @Override
    public void acceptNow() {
        if (SETTLED.compareAndSet(this, false, true)) {
            reading.done(this);
        }
    }

    @Override
    public void release() {
        if (SETTLED.compareAndSet(this, false, true)) {
            reading.giveBack(this);
        }
    }

    @Override
    public String toString() {
        return record.topic() + " " + record.partition() + "@" + offset();
    }
}
