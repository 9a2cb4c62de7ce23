package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static dev.sluice.broker.testkit.BrokerContract.eventsOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Start;
import dev.sluice.broker.TailEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.StepVerifier;

/** {@link dev.sluice.broker.Broker#tail}: watching without a group. */
abstract class TailContract extends ContractPart {
    /** Watches from the end, with so much demand. */
    private Watcher watch(long demand) throws InterruptedException {
        var watcher = new Watcher(demand);
        broker().tail(topic(), Map.of()).subscribe(watcher);
        assertThat(watcher.placed.await(patience().toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        return watcher;
    }

    private static final class Watcher extends BaseSubscriber<TailEvent> {
        private final List<TailEvent> seen = new CopyOnWriteArrayList<>();
        private final CountDownLatch placed = new CountDownLatch(1);
        private final long demand;

        private Watcher(long demand) {
            this.demand = demand;
        }

        @Override
        protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
            placed.countDown();
            request(demand);
        }

        @Override
        protected void hookOnNext(TailEvent event) {
            seen.add(event);
        }

        private List<String> ids() {
            return seen.stream().map(seen -> seen.event().getId()).toList();
        }
    }

    @Test
    void beginsAtTheEndAndMissesNothingThatIsStoredOnceItIsSubscribed() throws Exception {
        kit().publish(eventsOf("old", 3));

        var watcher = watch(Long.MAX_VALUE);
        kit().publish(eventsOf("new", 3));

        eventually(() -> assertThat(watcher.ids()).containsExactly("new-0", "new-1", "new-2"));
        watcher.cancel();
    }

    @Test
    void goesOnBehindTheOffsetsThatWereSeen() {
        kit().publish(eventsOf("k", 5));
        var partition = status().partitions().stream()
                .filter(p -> p.end() == 5)
                .findFirst()
                .orElseThrow()
                .partition();

        StepVerifier.create(broker().tail(topic(), Map.of(partition, 1L)).take(3))
                .assertNext(seen -> assertThat(seen.offset()).isEqualTo(2))
                .assertNext(seen -> assertThat(seen.event().getId()).isEqualTo("k-3"))
                .assertNext(seen -> assertThat(seen.partition()).isEqualTo(partition))
                .expectComplete()
                .verify(patience());
    }

    @Test
    void seesWhatGroupsAreDoneWith() {
        kit().publish(eventsOf("k", 5));
        var member = join("g", Start.EARLIEST).requestingAll();
        var received = member.await(5);
        member.acceptAllReceived();
        eventually(() -> assertThat(position("g")).isEqualTo(5));

        var after = Map.of(received.get(0).partition(), received.get(0).offset());

        StepVerifier.create(broker().tail(topic(), after).take(4))
                .expectNextCount(4)
                .expectComplete()
                .verify(patience());
    }

    @Test
    void showsNoMoreThanRequestedAndSkipsRatherThanKeeps() throws Exception {
        var watcher = watch(1);
        kit().publish(eventsOf("k", 2_000));

        eventually(() -> assertThat(watcher.seen).hasSize(1));
        forAWhile(() -> assertThat(watcher.seen).hasSize(1));
        watcher.request(Long.MAX_VALUE);
        kit().publish(event("last", "k"));

        eventually(() -> assertThat(watcher.ids()).contains("last"));
        var last = new HashMap<Integer, Long>();
        for (var seen : watcher.seen) {
            var before = last.put(seen.partition(), seen.offset());
            assertThat(seen.offset()).isGreaterThan(before == null ? -1 : before);
        }
        watcher.cancel();
    }

    @Test
    void isNoGroupAndTakesNothingFromAny() throws Exception {
        var watcher = watch(Long.MAX_VALUE);
        kit().publish(eventsOf("k", 3));
        eventually(() -> assertThat(watcher.ids()).contains("k-2"));

        assertThat(status().groups()).isEmpty();
        var member = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(member.ids()).contains("k-0", "k-1", "k-2"));
        watcher.cancel();
    }

    @Test
    void showsNothingMoreAfterCancel() throws Exception {
        var watcher = watch(Long.MAX_VALUE);
        watcher.cancel();

        kit().publish(eventsOf("k", 3));

        forAWhile(() -> assertThat(watcher.ids()).noneMatch(id -> id.startsWith("k-")));
    }
}
