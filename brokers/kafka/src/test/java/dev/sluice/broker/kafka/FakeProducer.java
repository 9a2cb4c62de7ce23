package dev.sluice.broker.kafka;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A producer that can be told to have no room, as the real one says it: by its callback, inside {@code send}; and to
 * throw though it has taken the record, as the real one does once it is in an error state.
 */
final class FakeProducer extends MockProducer<byte[], byte[]> {
    private volatile @Nullable RuntimeException blockedBy;
    private volatile @Nullable RuntimeException thrownOnceTaken;
    private volatile int offers;

    FakeProducer(boolean acknowledges) {
        super(acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** From now on; null to let sends through. */
    FakeProducer blockedBy(@Nullable RuntimeException error) {
        blockedBy = error;
        return this;
    }

    /** From now on. */
    FakeProducer throwingOnceTaken(RuntimeException error) {
        thrownOnceTaken = error;
        return this;
    }

    /** How often it was given a record, whatever it did. */
    int offers() {
        return offers;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the method is synchronized
    public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        offers++;
        var error = blockedBy;
        if (error == null) {
            var taken = super.send(record, callback);
            var thrown = thrownOnceTaken;
            if (thrown != null) {
                throw thrown;
            }
            return taken;
        }
        if (callback != null) {
            callback.onCompletion(null, error);
        }
        return CompletableFuture.failedFuture(error);
    }

    /** The event ids that it was given, in order. */
    List<String> ids() {
        return history().stream()
                .map(record -> new String(
                        record.headers().lastHeader("ce_id").value(), java.nio.charset.StandardCharsets.UTF_8))
                .toList();
    }
}
