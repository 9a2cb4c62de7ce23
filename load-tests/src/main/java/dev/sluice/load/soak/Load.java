package dev.sluice.load.soak;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.BiFunction;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What is published.
 *
 * @param eventsPerSecond how fast
 * @param keys how many there are
 * @param hotShare how much of all is of the first key, 0 to 1; the rest is spread evenly
 * @param bytes of the data of each event, about
 * @param openMax events that may be published and not done; the publisher waits beyond
 * @param changes answers what is sent in the place of an event's record
 */
record Load(
        int eventsPerSecond,
        int keys,
        double hotShare,
        int bytes,
        int openMax,
        BiFunction<SoakEvent, ProducerRecord<String, byte[]>, ProducerRecord<String, byte[]>> changes) {
    static final int KEYS = 97;

    /** Well-formed events of 97 keys and 200 bytes. */
    static Load of(int eventsPerSecond) {
        return new Load(eventsPerSecond, KEYS, 0, 200, 50_000, (event, record) -> record);
    }

    Load changedBy(BiFunction<SoakEvent, ProducerRecord<String, byte[]>, ProducerRecord<String, byte[]>> other) {
        return new Load(eventsPerSecond, keys, hotShare, bytes, openMax, other);
    }

    Load withKeys(int number) {
        return new Load(eventsPerSecond, number, hotShare, bytes, openMax, changes);
    }

    /** With a hot key, at this part of the rate: one key's events run one after another. */
    Load withHotKey(double share, double ofRate) {
        return new Load((int) Math.max(1, eventsPerSecond * ofRate), keys, share, bytes, openMax, changes);
    }

    int nextKey(Random random) {
        return hotShare > 0 && random.nextDouble() < hotShare ? 0 : random.nextInt(keys);
    }

    byte[] data() {
        return ("{\"soak\":\"" + "x".repeat(bytes) + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    ProducerRecord<String, byte[]> shape(SoakEvent event, ProducerRecord<String, byte[]> record) {
        return changes.apply(event, record);
    }
}
