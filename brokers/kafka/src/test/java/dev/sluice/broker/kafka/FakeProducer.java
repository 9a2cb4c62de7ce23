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

/** A producer that can be told to have no room, as the real one says it: by its callback, inside {@code send}. */
final class FakeProducer extends MockProducer<byte[], byte[]> {
    private volatile @Nullable RuntimeException blockedBy;

    FakeProducer(boolean acknowledges) {
        super(acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** From now on; null to let sends through. */
    FakeProducer blockedBy(@Nullable RuntimeException error) {
        blockedBy = error;
        return this;
    }

    @Override
    public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
        var error = blockedBy;
        if (error == null) {
            return super.send(record, callback);
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
