package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TopicLogTest {
    private static LogEvent stored(int partition, int sizeBytes) {
        return new LogEvent(MemoryFixture.event("1", null, 0), null, sizeBytes, partition);
    }

    /** The counts are what a walk over all events finds, and the oldest event below a floor goes first. */
    @Property(tries = 200)
    void agreesWithAWalkOverAllEvents(@ForAll long seed) {
        var random = new Random(seed);
        var log = new TopicLog(3);
        for (var step = 0; step < 400; step++) {
            var partition = random.nextInt(3);
            var of = log.partition(partition);
            switch (random.nextInt(4)) {
                case 0, 1 -> log.append(stored(partition, 1 + random.nextInt(100)));
                case 2 -> log.moveFloor(partition, of.start() + random.nextInt((int) (of.end() - of.start()) + 1));
                default -> {
                    var expected = oldestEvictable(log);
                    assertThat(log.evictOldest()).isSameAs(expected);
                }
            }
            verify(log);
        }
    }

    private static LogEvent oldestEvictable(TopicLog log) {
        LogEvent oldest = null;
        for (var p = 0; p < log.partitions(); p++) {
            for (var offset = log.partition(p).start(); offset < log.floor(p); offset++) {
                var event = log.partition(p).get(offset);
                if (oldest == null || event.sequence < oldest.sequence) {
                    oldest = event;
                }
            }
        }
        return oldest;
    }

    private static void verify(TopicLog log) {
        var all = new ArrayList<LogEvent>();
        var evictable = new ArrayList<LogEvent>();
        for (var p = 0; p < log.partitions(); p++) {
            for (var offset = log.partition(p).start();
                    offset < log.partition(p).end();
                    offset++) {
                all.add(log.partition(p).get(offset));
                if (offset < log.floor(p)) {
                    evictable.add(log.partition(p).get(offset));
                }
            }
        }
        assertThat(log.events()).isEqualTo(all.size());
        assertThat(log.bytes())
                .isEqualTo(all.stream().mapToLong(event -> event.sizeBytes).sum());
        assertThat(log.evictableEvents()).isEqualTo(evictable.size());
        assertThat(log.evictableBytes())
                .isEqualTo(
                        evictable.stream().mapToLong(event -> event.sizeBytes).sum());
    }

    @Test
    void refusesAnOffsetThatIsNotHeld() {
        var log = new PartitionLog();
        log.append(stored(0, 1));
        log.append(stored(0, 1));
        log.removeFirst();

        assertThat(log.get(1)).isNotNull();
        assertThatIllegalArgumentException().isThrownBy(() -> log.get(0)).withMessage("offset 0 is not in [1, 2)");
        assertThatIllegalArgumentException().isThrownBy(() -> log.get(2));
    }
}
