package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.EventSource.Revocation;
import dev.sluice.cloudevents.sql.EventFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

class TopicReadingTest {
    private static final Duration SOON = Duration.ofSeconds(2);

    private final FakeSource source = new FakeSource();
    private final TopicReading reading = new TopicReading(source);

    private record Two(EventSource first, EventSource second) {}

    private Two two() {
        return new Two(
                reading.member("price", "price", EventFilter.PASS), reading.member("audit", "audit", EventFilter.PASS));
    }

    @Test
    void handsTheSourceThroughToASingleTrigger() {
        var member = reading.member("price", "price", EventFilter.PASS);
        var holder = Holder.of(member);
        holder.request(5);

        var record = source.deliver(0, 1);

        assertThat(holder.only()).isSameAs(record);
        assertThat(source.requested).hasValue(5);
        member.pause(3);
        member.resume(3);
        assertThat(source.pauses).containsExactly("pause 3", "resume 3");
        assertThat(member.lag().group()).isEqualTo("group");
    }

    @Test
    void takesNoMemberOnceTheTopicIsRead() {
        Holder.of(reading.member("price", "price", EventFilter.PASS));

        assertThatThrownBy(() -> reading.member("late", "late", EventFilter.PASS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("trigger 'late' comes too late: the topic is being read");
    }

    @Test
    void joinsOnceAllTriggersHaveSubscribed() {
        var two = two();
        var first = Holder.of(two.first);
        first.request(1);
        assertThat(source.subscriptions).hasValue(0);

        Holder.of(two.second);

        assertThat(source.subscriptions).hasValue(1);
    }

    @Test
    void asksForAsMuchAsTheMostHesitantTriggerAsksFor() {
        var two = two();
        var first = Holder.of(two.first);
        var second = Holder.of(two.second);

        first.request(10);
        assertThat(source.requested).hasValue(0);
        second.request(3);
        assertThat(source.requested).hasValue(3);
        second.request(20);
        assertThat(source.requested).hasValue(10);
        first.request(Long.MAX_VALUE);
        assertThat(source.requested).hasValue(23);
        second.request(Long.MAX_VALUE);
        assertThat(source.requested).hasValue(Long.MAX_VALUE);
    }

    @Test
    void acceptsARecordOnceAllTriggersHave() {
        var two = started();
        var record = source.deliver(2, 7);
        var one = two.first.only();
        var other = two.second.only();
        assertThat(one.partition()).isEqualTo(2);
        assertThat(one.offset()).isEqualTo(7);
        assertThat(one.key()).isEqualTo("key");
        assertThat(one.sizeBytes()).isEqualTo(100);
        assertThat(one.event().getId()).isEqualTo("2-7");

        var lazy = one.accept();
        assertThat(record.accepts).hasValue(0);
        StepVerifier.create(lazy).expectComplete().verify(SOON);
        assertThat(record.accepts).hasValue(0);
        StepVerifier.create(other.accept()).expectComplete().verify(SOON);

        assertThat(record.accepts).hasValue(1);
        assertThat(record.releases).hasValue(0);
    }

    @Test
    void completesTheLastAcceptOnlyWhenTheSourceHasRecordedIt() {
        var two = started();
        var recorded = Sinks.<Void>empty();
        source.deliver(0, 1).accepting(recorded::asMono);
        two.first.only().accept().subscribe();

        StepVerifier.create(two.second.only().accept())
                .expectSubscription()
                .expectNoEvent(Duration.ofMillis(20))
                .then(recorded::tryEmitEmpty)
                .expectComplete()
                .verify(SOON);
    }

    @Test
    void letsTheLastAcceptBeRepeatedAfterAnError() {
        var two = started();
        var record =
                source.deliver(0, 1).accepting(() -> Mono.error(new BrokerException.Unavailable("b", "away", null)));
        StepVerifier.create(two.first.only().accept()).expectComplete().verify(SOON);
        var last = two.second.only();
        StepVerifier.create(last.accept())
                .expectError(BrokerException.Unavailable.class)
                .verify(SOON);

        record.accepting(Mono::empty);
        StepVerifier.create(last.accept()).expectComplete().verify(SOON);

        assertThat(record.accepts).hasValue(2);
    }

    @Test
    void countsAnAcceptThatIsRepeatedOnce() {
        var two = started();
        var record = source.deliver(0, 1);
        two.first.only().accept().subscribe();
        two.first.only().accept().subscribe();

        assertThat(record.accepts).hasValue(0);
    }

    @Test
    void givesARecordBackOnceWhenATriggerDoesAndTheOthersAreDoneWithIt() {
        var two = started();
        var record = source.deliver(0, 1);
        two.first.only().release();
        two.first.only().release();
        assertThat(record.releases).as("while the other still runs it").hasValue(0);

        StepVerifier.create(two.second.only().accept()).expectComplete().verify(SOON);

        assertThat(record.releases).hasValue(1);
        assertThat(record.accepts).hasValue(0);
        two.second.only().release();
        StepVerifier.create(two.first.only().accept()).expectComplete().verify(SOON);
        assertThat(record.releases).hasValue(1);
        assertThat(record.accepts).hasValue(0);
    }

    @Test
    void keepsAnAcceptThatAReleaseFollows() {
        var two = started();
        var record = source.deliver(0, 1);
        two.first.only().accept().subscribe();
        two.first.only().release();
        two.second.only().accept().subscribe();

        assertThat(record.accepts).hasValue(1);
        assertThat(record.releases).hasValue(0);
    }

    @Test
    void pausesAPartitionUntilAllHaveResumedIt() {
        var two = two();
        two.first.pause(1);
        two.second.pause(1);
        two.first.resume(1);
        assertThat(source.pauses).doesNotContain("resume 1");

        two.second.resume(1);

        assertThat(source.pauses).startsWith("pause 1").endsWith("resume 1").containsOnlyOnce("resume 1");
    }

    @Test
    void forgetsPausesOfAPartitionThatWasTakenAway() {
        var two = two();
        two.second.revocations().subscribe(Revocation::done);
        two.first.pause(1);
        source.revocations.tryEmitNext(new FakeSource.FakeRevocation(1));

        two.second.pause(1);
        two.second.resume(1);

        assertThat(source.pauses).endsWith("resume 1");
    }

    @Test
    void tellsTheSourceThatAPartitionThatIsTakenAwayIsPausedNoMore() {
        var two = two();
        two.first.revocations().subscribe(Revocation::done);
        two.first.pause(1);

        source.revocations.tryEmitNext(new FakeSource.FakeRevocation(1));

        assertThat(source.pauses).containsExactly("pause 1", "resume 1");
    }

    @Test
    void tellsTheSourceOfAResumeThoughThePartitionIsTakenAwayBeforeItIsTold() {
        var two = two();
        two.first.revocations().subscribe(Revocation::done);
        source.onPause = () -> {
            source.onPause = () -> {};
            two.first.resume(1);
            source.revocations.tryEmitNext(new FakeSource.FakeRevocation(1));
        };

        two.first.pause(1);

        assertThat(source.pauses).containsExactly("pause 1", "resume 1");
    }

    @Test
    void isDoneWithARevocationOnceAllTriggersAre() {
        var two = two();
        var first = new ArrayList<Revocation>();
        var second = new ArrayList<Revocation>();
        two.first.revocations().subscribe(first::add);
        two.second.revocations().subscribe(second::add);
        var revocation = new FakeSource.FakeRevocation(4);

        source.revocations.tryEmitNext(revocation);
        assertThat(first.get(0).partition()).isEqualTo(4);
        first.get(0).done();
        first.get(0).done();
        assertThat(revocation.done).hasValue(0);
        second.get(0).done();

        assertThat(revocation.done).hasValue(1);
    }

    @Test
    void tellsEachTriggerTheSourcesLimitOfARevocation() {
        var two = two();
        var told = new ArrayList<Duration>();
        two.first.revocations().subscribe(revocation -> told.add(revocation.limit()));
        two.second.revocations().subscribe(revocation -> told.add(revocation.limit()));

        source.revocations.tryEmitNext(new FakeSource.FakeRevocation(4, Duration.ofSeconds(30)));

        assertThat(told).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30));
    }

