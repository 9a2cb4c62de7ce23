package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.LoopFixture.P0;
import static dev.sluice.broker.kafka.LoopFixture.P1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Start;
import dev.sluice.broker.kafka.LoopFixture.ToldConsumer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a poll loop does when calls of its consumer go wrong. */
class PollLoopTest {
    private final LoopFixture fixture = new LoopFixture();

    /** Partition 1 has no leader while this says so. */
    private static final class Leaderless extends ToldConsumer {
        private boolean away = true;

        @Override
        public synchronized Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> at, Duration max) {
            if (away && at.contains(P1)) {
                throw new TimeoutException("no leader of t-1");
            }
            return super.beginningOffsets(at, max);
        }
    }

    @Test
    void readsOtherPartitionsWhileOneHasNoLeaderAndSaysWhatIsWrong() {
        var consumer = new Leaderless();
        fixture.begin(consumer.store(0, 3));

        fixture.turnUntil(() -> fixture.reader.received.size() == 3);

        assertThat(fixture.reads(1)).isFalse();
        assertThat(fixture.troubles())
                .singleElement()
                .asString()
                .contains("partition 1 is not read yet")
                .contains("no leader of t-1");
        consumer.away = false;
        fixture.turnUntil(() -> fixture.reads(1));
        assertThat(fixture.troubles()).isEmpty();
    }

    @Test
    void pollsOnWhileItsPositionsCanNotBeStoredSinceOnlyAPollJoinsAgain() {
        fixture.begin(new ToldConsumer() {
            private int failures;
            private int pollsBefore;

            @Override
            public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration max) {
                if (failures < 2) {
                    failures++;
                    pollsBefore = polls;
                }
                if (polls < pollsBefore + 2) {
                    throw new CommitFailedException("not part of an active group");
                }
                super.commitSync(offsets, max);
            }
        });

        fixture.turnUntil(() -> fixture.reads(0) && fixture.reads(1));

        assertThat(fixture.troubles()).isEmpty();
    }

    /** Its commits without waiting throw what they are told, once each. */
    private static final class Refusing extends ToldConsumer {
        private final Queue<RuntimeException> refusals = new ArrayDeque<>();

        @Override
        public synchronized void commitAsync(
                Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
            var refusal = callback == null ? null : refusals.poll(); // the other way to commit comes here as well
            if (refusal != null) {
                throw refusal;
            }
            super.commitAsync(offsets, callback);
        }
    }

    @Test
    void commitsAgainAfterACommitThatWasRefusedAtOnce() {
        var consumer = new Refusing();
        consumer.refusals.add(GroupAuthorizationException.forGroupId("g"));
        fixture.begin(consumer.store(0, 10));

        fixture.turnUntil(() -> consumer.stored(P0) == 10);

        assertThat(count("sluice.kafka.commit.failures")).isEqualTo(1);
    }

    @Test
    void takesALateWakeUpInACommitForNoFailure() {
        var consumer = new Refusing();
        consumer.refusals.add(new WakeupException());
        fixture.begin(consumer.store(0, 10));

        fixture.turnUntil(() -> consumer.stored(P0) == 10);

        assertThat(count("sluice.kafka.commit.failures")).isZero();
        assertThat(count("sluice.kafka.poll.failures")).isZero();
    }

    private double count(String meter) {
        return fixture.registry.get(meter).counter().count();
    }

    @Test
    void startsAtATimeWithoutSteppingOverWhatIsStoredMeanwhile() {
        var late = new LoopFixture(new Start.At(Instant.ofEpochMilli(1_000)), Duration.ofSeconds(4), false);
        var consumer = late.begin(new ToldConsumer() {
            @Override
            public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
                    Map<TopicPartition, Long> times, Duration max) {
                var none = super.offsetsForTimes(times, max);
                updateEndOffsets(Map.of(P0, 1L, P1, 0L));
                return none;
            }
        });

        late.turnUntil(() -> late.reads(0));

        assertThat(consumer.stored(P0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesAPartitionAsCleanOnlyWhenItsHolderWasDoneWithIt(boolean done) {
        var hasty = new LoopFixture(Start.EARLIEST, Duration.ofMillis(50), false);
        hasty.reader.accepting = false;
        var consumer = hasty.begin(new ToldConsumer().store(0, 1));
        hasty.turnUntil(() -> hasty.reader.received.size() == 1);
        if (done) {
            hasty.source.revocations().subscribe(revocation -> revocation.done());
        }

        consumer.schedulePollTask(() -> consumer.rebalance(List.of(P1)));
        hasty.turnUntil(() -> !hasty.reads(0));

        var text = consumer.last.get(P0).metadata();
        var metadata = CommitMetadata.decode(Birth.metadataIn(text), 0);
        assertThat(metadata).isInstanceOf(CommitMetadata.Usable.class);
        assertThat(((CommitMetadata.Usable) metadata).metadata().clean()).isEqualTo(done);
        assertThat(hasty.revocations).singleElement().satisfies(revocation -> assertThat(revocation.limit())
                .isEqualTo(Duration.ofMillis(50)));
    }

    @Test
    void readsAPartitionThatWasLostAndGivenBackOnlyOnceItsHolderIsDoneWithIt() {
        fixture.reader.accepting = false;
        var consumer = fixture.begin(new ToldConsumer(P0).store(0, 1));
        fixture.turnUntil(() -> fixture.reader.received.size() == 1);

        consumer.loseAndGiveBack();
        fixture.turnUntil(() -> !fixture.revocations.isEmpty());
        var polls = consumer.polls;
        fixture.turnUntil(() -> consumer.polls > polls + 5);

        assertThat(fixture.reads(0)).isFalse();
        fixture.revocations.forEach(revocation -> revocation.done());
        fixture.turnUntil(() -> fixture.reads(0));
    }

    @Test
    void waitsNoLongerThanTheDrainTimeoutForTheHolderOfWhatWasLost() {
        var hasty = new LoopFixture(Start.EARLIEST, Duration.ZERO, false);
        hasty.reader.accepting = false;
        var consumer = hasty.begin(new ToldConsumer(P0).store(0, 1));
        hasty.turnUntil(() -> hasty.reader.received.size() == 1);

        consumer.loseAndGiveBack();
        hasty.turnUntil(() -> !hasty.revocations.isEmpty());

        hasty.turnUntil(() -> hasty.reads(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void heedsAPauseOrResumeThatComesWhileThePositionIsStored(boolean pause) {
        if (!pause) {
            fixture.source.pause(0);
        }
        fixture.begin(
                new ToldConsumer() {
                    @Override
                    public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration max) {
                        if (pause) {
                            fixture.source.pause(0);
                        } else {
                            fixture.source.resume(0);
                        }
                        super.commitSync(offsets, max);
                    }
                }.store(0, 1));

        fixture.turnUntil(() -> fixture.reads(0) && (pause || fixture.reader.received.size() == 1));

        assertThat(fixture.member.owned(0).reading.isPaused()).isEqualTo(pause);
    }

    /** Its polls throw this, once, and do nothing from then on. */
    private static final class Ousted extends ToldConsumer {
        private @Nullable RuntimeException why;

        Ousted(RuntimeException why) {
            this.why = why;
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            polls++;
            var thrown = why;
            why = null;
            if (thrown != null) {
                throw thrown;
            }
            return ConsumerRecords.empty();
        }
    }

    static List<RuntimeException> refusals() {
        return List.of(
                new UnreleasedInstanceIdException("the instance id is in use"),
                GroupAuthorizationException.forGroupId("g"),
                new GroupMaxSizeReachedException("the group is full"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void opensAnotherConsumerOfTheNewProtocolOnceTheGroupHasRefusedOne(RuntimeException why) {
        var modern = new LoopFixture(Start.EARLIEST, Duration.ofSeconds(4), true);
        var ousted = modern.begin(new Ousted(why));

        modern.turnUntil(() -> ousted.closed());
        assertThat(modern.troubles()).singleElement().asString().contains(why.getMessage());
        modern.turnUntil(() -> modern.reads(0) && modern.reads(1));

        assertThat(modern.consumers).hasSize(2);
        modern.turnUntil(() -> modern.troubles().isEmpty());
    }

    @Test
    void closesAConsumerThatCanNotSubscribe() {
        var refused = fixture.begin(new ToldConsumer() {
            @Override
            public void subscribe(Collection<String> topics, ConsumerRebalanceListener told) {
                throw new InvalidTopicException("t");
            }
        });

        fixture.turnUntil(() -> fixture.reads(0));

        assertThat(refused.closed()).isTrue();
        assertThat(fixture.consumers).hasSize(2);
    }

    @Test
    void doesNotTakeAClusterThatIsAwayForATopicThatIs() {
        fixture.begin(new ToldConsumer() {
            @Override
            public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                return ConsumerRecords.empty(); // given no partition
            }

            @Override
            public synchronized List<PartitionInfo> partitionsFor(String topic, Duration max) {
                throw new TimeoutException("no node answered");
            }
        });

        fixture.turnUntil(() -> !fixture.troubles().isEmpty());

        assertThat(fixture.troubles())
                .singleElement()
                .asString()
                .contains("no node answered")
                .doesNotContain("does not exist");
    }

    @Test
    void saysThatTheClusterIsSilentThoughThereIsNothingToFetchUntilItAnswers() {
        var test = new LoopFixture();
        test.begin(new ToldConsumer());
        test.turnUntil(() -> test.reads(0) && !test.questions.isEmpty());
        assertThat(test.troubles()).isEmpty();

        test.passedNanos.addAndGet(Duration.ofSeconds(6).toNanos());
        test.turnUntil(() -> !test.troubles().isEmpty());

        assertThat(test.troubles())
                .containsExactly("the cluster has not told for over 5 s where the partitions end; can it be reached at"
                        + " localhost:1?");
        assertThat(test.member.owned()).hasSize(2).allMatch(one -> one.end == OwnedPartition.UNKNOWN);

        test.questions.get(0).complete(Map.of(LoopFixture.P0, 0L, LoopFixture.P1, 0L));
        test.turnUntil(() -> test.troubles().isEmpty());
    }

    /**
     * A group expects a member from its first request on, and gives nothing to the others before it has come or left.
     */
    @Test
    void leavesTheGroupOnlyOnceItHasJoined() {
        var joining = fixture.begin(new Joining(4));
        fixture.loop.run(Duration.ZERO);

        fixture.member.cancel();
        fixture.loop.close();

        assertThat(joining.closed()).isTrue();
        assertThat(joining.polls).isEqualTo(4);
    }

    @Test
    void leavesTheGroupAfterASecondThoughItHasNotJoined() {
        var joining = fixture.begin(new Joining(Integer.MAX_VALUE));
        fixture.loop.run(Duration.ZERO);
        var before = joining.polls;

        fixture.member.cancel();
        fixture.loop.close();

        assertThat(joining.closed()).isTrue();
        assertThat(joining.polls - before).isEqualTo(3);
    }

    /** Has joined after so many polls, each of which takes 400 ms. */
    private final class Joining extends ToldConsumer {
        private final int after;

        private Joining(int after) {
            this.after = after;
        }

        @Override
        public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            fixture.passedNanos.addAndGet(Duration.ofMillis(400).toNanos());
            return super.poll(timeout);
        }

        @Override
        @SuppressWarnings("removal") // there is no other way yet to make one
        public synchronized ConsumerGroupMetadata groupMetadata() {
            return new ConsumerGroupMetadata("g", polls >= after ? 1 : -1, "", Optional.empty());
        }
    }

    @Test
    void tellsASubscriberOfNoFailureBeforeItsSubscription() {
        fixture.member.fail(new IllegalStateException("closed"));
        assertThat(fixture.reader.failure).isNull();

        fixture.begin(new ToldConsumer());

        assertThat(fixture.reader.failure).hasMessage("closed");
    }
}
