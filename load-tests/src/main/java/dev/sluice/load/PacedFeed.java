package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Sends events at a fixed rate, whatever becomes of them: an open loop. Each says when it was due, on the monotonic
 * clock that all processes of a machine share, so that a late send counts as latency.
 */
final class PacedFeed implements AutoCloseable {
    private static final long LATE_NANOS_MAX = Duration.ofSeconds(5).toNanos();

    private final EventWriter writer;

    PacedFeed(String bootstrap) {
        this(bootstrap, EventWriter.KEYS);
    }

    PacedFeed(String bootstrap, int keys) {
        writer = new EventWriter(bootstrap, Map.of(ProducerConfig.LINGER_MS_CONFIG, 0), keys);
    }

    /** Sends so many events a second to each of the topics, for this long. */
    void run(List<String> topics, int perSecond, Duration time) throws IOException {
        var start = System.nanoTime();
        var events = time.toMillis() * perSecond / 1_000;
        for (var event = 0L; event < events; event++) {
            var due = start + event * 1_000_000_000L / perSecond;
            for (var early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            if (System.nanoTime() - due > LATE_NANOS_MAX) {
                throw new BenchException("this machine can't send " + perSecond + " events a second: it is too busy");
            }
            for (var topic : topics) {
                writer.send(topic, due);
            }
        }
        writer.mustBeWell();
    }

    @Override
    public void close() {
        writer.close();
    }
}
