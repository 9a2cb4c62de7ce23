package dev.sluice.trigger.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Schedules on a broker in memory, with a clock that the test sets. */
class SchedulerTest {
    private static final Instant NINE = Instant.parse("2026-03-01T09:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final SetClock clock = new SetClock();
    private final List<CloudEvent> events = new CopyOnWriteArrayList<>();
    private final List<Scheduler> schedulers = new ArrayList<>();
    private @Nullable Broker broker;
    private @Nullable Disposable reading;

    @TempDir
    private Path folder;

    private static final class SetClock extends Clock {
        private volatile Instant now = NINE;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private Broker broker() {
        var opened = MemoryBroker.create("memory", MemoryLimits.DEFAULT, folder, new SimpleMeterRegistry());
        broker = opened;
        reading = opened.source(new Subscription("reports", "g", Start.EARLIEST))
                .receive()
                .subscribe(delivery -> events.add(delivery.event()));
        return opened;
    }

    private Scheduler start(Broker on, Schedule... schedules) {
        var scheduler = Scheduler.start(on, List.of(schedules), clock, new SimpleMeterRegistry());
        schedulers.add(scheduler);
        await().atMost(PATIENCE).until(() -> statuses(scheduler).stream().allMatch(status -> status.last() != null));
        return scheduler;
    }

    private static List<ScheduleStatus> statuses(Scheduler scheduler) {
        return Objects.requireNonNull(scheduler.statuses().block(PATIENCE));
    }

    @AfterEach
    void close() {
        schedulers.forEach(scheduler -> scheduler.close().block(PATIENCE));
        schedulers.clear();
        if (reading != null) {
            reading.dispose();
        }
        if (broker != null) {
            broker.close().block(PATIENCE);
        }
    }

    private static Schedule hourly(String name, Missed missed) {
        return hourly(name, "reports", missed);
    }

    private static Schedule hourly(String name, String topic, Missed missed) {
        return new Schedule(
                name,
                topic,
                Timing.cron(CronExpression.parse("0 * * * *"), ZoneOffset.UTC),
                "0 * * * *",
                ZoneOffset.UTC,
                missed,
                Duration.ZERO,
                Duration.ZERO,
                EventForm.of(name, "application/json", "{\"day\":\"{{date}}\",\"of\":\"{{trigger}}\"}", true));
    }

    private void awaitEvents(int count) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(events).hasSize(count));
    }

