package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static dev.sluice.broker.kafka.SourceFixture.forAWhile;
import static dev.sluice.broker.kafka.SourceFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Delivery;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.kafka.SourceFixture.Reader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.test.StepVerifier;

/** What a source says and does when something keeps it from reading. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaTroubleTest {
    private final SourceFixture fixture = new SourceFixture(1);

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void waitsForAClusterThatIsAwayAndReadsOnceItIsThere() throws IOException {
        fixture.send(0, "a-0");
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var reader = new Reader(fixture.with("bootstrap.servers", "127.0.0.1:" + port)
                        .with("reconnect.backoff.max.ms", "100")
                        .source("g", Start.EARLIEST))
                .join()
                .requestingAll();

        eventually(() -> assertThat(reader.troubles())
                .singleElement()
                .satisfies(reason -> assertThat(reason).contains("not joined").contains("127.0.0.1:" + port)));
        try (var door = new ServerSocket(port, 8, InetAddress.getLoopbackAddress())) {
            forward(door, fixture.servers);

            reader.await(1);
            eventually(() -> assertThat(reader.troubles()).isEmpty());
        }
    }

    /** Lets whoever knocks through to the cluster, until the door is closed. */
    private static void forward(ServerSocket door, String to) {
        var address = URI.create("tcp://" + to);
        daemon(() -> {
            while (true) {
                var from = door.accept();
                var server = new Socket(address.getHost(), address.getPort());
                daemon(() -> from.getInputStream().transferTo(server.getOutputStream()));
                daemon(() -> server.getInputStream().transferTo(from.getOutputStream()));
            }
        });
    }

    private interface Wire {
        void run() throws IOException;
    }

    private static void daemon(Wire wire) {
        var thread = new Thread(() -> {
            try {
                wire.run();
            } catch (IOException closed) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void waitsForATopicThatIsNotThereAndReadsOnceItIs() {
        var missing = fixture.topic + ".missing";
        var source = fixture.source(new Subscription(missing, "g", Start.EARLIEST));
        var reader = new Reader(source).join().requestingAll();
        eventually(() -> assertThat(reader.troubles())
                .singleElement()
                .satisfies(reason -> assertThat(reason).contains(missing).contains("does not exist")));

        get(fixture.admin
                .createTopics(List.of(new NewTopic(missing, 1, (short) 1)))
                .all());

        reader.awaitOwning(1);
        eventually(() -> assertThat(reader.troubles()).isEmpty());
    }

    @Test
    void endsAReadingOfATopicThatIsDeletedMeanwhile() {
        var value = new byte[8_000];
        try (var producer = fixture.producer(Map.of())) {
            for (var i = 0; i < 1_000; i++) {
                producer.send(new ProducerRecord<>(fixture.topic, 0, null, value));
            }
        }
        var options = KafkaBrokerOptions.builder("k", fixture.servers).build();
        var watches = new KafkaWatches(
                "k",
                new KafkaErrors(options),
                fixture.registry,
                options.records(),
                () -> new KafkaConsumer<>(ClientProperties.tail(options)));

        StepVerifier.create(
                        Flux.<StoredEvent>from(subscriber -> new KafkaRead(
                                        fixture.topic,
                                        ReadRange.ALL,
                                        Operators.toCoreSubscriber(subscriber),
                                        watches,
                                        "read",
                                        Duration.ofSeconds(1))
                                .begin()),
                        1)
                .expectNextCount(1)
                .then(this::deleteTopic)
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(event -> true)
                .expectError(BrokerException.Refused.class)
                .verify(Duration.ofSeconds(30));
    }

    /** Until the cluster has it no more: the rest of it could be read before the deletion gets to the disk. */
    private void deleteTopic() {
        get(fixture.admin.deleteTopics(List.of(fixture.topic)).all());
        var nodes = get(fixture.admin.describeCluster().nodes()).stream()
                .map(Node::id)
                .toList();
        eventually(() -> assertThat(get(fixture.admin.describeLogDirs(nodes).allDescriptions()).values().stream()
                        .flatMap(folders -> folders.values().stream())
                        .flatMap(folder -> folder.replicaInfos().keySet().stream())
                        .map(TopicPartition::topic))
                .doesNotContain(fixture.topic));
    }

    @Test
    void reportsAPartitionThatStandsStillUntilItMoves() {
        var time = new AtomicLong();
        fixture.clock = () -> System.nanoTime() + time.get();
        fixture.send(0, "a", 0, 3);
        var reader = fixture.join("g").requesting(1).await(1);
        eventually(() -> assertThat(reader.source.lag().events()).hasValue(3));
        forAWhile(() -> assertThat(reader.troubles()).isEmpty());

        time.addAndGet(Duration.ofSeconds(30).toNanos());
        forAWhile(() -> assertThat(reader.troubles()).isEmpty());

        eventually(() -> {
            // Again and again: on a busy machine a rebalance may begin the count anew.
            time.addAndGet(Duration.ofSeconds(31).toNanos());
            assertThat(reader.troubles()).singleElement().satisfies(reason -> assertThat(reason)
                    .contains("stands still at position 0 of 3"));
        });
        reader.accept(0);
        eventually(() -> assertThat(reader.troubles()).isEmpty());
    }

    @Test
    void doesNotReportAPartitionThatIsPausedOrHasNothingToRead() {
        var time = new AtomicLong();
        fixture.clock = () -> System.nanoTime() + time.get();
        var reader = fixture.join("g").requestingAll().accepting().awaitOwning(1);
        eventually(() -> assertThat(reader.source.lag().events()).hasValue(0));
        time.addAndGet(Duration.ofSeconds(100).toNanos());
        forAWhile(() -> assertThat(reader.troubles()).isEmpty());

        reader.source.pause(0);
        fixture.send(0, "a", 0, 3);
        eventually(() -> assertThat(reader.source.lag().events()).hasValue(3));
        time.addAndGet(Duration.ofSeconds(100).toNanos());

        forAWhile(() -> assertThat(reader.troubles()).isEmpty());
        reader.source.resume(0);
        reader.await(3);
    }

    /** What a reader leaves behind that dies while these offsets are open and tried so often. */
    private void leaveBehind(long position, int... tries) {
        var tracker = new OffsetTracker(position, null, CommitMetadata.hashOf(List.of("g")), 100);
        for (var i = 0; i < tries.length; i++) {
            var record = new OpenOffset(position + i);
            tracker.delivered(record);
            tracker.tries(record, tries[i]);
        }
        var text = tracker.snapshot(false).encode();
        get(fixture.admin
                .alterConsumerGroupOffsets(
                        fixture.group("g"), Map.of(fixture.at(0), new OffsetAndMetadata(position, text)))
                .all());
    }

    /** Another reader that dies of what the one before left behind, as soon as it has it. */
    private void dieAgain() {
        var committed = fixture.committed("g").get(fixture.at(0));
        var usable = (CommitMetadata.Usable) CommitMetadata.decode(committed.metadata(), committed.offset());
        var tracker = new OffsetTracker(
                committed.offset(), usable.metadata(), usable.metadata().triggers(), 100);
        tracker.countDeath();
        for (var i = 0; i < CommitMetadata.TRIED_MAX; i++) {
            tracker.delivered(new OpenOffset(committed.offset() + i));
        }
        var text = tracker.snapshot(false).encode();
        get(fixture.admin
                .alterConsumerGroupOffsets(
                        fixture.group("g"), Map.of(fixture.at(0), new OffsetAndMetadata(committed.offset(), text)))
                .all());
    }

    @Test
    void keepsTheTriesOfAReaderThatDiedButTheOneThatItBrokeOff() {
        fixture.send(0, "a", 0, 3);
        leaveBehind(0, 2, 1, 0);

        var reader = fixture.join("g").requestingAll().await(3);

        assertThat(reader.received).extracting(Delivery::triesBefore).containsExactly(1, 0, 0);
    }

    @Test
    void lendsEventsThatTwoReadersDiedOfOneAtATimeAndCountsEachTryBefore() {
        fixture.send(0, "a", 0, 40);
        leaveBehind(0, 1, 0, 0);
        dieAgain();

        var reader = fixture.join("g").requestingAll().awaitExactly(1);

        assertThat(reader.received.get(0).triesBefore()).isZero();
        var committed = fixture.committed("g").get(fixture.at(0));
        var stored = (CommitMetadata.Usable) CommitMetadata.decode(Birth.metadataIn(committed.metadata()), 0);
        assertThat(stored.metadata().clean()).isTrue();
        assertThat(stored.metadata().tried().get(0).tries()).isEqualTo(1);
        reader.accept(0);
        reader.awaitExactly(2).accept(1);
        reader.on(delivery -> delivery.accept().subscribe());
        reader.await(3).accept(2);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(40));
        assertThat(reader.ids()).hasSize(40).startsWith("a-0", "a-1", "a-2", "a-3");
    }
}
