package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A session's transactional producer, which also writes its states as records of the control topic. Every call blocks, within some 20 s; one thread at a time.
 */
final class Transactions {
    /** Until when a transaction that was begun and left is taken back, unless the session is opened before. */
    private static final int TRANSACTION_MS = 15_000;

    private static final int CALL_MS = 8_000;
    private static final Duration CLOSE = Duration.ofSeconds(2);
    private static final long BUFFER = 32L << 20;

    private final KafkaControl control;
    private final String session;
    private final Producer<byte[], byte[]> producer;
    private final TopicPartition partition;
    private final int requestBytesMax;

    private Transactions(KafkaControl control, String session, Producer<byte[], byte[]> producer, int requestBytesMax) {
        this.control = control;
        this.session = session;
        this.producer = producer;
        this.requestBytesMax = requestBytesMax;
        this.partition = new TopicPartition(control.topic(), KafkaControl.partitionOf(session));
    }

    /** Fences whoever has the session, and ends the transaction that one may have begun. */
    static Transactions open(KafkaControl control, String session) {
        control.ensureTopic();
        var config = ClientProperties.producer(control.options());
        config.put("transactional.id", "sluice-" + control.topic() + '-' + session);
        config.put("client.id", config.get("client.id") + "-" + session);
        config.put("transaction.timeout.ms", String.valueOf(TRANSACTION_MS));
        config.put("max.block.ms", String.valueOf(control.blockMs()));
        config.put("linger.ms", "0");
        config.put("request.timeout.ms", String.valueOf(CALL_MS / 2));
        config.put("delivery.timeout.ms", String.valueOf(CALL_MS));
        var buffer = Math.min(BUFFER, Long.parseLong(String.valueOf(config.get("buffer.memory"))));
        config.put("buffer.memory", String.valueOf(buffer));
        var producer = new KafkaProducer<byte[], byte[]>(config);
        try {
            producer.initTransactions();
        } catch (RuntimeException failed) {
            producer.close(Duration.ZERO);
            throw failed;
        }
        var request = Long.parseLong(String.valueOf(config.get("max.request.size")));
        return new Transactions(control, session, producer, (int) Math.min(request, buffer));
    }

    /** The session's states, as the one before it left them. */
    Map<String, byte[]> readStates() {
        return new StateReader(control, session).read();
    }

    /**
     * Stores all of it or nothing. After {@link BrokerException.TooLarge} and {@link BrokerException.Refused} nothing is
     * stored and the next commit may go well; after anything else this is of no use any more.
     */
    void commit(List<Outgoing> events, List<Change> changes) {
        var records = encode(events);
        for (var change : changes) {
            records.add(new ProducerRecord<>(
                    partition.topic(), partition.partition(), StateReader.key(session, change.key()), change.value()));
        }
        if (records.isEmpty()) {
            return;
        }
        try {
            producer.beginTransaction();
            send(records);
            producer.commitTransaction();
        } catch (KafkaException failed) {
            throw meaning(failed, records);
        }
    }

    private List<ProducerRecord<byte[], byte[]>> encode(List<Outgoing> events) {
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>(events.size());
        for (var outgoing : events) {
            var limits = control.limits(outgoing.topic());
            var record = control.records().encode(outgoing.topic(), outgoing.event(), outgoing.key());
            var size = KafkaRecords.sizeOf(record);
            var max = Math.min(requestBytesMax, limits.messageBytesMax());
            if (size > max) {
                throw new BrokerException.TooLarge(outgoing.topic(), size, max);
            }
            records.add(record);
        }
        return records;
    }

    /** Sends all, and waits for those whose failure would only be told in other words by the commit. */
    private void send(List<ProducerRecord<byte[], byte[]>> records) {
        var sent = new ArrayList<Future<?>>(records.size());
        for (var record : records) {
            sent.add(producer.send(record));
        }
        producer.flush();
        for (var future : sent) {
            try {
                future.get();
            } catch (ExecutionException failed) {
                throw failed.getCause() instanceof KafkaException cause ? cause : new KafkaException(failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new KafkaException(interrupted);
            }
        }
    }

    private RuntimeException meaning(KafkaException failed, List<ProducerRecord<byte[], byte[]>> records) {
        if (isFenced(failed)) {
            return new Control.Fenced(session);
        }
        records.forEach(record -> control.forget(record.topic()));
        var root = KafkaErrors.root(failed);
        var nothingStored = abort();
        if (nothingStored && root instanceof RecordTooLargeException) {
            return new BrokerException.TooLarge(records.get(0).topic(), largest(records), requestBytesMax);
        }
        if (root instanceof UnknownTopicOrPartitionException) {
            return control.errors().unavailable("a topic of the commit is gone: " + root.getMessage());
        }
        var meant = control.of(failed);
        return nothingStored || meant instanceof BrokerException.Unavailable
                ? meant
                : control.errors().unavailable(control.errors().why(failed));
    }

    private static int largest(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream().mapToInt(KafkaRecords::sizeOf).max().orElse(0);
    }

    /** Whether the transaction is taken back for certain. */
    private boolean abort() {
        try {
            producer.abortTransaction();
            return true;
        } catch (RuntimeException failed) {
            return false;
        }
    }

    private static boolean isFenced(Throwable failed) {
        for (var cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException || cause instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    void close() {
        producer.close(CLOSE);
    }
}
