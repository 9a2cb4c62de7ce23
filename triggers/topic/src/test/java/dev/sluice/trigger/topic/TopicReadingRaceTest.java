package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.sql.EventFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every race is run many times, both sides let go at once. */
class TopicReadingRaceTest {
    private static final int ROUNDS = 2_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private void atOnce(List<Runnable> sides) throws Exception {
        var barrier = new CyclicBarrier(sides.size());
        var running = new ArrayList<Future<?>>();
        for (var side : sides) {
            running.add(threads.submit(() -> {
                barrier.await(5, TimeUnit.SECONDS);
                side.run();
                return null;
            }));
        }
        for (var each : running) {
            each.get(5, TimeUnit.SECONDS);
        }
    }

    private static final class Group {
        final FakeSource source = new FakeSource();
        final List<Holder> triggers = new ArrayList<>();

        Group(int size) {
            var reading = new TopicReading(source);
            var members = new ArrayList<dev.sluice.broker.EventSource>();
            for (var i = 0; i < size; i++) {
                members.add(reading.member("t" + i, "t" + i, EventFilter.PASS));
            }
            members.forEach(member -> triggers.add(Holder.of(member)));
        }
    }

    @Test
    void settlesARecordOnceWhenItsSharesAreAcceptedAtOnce() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(3);
            group.triggers.forEach(trigger -> trigger.request(1));
            var record = group.source.deliver(0, 1);

            atOnce(group.triggers.stream()
                    .<Runnable>map(trigger -> () -> trigger.only().accept().subscribe())
                    .toList());

            assertThat(record.accepts).hasValue(1);
            assertThat(record.releases).hasValue(0);
        }
    }

    @Test
    void neverAcceptsARecordThatATriggerGaveBack() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(2);
            group.triggers.forEach(trigger -> trigger.request(1));
            var record = group.source.deliver(0, 1);

            atOnce(List.of(
                    () -> group.triggers.get(0).only().accept().subscribe(),
                    () -> group.triggers.get(1).only().release()));

            assertThat(record.accepts).hasValue(0);
            assertThat(record.releases).hasValue(1);
        }
    }

    @Test
    void settlesEitherWayButOnceWhenOneTriggerAcceptsAndReleasesAtOnce() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(2);
            group.triggers.forEach(trigger -> trigger.request(1));
            var record = group.source.deliver(0, 1);
            group.triggers.get(1).only().accept().subscribe();
            var share = group.triggers.get(0).only();

            atOnce(List.of(() -> share.accept().subscribe(), share::release));

            assertThat(record.accepts.get() + record.releases.get()).isEqualTo(1);
        }
    }

    @Test
    void losesNoRecordThatComesWhileATriggerCancels() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(2);
            group.triggers.forEach(trigger -> trigger.request(10));
            var records = new ArrayList<FakeDelivery>();

            atOnce(List.of(
                    () -> {
                        for (var offset = 0; offset < 4; offset++) {
                            records.add(group.source.deliver(0, offset));
                        }
                    },
                    () -> group.triggers.get(0).cancel()));
            group.triggers.get(1).held.forEach(share -> share.accept().subscribe());

            assertThat(records).hasSize(4).allSatisfy(record -> {
                assertThat(record.releases).hasValue(1);
                assertThat(record.accepts).hasValue(0);
            });
        }
    }

    @Test
    void cancelsTheSourceOnceAllCancelAtOnceAndNeverInTwoThreads() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(3);

            atOnce(group.triggers.stream()
                    .<Runnable>map(trigger -> () -> {
                        trigger.request(1);
                        trigger.cancel();
                    })
                    .toList());

            assertThat(group.source.cancels.get()).isPositive();
            assertThat(group.source.overlaps).hasValue(0);
        }
    }

    @Test
    void asksForTheLeastOfManyDemandsAndNeverInTwoThreads() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var group = new Group(3);

            atOnce(group.triggers.stream()
                    .<Runnable>map(trigger -> () -> {
                        for (var i = 0; i < 20; i++) {
                            trigger.request(1 + i % 3);
                        }
                    })
                    .toList());

            assertThat(group.source.requested).hasValue(39);
            assertThat(group.source.overlaps).hasValue(0);
        }
    }

    @Test
    void opensTheSourceOnceWhenAllSubscribeAtOnce() throws Exception {
        for (var round = 0; round < ROUNDS; round++) {
            var source = new FakeSource();
            var reading = new TopicReading(source);
            var members = List.of(
                    reading.member("a", "a", EventFilter.PASS),
                    reading.member("b", "b", EventFilter.PASS),
                    reading.member("c", "c", EventFilter.PASS));

            atOnce(members.stream()
                    .<Runnable>map(member -> () -> Holder.of(member))
                    .toList());

            assertThat(source.subscriptions).hasValue(1);
        }
    }
}
