package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.kafka.server.KafkaCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Gaps of a billion offsets, as a compaction leaves them behind years of work, in the log of a real Kafka. */
class KafkaGapTest {
    private static final long GAP = 1_000_000_000L;
    private static final int GAPS = 3;
    private static final int RECORDS = 10;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Map<String, String> COMPACTED =
            Map.of("cleanup.policy", "compact", "min.compaction.lag.ms", "86400000");

    @Test
    void readsAcrossGapsOfABillionOffsetsAndKnowsAfterwardsWhatIsDoneBeyondThem() throws Exception {
        try (var kafka = KafkaCluster.start(1)) {
            kafka.createTopic("gaps", 1, COMPACTED);
            try (var fixture = new SourceFixture(kafka.bootstrapServers(), "gaps")) {
                fill(fixture);
                kafka.kill(1);
                copyBeyondGaps(kafka);
                kafka.restart(1);
                kafka.awaitInSync(LIMIT);

                var first = fixture.join("g").requestingAll().await(RECORDS * (1 + GAPS));
                assertThat(offsets(first.received)).isEqualTo(allOffsets());
                var open = List.of(3L, GAP + 5, 3 * GAP + 9);
                first.received.stream()
                        .filter(delivery -> !open.contains(delivery.offset()))
                        .forEach(delivery -> delivery.accept().block(SourceFixture.PATIENCE));
                first.leave();
                var committed = fixture.committed("g").get(fixture.at(0));
                assertThat(committed.offset()).isEqualTo(3);
                assertThat(committed.metadata())
                        .as("three gaps, in a few bytes")
                        .hasSizeLessThan(200);

                var second = fixture.join("g").requestingAll().accepting().awaitExactly(open.size());
                assertThat(offsets(second.received)).isEqualTo(open);
                eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(GAPS * GAP + RECORDS));
                eventually(() -> assertThat(second.source.lag().events()).hasValue(0));
                assertThat(fixture.counted("sluice.kafka.commit.failures")).isZero();
            }
        }
    }

    private static void fill(SourceFixture fixture) {
        try (var producer = fixture.producer(Map.of("enable.idempotence", "false"))) {
            for (var i = 0; i < RECORDS; i++) {
                producer.send(SourceFixture.record(fixture.topic, 0, "key" + i + "-0", "key" + i));
            }
            producer.flush();
        }
    }

    private static List<Long> allOffsets() {
        return LongStream.rangeClosed(0, GAPS)
                .flatMap(gap -> LongStream.range(gap * GAP, gap * GAP + RECORDS))
                .boxed()
                .toList();
    }

    private static List<Long> offsets(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::offset).toList();
    }

    /** Gives the partition's log, while nobody has it open, segments of the same records at far higher offsets. */
    private static void copyBeyondGaps(KafkaCluster kafka) throws IOException {
        var log = logOf(kafka);
        var records = Files.readAllBytes(log.resolve(segment(0)));
        for (var gap = 1; gap <= GAPS; gap++) {
            Files.write(log.resolve(segment(gap * GAP)), moved(records, gap * GAP));
        }
    }

    private static Path logOf(KafkaCluster kafka) throws IOException {
        try (var all = Files.walk(kafka.log(1).getParent().getParent())) {
            return all.filter(path -> path.endsWith("gaps-0")).findFirst().orElseThrow();
        }
    }

    private static String segment(long firstOffset) {
        return "%020d.log".formatted(firstOffset);
    }

    /** Batches begin with their first offset, which their checksum does not cover, and their length behind it. */
    private static byte[] moved(byte[] batches, long by) {
        var moved = ByteBuffer.wrap(batches.clone());
        for (var at = 0; at < batches.length; at += Long.BYTES + Integer.BYTES + moved.getInt(at + Long.BYTES)) {
            moved.putLong(at, moved.getLong(at) + by);
        }
        return moved.array();
    }
}