    @Test
    void storesAnEventWithItsPlannedTime() {
        start(broker(), hourly("nightly", Missed.SKIP));

        clock.now = NINE.plusSeconds(3_600);
        awaitEvents(1);

        var event = events.get(0);
        assertThat(event.getId()).isEqualTo("nightly@2026-03-01T10:00:00Z");
        assertThat(event.getType()).isEqualTo("dev.sluice.schedule.fired");
        assertThat(event.getSource()).hasToString("/triggers/nightly");
        assertThat(event.getExtension("scheduledtime")).isEqualTo("2026-03-01T10:00:00Z");
        assertThat(event.getExtension("partitionkey")).isEqualTo("nightly");
        assertThat(new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8))
                .isEqualTo("{\"day\":\"2026-03-01\",\"of\":\"nightly\"}");
    }

    @Test
    void goesOnAfterARestartWithWhatWasMissed() {
        start(broker(), hourly("nightly", Missed.ALL));
        clock.now = NINE.plusSeconds(3_600);
        awaitEvents(1);
        close();

        clock.now = NINE.plusSeconds(4 * 3_600);
        start(broker(), hourly("nightly", Missed.ALL));

        awaitEvents(4);
        assertThat(events)
                .extracting(CloudEvent::getId)
                .containsExactly(
                        "nightly@2026-03-01T10:00:00Z",
                        "nightly@2026-03-01T11:00:00Z",
                        "nightly@2026-03-01T12:00:00Z",
                        "nightly@2026-03-01T13:00:00Z");
    }

    @Test
    void firesOnceOfTwoEnginesAndGoesOnWithOne() {
        var schedules = new Schedule[40];
        for (var n = 0; n < schedules.length; n++) {
            schedules[n] = hourly("s" + n, Missed.SKIP);
        }
        var on = broker();
        var first = start(on, schedules);
        start(on, schedules);
        clock.now = NINE.plusSeconds(3_600);
        awaitEvents(40);

        first.close().block(PATIENCE);
        clock.now = NINE.plusSeconds(7_200);
        awaitEvents(80);

        assertThat(events).extracting(CloudEvent::getId).doesNotHaveDuplicates();
    }

    @Test
    void pausesAndResumesFromAnEngineThatDoesNotFireIt() {
        var on = broker();
        var schedule = hourly("nightly", Missed.ALL);
        var engines = List.of(start(on, schedule), start(on, schedule));
        await().atMost(PATIENCE)
                .until(() -> engines.stream()
                                .filter(it -> statuses(it).get(0).owned())
                                .count()
                        == 1);
        var other = engines.stream()
                .filter(it -> !statuses(it).get(0).owned())
                .findFirst()
                .orElseThrow();

        assertThat(other.pause(schedule).block(PATIENCE)).isTrue();
        assertThat(other.pause(schedule).block(PATIENCE)).isFalse();
        assertThat(engines)
                .allSatisfy(it -> assertThat(statuses(it).get(0).paused()).isTrue());
        clock.now = NINE.plusSeconds(3_600);
        // Its owner tries, finds itself fenced, and reads that it is paused.
        await().during(Duration.ofMillis(1_500)).atMost(PATIENCE).untilAsserted(() -> assertThat(events)
                .isEmpty());

        assertThat(other.resume(schedule).block(PATIENCE)).isTrue();
        clock.now = NINE.plusSeconds(7_200);
        awaitEvents(1);
        assertThat(events.get(0).getId()).isEqualTo("nightly@2026-03-01T11:00:00Z");
    }

    @Test
    void runsNowAndBackfillsWithTheIdsOfTheirTimes() {
        var schedule = hourly("nightly", Missed.SKIP);
        var scheduler = start(broker(), schedule);

        var id = scheduler.runNow(schedule).block(PATIENCE);
        awaitEvents(1);
        var times = Scheduler.times(schedule, NINE.minusSeconds(7_200), NINE);
        assertThat(scheduler.backfill(schedule, times).block(PATIENCE)).isEqualTo(2);
        awaitEvents(3);

        assertThat(events)
                .extracting(CloudEvent::getId)
                .containsExactly(id, "nightly@2026-03-01T07:00:00Z", "nightly@2026-03-01T08:00:00Z");
        assertThatThrownBy(() -> Scheduler.times(schedule, NINE.minusSeconds(86_400 * 100), NINE))
                .hasMessageStartingWith("there are more than 1000 times from ");
    }

    @Test
    void firesThoughTheGroupRefusedItAtFirst() {
        var faulty = new FaultyControl(broker().control());
        faulty.joins.set(1);
        var schedule = hourly("nightly", Missed.SKIP);
        var scheduler = Scheduler.start(faulty.broker(broker), List.of(schedule), clock, new SimpleMeterRegistry());
        schedulers.add(scheduler);

        assertThat(scheduler.trouble()).isEqualTo("broker 'memory' refuses: no right to join");
        assertThat(statuses(scheduler).get(0).trouble()).isEqualTo("broker 'memory' refuses: no right to join");
        await().atMost(PATIENCE).until(() -> statuses(scheduler).get(0).owned());
        assertThat(scheduler.trouble()).isEmpty();
        assertThat(statuses(scheduler).get(0).trouble()).isEmpty();
    }

    @Test
    void saysThatAStateIsUnknownAndWhyWhenItCanNotBeRead() {
        var faulty = new FaultyControl(broker().control());
        var schedule = hourly("nightly", Missed.SKIP);
        var scheduler = start(faulty.broker(broker), schedule);
        scheduler.pause(schedule).block(PATIENCE);
        assertThat(statuses(scheduler).get(0))
                .satisfies(status -> assertThat(status.paused()).isTrue())
                .satisfies(status -> assertThat(status.unknown()).isEmpty());

        faulty.unreadable = true;

        var status = statuses(scheduler).get(0);
        assertThat(status.paused()).isNull();
        assertThat(status.last()).isNull();
        assertThat(status.unknown()).isEqualTo("its state can't be read: broker 'memory' is unavailable: unread");
    }

    @Test
    void closesTheSessionWhosePauseWasRefused() {
        var faulty = new FaultyControl(broker().control());
        var schedule = hourly("nightly", Missed.SKIP);
        var engines = List.of(start(faulty.broker(broker), schedule), start(faulty.broker(broker), schedule));
        await().atMost(PATIENCE)
                .until(() -> engines.stream().anyMatch(it -> statuses(it).get(0).owned()));
        var other = engines.stream()
                .filter(it -> !statuses(it).get(0).owned())
                .findFirst()
                .orElseThrow();
        faulty.refusing = true;
        var open = faulty.open.get();

        assertThatThrownBy(() -> other.pause(schedule).block(PATIENCE)).hasMessageContaining("no right to commit");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(faulty.open).hasValue(open));
    }

    @Test
    void opensTheBucketAgainWhenSomethingIsThrown() {
        var faulty = new FaultyControl(broker().control());
        var scheduler = start(faulty.broker(broker), hourly("nightly", Missed.SKIP));
        await().atMost(PATIENCE).until(() -> statuses(scheduler).get(0).owned());

        faulty.throwing.set(1);
        clock.now = NINE.plusSeconds(3_600);

        awaitEvents(1);
        assertThat(faulty.throwing).hasNegativeValue();
    }

    @Test
    void firesTheOthersWhileATopicTakesNothing() {
        var faulty = new FaultyControl(broker().control());
        var offline = hourly("offline", "elsewhere", Missed.SKIP);
        var name = sameBucket("offline");
        var scheduler = start(faulty.broker(broker), offline, hourly(name, Missed.SKIP));
        await().atMost(PATIENCE).until(() -> statuses(scheduler).get(0).owned());
        faulty.offline = "elsewhere";

        clock.now = NINE.plusSeconds(3_600);

        awaitEvents(1);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(statuses(scheduler).get(0).trouble())
                        .startsWith("topic 'elsewhere' takes no events: "));
    }

    /** A name whose schedule is in the same bucket. */
    private static String sameBucket(String name) {
        return IntStream.range(0, 1_000)
                .mapToObj(n -> "s" + n)
                .filter(other -> Scheduler.bucketOf(other) == Scheduler.bucketOf(name))
                .findFirst()
                .orElseThrow();
    }

    /** A control topic with faults that the test asks for. */
    private static final class FaultyControl implements Control {
        private final Control sound;
        /** Joins that are refused. */
        private final AtomicInteger joins = new AtomicInteger();
        /** The commit of events that throws, counted down. */
        private final AtomicInteger throwing = new AtomicInteger();

        private volatile String offline = "";
        private volatile boolean unreadable;
        /** Whether no states are changed any more. */
        private volatile boolean refusing;
        /** Sessions that were opened and not closed. */
        private final AtomicInteger open = new AtomicInteger();

        private FaultyControl(Control sound) {
            this.sound = sound;
        }

        private Broker broker(@Nullable Broker on) {
            return (Broker) Proxy.newProxyInstance(
                    Broker.class.getClassLoader(),
                    new Class<?>[] {Broker.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("control") ? this : method.invoke(on, arguments));
        }

        @Override
        public Mono<Session> open(String name) {
            return sound.open(name).<Session>map(Faulty::new).doOnNext(opened -> open.incrementAndGet());
        }

        @Override
        public Mono<Map<String, byte[]>> read(String session) {
            return unreadable
                    ? Mono.error(new BrokerException.Unavailable("memory", "unread", null))
                    : sound.read(session);
        }

        @Override
        public Flux<Shard> shards(String group) {
            return Flux.defer(() -> joins.getAndDecrement() > 0
                    ? Flux.error(new BrokerException.Refused("memory", "no right to join", null))
                    : sound.shards(group));
        }

        private final class Faulty implements Session {
            private final Session session;

            private Faulty(Session session) {
                this.session = session;
            }

            @Override
            public Map<String, byte[]> states() {
                return session.states();
            }

            @Override
            public Mono<Void> commit(List<Outgoing> events, List<Change> changes) {
                if (!events.isEmpty() && throwing.getAndDecrement() == 1) {
                    throw new IllegalStateException("asked for by the test");
                }
                if (refusing) {
                    return Mono.error(new BrokerException.Refused("memory", "no right to commit", null));
                }
                return events.stream().anyMatch(event -> event.topic().equals(offline))
                        ? session.close().then(Mono.error(new BrokerException.Unavailable("memory", "offline", null)))
                        : session.commit(events, changes);
            }

            @Override
            public Mono<Void> close() {
                return session.close().doOnSuccess(closed -> open.decrementAndGet());
            }
        }
    }
}