    @Test
    void countsATriggerThatListensNoMoreAsDone() {
        var two = two();
        var first = two.first.revocations().subscribe();
        two.second.revocations().subscribe(Revocation::done);
        var revocation = new FakeSource.FakeRevocation(4);

        source.revocations.tryEmitNext(revocation);
        assertThat(revocation.done).hasValue(0);
        first.dispose();

        assertThat(revocation.done).hasValue(1);
    }

    @Test
    void listensToTheSourceOnlyWhileATriggerDoes() {
        var two = two();
        var first = two.first.revocations().subscribe();
        var second = two.second.revocations().subscribe();
        assertThat(source.revocations.currentSubscriberCount()).isEqualTo(1);

        first.dispose();
        second.dispose();

        assertThat(source.revocations.currentSubscriberCount()).isZero();
    }

    @Test
    void deliversToNoneOnceATriggerHasCancelledAndGivesBackItsShares() {
        var two = started();
        var open = source.deliver(0, 1);
        var accepted = source.deliver(0, 2);
        two.first.held.get(1).accept().subscribe();
        two.first.cancel();

        var late = source.deliver(0, 3);

        assertThat(late.releases).hasValue(1);
        assertThat(two.second.held).hasSize(2);
        two.second.held.get(0).accept().subscribe();
        two.second.held.get(1).accept().subscribe();
        assertThat(open.releases).hasValue(1);
        assertThat(accepted.accepts).hasValue(1);
        var before = source.requested.get();
        two.second.request(100);
        assertThat(source.requested).hasValue(before);
        assertThat(source.cancels).hasValue(0);
    }

