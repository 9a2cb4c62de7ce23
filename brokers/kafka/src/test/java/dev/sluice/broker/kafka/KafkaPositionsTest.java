package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.PATIENCE;
import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static dev.sluice.broker.kafka.SourceFixture.forAWhile;
import static dev.sluice.broker.kafka.SourceFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.kafka.SourceFixture.Reader;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.slf4j.LoggerFactory;

/** Where a partition is read from when a member gets it: every rule that semantics has for it. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaPositionsTest {
    private final SourceFixture fixture = new SourceFixture(2);

    @AfterEach
    void close() {
        fixture.close();
    }

    private Reader join(String group, Start start) {
        return new Reader(fixture.source(group, start)).join();
    }

    /** Stores a position as a reader would that is gone now. */
    private void commit(String group, int partition, long offset, String metadata) {
        get(fixture.admin
                .alterConsumerGroupOffsets(
                        fixture.group(group), Map.of(fixture.at(partition), new OffsetAndMetadata(offset, metadata)))
                .all());
    }

    @Test
    void aNewGroupBeginsWhereItsStartSays() throws Exception {
        fixture.send(0, "a-0", "a-1");
        Thread.sleep(5); // the next record's time of arrival has to differ
        var between = Instant.now();
        fixture.send(0, "a-2");

        var earliest = join("earliest", Start.EARLIEST).requestingAll();
        var latest = join("latest", Start.LATEST).requestingAll();
        var later = join("later", Start.at(between)).requestingAll();
        var never = join("never", Start.at(Instant.now().plusSeconds(3600))).requestingAll();
        for (var reader : List.of(earliest, latest, later, never)) {
            reader.awaitOwning(2);
        }
        fixture.send(0, "a-3");

        assertThat(earliest.awaitExactly(4).ids()).containsExactly("a-0", "a-1", "a-2", "a-3");
        assertThat(later.awaitExactly(2).ids()).containsExactly("a-2", "a-3");
        assertThat(latest.awaitExactly(1).ids()).containsExactly("a-3");
        assertThat(never.awaitExactly(1).ids()).containsExactly("a-3");
    }

    @Test
    void aNewGroupsPositionIsStoredBeforeItsFirstEventIsDone() {
        fixture.send(0, "a-0");

        join("g", Start.LATEST).awaitOwning(2);

        assertThat(fixture.committed("g", 0)).isEqualTo(1);
        assertThat(fixture.committed("g", 1)).isZero();
    }

    @Test
    void aPartitionThatIsAddedLaterIsReadFromItsBeginning() {
        var reader = join("g", Start.LATEST).accepting().requestingAll().awaitOwning(2);
        reader.leave();
        get(fixture.admin
                .createPartitions(Map.of(fixture.topic, NewPartitions.increaseTo(3)))
                .all());
        fixture.send(0, "a-0");
        fixture.send(2, "b-0", "b-1");

        var again = join("g", Start.LATEST).requestingAll().awaitOwning(3).awaitExactly(3);

        assertThat(again.ids()).containsExactlyInAnyOrder("a-0", "b-0", "b-1");
    }

    @Test
    void aRunningMemberFindsAPartitionThatIsAdded() {
        var reader = join("g", Start.LATEST).requestingAll().awaitOwning(2);
        get(fixture.admin
                .createPartitions(Map.of(fixture.topic, NewPartitions.increaseTo(3)))
                .all());
        fixture.send(2, "b-0", "b-1");

        assertThat(reader.awaitExactly(2).ids()).containsExactly("b-0", "b-1");
    }

    @Test
    void membersThatBeginAGroupTogetherAllBeginAtItsStart() {
        var birth = new Birth(2, System.currentTimeMillis())
                .after(new OffsetTracker(0, null, 7, 10).snapshot(false).encode());
        fixture.send(0, "a-0");
        fixture.send(1, "b-0");
        commit("g", 0, 1, birth); // the other member was quicker with its partition

        var subscription = new Subscription(fixture.topic, "g", Start.LATEST, List.of("g"), true);
        var reader =
                new Reader(fixture.source(subscription)).join().requestingAll().awaitOwning(2);
        fixture.send(1, "b-1");

        assertThat(reader.awaitExactly(1).ids()).containsExactly("b-1");
    }

    @Test
    void positionsThatWereDeletedStopTheirPartitionsUntilTheyAreReset() {
        fixture.send(0, "a-0", "a-1");
        var source = fixture.source("g", Start.LATEST);
        var first = new Reader(source).join().requestingAll().awaitOwning(2);
        assertThatThrownBy(this::deletePositions).as("while the group is read").hasMessageContaining("subscribed");
        first.leave();
        deletePositions();

        var second = new Reader(source).join().requestingAll();

        eventually(() -> assertThat(second.troubles())
                .hasSize(2)
                .allMatch(reason -> reason.contains("was deleted") && reason.contains("sluice reset g --to earliest")));
        assertThat(second.received).isEmpty();
        source.reset(Set.of(0), Start.EARLIEST).block(PATIENCE);
        assertThat(second.awaitExactly(2).ids()).containsExactly("a-0", "a-1");
        assertThat(second.troubles()).hasSize(1);
        source.reset(Set.of(), Start.LATEST).block(PATIENCE);
        assertThat(second.troubles()).isEmpty();
    }

    private void deletePositions() {
        get(fixture.admin
                .deleteConsumerGroupOffsets(fixture.group("g"), Set.of(fixture.at(0), fixture.at(1)))
                .all());
    }

    @Test
    void aPositionThatRetentionPassedStopsItsPartitionAndNoOther() {
        fixture.send(0, "a", 0, 10);
        fixture.send(1, "b-0");
        var first = join("g", Start.EARLIEST).requestingAll().await(11);
        first.received.stream()
                .filter(delivery -> delivery.partition() == 0 && delivery.offset() < 3)
                .forEach(delivery -> delivery.accept().block(PATIENCE));
        first.leave();
        get(fixture.admin
                .deleteRecords(Map.of(fixture.at(0), RecordsToDelete.beforeOffset(6)))
                .all());

        var second = join("g", Start.EARLIEST).requestingAll();

        eventually(() -> assertThat(second.troubles()).singleElement().satisfies(reason -> assertThat(reason)
                .contains("partition 0 has no record at position 3")));
        assertThat(second.awaitExactly(1).ids()).containsExactly("b-0");
        second.source.reset(Set.of(0), Start.EARLIEST).block(PATIENCE);
        assertThat(second.await(5).ids()).containsExactly("b-0", "a-6", "a-7", "a-8", "a-9");
    }

    @Test
    void aPositionThatRetentionPassesUnderARunningReaderStopsItsPartition() {
        fixture.with("fetch.max.wait.ms", "20");
        fixture.send(0, "a", 0, 3);
        var reader = join("g", Start.EARLIEST).accepting().requestingAll().await(3);
        reader.source.pause(0);
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(3));
        forAWhile(() -> assertThat(reader.troubles()).isEmpty()); // what was asked before the pause is answered by then
        fixture.send(0, "a", 3, 10);
        get(fixture.admin
                .deleteRecords(Map.of(fixture.at(0), RecordsToDelete.beforeOffset(6)))
                .all());

        reader.source.resume(0);

        eventually(() -> assertThat(reader.troubles()).singleElement().satisfies(reason -> assertThat(reason)
                .contains("partition 0 has no record at position 3")));
        assertThat(fixture.committed("g", 0)).isEqualTo(3);
        reader.source.reset(Set.of(0), Start.EARLIEST).block(PATIENCE);
        assertThat(reader.await(7).ids().subList(3, 7)).containsExactly("a-6", "a-7", "a-8", "a-9");
    }

    @Test
    void abortedTransactionsAreSkippedAndLeaveNoLag() {
        try (var producer = fixture.producer(Map.of("transactional.id", fixture.topic))) {
            producer.initTransactions();
            for (var round = 0; round < 3; round++) {
                producer.beginTransaction();
                producer.send(SourceFixture.record(fixture.topic, 0, "no-" + round, "no"));
                producer.flush();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(SourceFixture.record(fixture.topic, 0, "yes-" + round, "yes"));
                producer.commitTransaction();
            }
            producer.beginTransaction();
            producer.send(SourceFixture.record(fixture.topic, 0, "no-3", "no"));
            producer.flush();
            producer.abortTransaction();
        }

        var reader = join("g", Start.EARLIEST).accepting().requestingAll().awaitExactly(3);

        assertThat(reader.ids()).containsExactly("yes-0", "yes-1", "yes-2");
        eventually(() -> assertThat(reader.source.lag().events()).hasValue(0));
        eventually(() -> assertThat(fixture.committed("g", 0)).isEqualTo(14));
    }

    @Test
    void otherTriggersWorkIsRefusedUntilTheChangeIsAccepted() {
        fixture.send(0, "a-0", "a-1");
        var first = new Reader(
                        fixture.source(new Subscription(fixture.topic, "g", Start.EARLIEST, List.of("one"), false)))
                .join()
                .requestingAll()
                .await(2);
        first.accept(1);
        first.leave();
        var both = List.of("one", "two");

        var refused = new Reader(fixture.source(new Subscription(fixture.topic, "g", Start.EARLIEST, both, false)))
                .join()
                .requestingAll();
        eventually(() -> assertThat(refused.troubles())
                .hasSize(2)
                .allMatch(reason -> reason.contains("other triggers") && reason.contains("--accept-trigger-change")));
        assertThat(refused.received).isEmpty();
        assertThat(refused.source.lag().partitions().get(0).position()).isZero();
        refused.leave();
        new Reader(fixture.source(new Subscription(fixture.topic, "g", Start.EARLIEST, both, true)))
                .join()
                .requestingAll()
                .awaitExactly(1)
                .leave();

        var later = new Reader(fixture.source(new Subscription(fixture.topic, "g", Start.EARLIEST, both, false)))
                .join()
                .requestingAll();
        assertThat(later.awaitExactly(1).ids()).containsExactly("a-0");
    }

    @Test
    void metadataThatIsDamagedGivesDuplicatesAndAWarningNeverASkip() {
        fixture.send(0, "a", 0, 6);
        var first = join("g", Start.EARLIEST).requestingAll().await(6);
        first.accept(0);
        first.accept(3);
        first.leave();
        var committed = fixture.committed("g").get(fixture.at(0));
        assertThat(committed.offset()).isEqualTo(1);
        commit("g", 0, 1, committed.metadata().replaceFirst(":....", ":AAAA"));
        var log = new ListAppender<ILoggingEvent>();
        log.start();
        var logger = (Logger) LoggerFactory.getLogger(Positions.class);
        logger.addAppender(log);

        var second = join("g", Start.EARLIEST).requestingAll().awaitExactly(5);

        logger.detachAppender(log);
        assertThat(second.ids()).containsExactly("a-1", "a-2", "a-3", "a-4", "a-5");
        assertThat(log.list)
                .filteredOn(event -> event.getLevel() == Level.WARN)
                .filteredOn(event -> event.getFormattedMessage().contains(fixture.topic))
                .singleElement()
                .satisfies(event -> assertThat(event.getFormattedMessage()).contains("is damaged"));
    }

    @Test
    void aTopicThatIsMadeAnewIsNotReadAtTheOldPositions() {
        fixture.send(0, "old", 0, 5);
        fixture.send(1, "old-5");
        var reader = join("g", Start.LATEST).requestingAll().awaitOwning(2);
        get(fixture.admin.deleteTopics(List.of(fixture.topic)).all());
        eventually(() -> assertThat(reader.troubles())
                .anySatisfy(reason -> assertThat(reason).contains("does not exist any more")));

        get(fixture.admin
                .createTopics(List.of(new org.apache.kafka.clients.admin.NewTopic(fixture.topic, 2, (short) 1)))
                .all());

        eventually(() -> assertThat(reader.troubles())
                .hasSize(2)
                .allMatch(reason -> reason.contains("sluice reset g --to earliest")));
        fixture.send(0, "new", 0, 8);
        eventually(() -> reader.source.reset(Set.of(), Start.EARLIEST).block(PATIENCE));
        assertThat(reader.awaitExactly(8).ids()).startsWith("new-0", "new-1").endsWith("new-7");
    }
}
