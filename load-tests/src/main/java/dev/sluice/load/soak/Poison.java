package dev.sluice.load.soak;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One record in a thousand is bad: bytes that are no event, an event without a type, no value where there must be one,
 * more than an event may have, a header that no attribute can have beside headers that are there twice or have no
 * value. Each has to be on the dead-letter topic once, value and headers byte for byte.
 * An event without data is none of them, and has to run.
 */
final class Poison implements Scenario {
    private static final int EVENTS_PER_ROUND = 10_000;
    private static final int ONE_IN = 1_000;
    private static final int KINDS = 6;
    private static final int OVERSIZE_BYTES = 1_300_000;
    private static final String MARK = "soak-poison";
    private static final Duration ROUND_MAX = Duration.ofMinutes(2);
    private static final int SHOWN_MAX = 10;
    private static final byte[] NO_TEXT = {(byte) 0xff, (byte) 0xfe, 0};

    private final Map<String, Bad> poisons = new ConcurrentHashMap<>();
    private final AtomicInteger sent = new AtomicInteger();

    /** A bad record's value, which may be none, and its headers. */
    private static final class Bad {
        final byte @Nullable [] value;
        final List<Header> headers;

        Bad(byte @Nullable [] value, Headers headers) {
            this.value = value;
            this.headers = List.of(headers.toArray());
        }

        /** Whether these are its headers, in their order, each byte for byte; more may follow. */
        boolean leads(Header[] others) {
            if (others.length < headers.size()) {
                return false;
            }
            for (var i = 0; i < headers.size(); i++) {
                if (!headers.get(i).key().equals(others[i].key())
                        || !Arrays.equals(headers.get(i).value(), others[i].value())) {
                    return false;
                }
            }
            return true;
        }
    }

    @Override
    public String name() {
        return "poison";
    }

    @Override
    public int secondsPerRound() {
        return 5;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.publish(stage.load().changedBy(this::poison), publication -> {
            if (!poisons.containsKey(publication.event().id())) {
                stage.acknowledged(publication);
            }
        });
        stage.start("one", stage.manifest());
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            if (!stage.watch().awaitMoreDone(EVENTS_PER_ROUND, ROUND_MAX)) {
                throw new SoakException("round " + round + " did not end within " + ROUND_MAX.toSeconds() + " s");
            }
        }
        stage.finish();
        compare(stage);
    }

    private ProducerRecord<String, byte[]> poison(SoakEvent event, ProducerRecord<String, byte[]> record) {
        var number = sent.incrementAndGet();
        if (number % ONE_IN != 0) {
            return record;
        }
        var kind = number / ONE_IN % KINDS;
        var bad =
                switch (kind) {
                    case 0, 1 -> structured(record, kind == 0 ? record.value() : null);
                    case 2 -> copy(record, new byte[OVERSIZE_BYTES]);
                    case 3 -> copy(record, null);
                    default -> record;
                };
        switch (kind) {
            case 4 -> bad.headers().remove("ce_type");
            case 5 ->
                bad.headers()
                        .add("ce_bad", NO_TEXT)
                        .add("twice", NO_TEXT)
                        .add("none", null)
                        .add("twice", new byte[0])
                        .add("none", null);
            default -> {
                // Bad by its value, or well-formed.
            }
        }
        bad.headers().add(MARK, event.id().getBytes(StandardCharsets.UTF_8));
        if (kind != 3) {
            poisons.put(event.id(), new Bad(bad.value(), bad.headers()));
        }
        return bad;
    }

    private static ProducerRecord<String, byte[]> structured(
            ProducerRecord<String, byte[]> record, byte @Nullable [] value) {
        var bad = copy(record, value);
        bad.headers()
                .remove("ce_specversion")
                .remove("ce_id")
                .remove("ce_source")
                .remove("ce_type");
        KafkaPublisher.header(bad, "content-type", "application/cloudevents+json");
        return bad;
    }

    private static ProducerRecord<String, byte[]> copy(ProducerRecord<String, byte[]> record, byte @Nullable [] value) {
        return new ProducerRecord<>(record.topic(), null, record.key(), value, record.headers());
    }

    private void compare(Stage stage) {
        var found = new HashMap<String, Integer>();
        var topic = stage.topic() + ".dlq";
        for (var letter : DeadLetters.all(stage.kafka().bootstrapServers(), topic, ROUND_MAX)) {
            var mark = letter.headers().lastHeader(MARK);
            var id = mark == null ? "" : new String(mark.value(), StandardCharsets.UTF_8);
            found.merge(id, 1, Integer::sum);
            check(stage, letter, id);
        }
        poisons.keySet().stream()
                .filter(id -> !found.containsKey(id))
                .limit(SHOWN_MAX)
                .forEach(id -> stage.broken("the bad record " + id + " is not on the dead-letter topic"));
        found.forEach((id, times) -> {
            if (times > 1) {
                stage.broken("the bad record " + id + " is " + times + " times on the dead-letter topic");
            }
        });
        stage.progress().say(poisons.size() + " bad records, " + found.size() + " of them are dead letters");
    }

    private void check(Stage stage, ConsumerRecord<String, byte[]> letter, String id) {
        var bad = poisons.get(id);
        if (bad == null) {
            stage.broken("a dead letter that no bad record was: key " + letter.key());
        } else if (!Arrays.equals(bad.value, letter.value())) {
            stage.broken("the dead letter of " + id + " has another value than the record");
        } else if (!bad.leads(letter.headers().toArray())) {
            stage.broken("the dead letter of " + id + " has other headers than the record: " + letter.headers());
        } else if (letter.key() == null || !id.startsWith(letter.key() + "-")) {
            stage.broken("the dead letter of " + id + " has the key " + letter.key());
        }
    }
}