    @Test
    void leavesTheSourceOnceAllHaveCancelledAndMayBeReadAnew() {
        var two = two();
        var first = Holder.of(two.first);
        var second = Holder.of(two.second);
        first.cancel();
        assertThat(Holder.of(two.first).error).hasMessageContaining("trigger 'price' cannot read the topic");
        second.cancel();
        assertThat(source.cancels).hasValue(1);

        var again = Holder.of(two.first);
        var other = Holder.of(two.second);
        again.request(1);
        other.request(1);
        source.deliver(0, 1);

        assertThat(source.subscriptions).hasValue(2);
        assertThat(again.held).hasSize(1);
    }

    @Test
    void letsATriggerLeaveAndComeBackBeforeTheOthersHaveSubscribed() {
        var two = two();
        Holder.of(two.first).cancel();
        Holder.of(two.second);
        assertThat(source.subscriptions).hasValue(0);

        Holder.of(two.first);

        assertThat(source.subscriptions).hasValue(1);
    }

    @Test
    void refusesASecondSubscriptionOfATrigger() {
        var two = two();
        Holder.of(two.first);

        assertThat(Holder.of(two.first).error).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tellsAllTriggersThatTheSourceFailedAndMayBeReadAnew() {
        var two = two();
        var first = Holder.of(two.first);
        var second = Holder.of(two.second);
        var failure = new BrokerException.Unavailable("default", "gone", null);

        source.fail(failure);

        assertThat(first.error).isSameAs(failure);
        assertThat(second.error).isSameAs(failure);
        Holder.of(two.first);
        Holder.of(two.second);
        assertThat(source.subscriptions).hasValue(2);
    }

    @Test
    void completesForAllWhenTheSourceDoes() {
        var two = started();

        source.complete();

        assertThat(List.of(two.first.completed, two.second.completed)).containsOnly(true);
    }

    private record Started(Holder first, Holder second) {}

    private Started started() {
        var two = two();
        var started = new Started(Holder.of(two.first), Holder.of(two.second));
        started.first.request(10);
        started.second.request(10);
        return started;
    }
}
