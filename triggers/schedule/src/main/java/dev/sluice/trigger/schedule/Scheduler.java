package dev.sluice.trigger.schedule;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Shard;
import dev.sluice.trigger.schedule.ScheduleBook.Due;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Fires a broker's schedules. Several engines with the same schedules fire each of them once: a schedule belongs to one
 * of {@link #BUCKETS} buckets by its name, a bucket to one engine at a time, and an event is stored together with the
 * state that says so.
 *
 * <p>One thread does all of it; none is held while nothing is due. Safe for any number of threads.
 */
public final class Scheduler {
    /** Sessions of the control topic, whatever the number of schedules. Never changed: states stand in them. */
    static final int BUCKETS = 16;
    /** The most times of one backfill. */
    public static final int BACKFILL_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final String GROUP = "schedules";
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration COMMAND = Duration.ofSeconds(20);
    private static final int BACKFILL_AT_ONCE = 16;
    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(30);
    /** Joining the group went well when it did not fail for as long: longer than it takes to fail again. */
    private static final long NOT_SHARED_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final Broker broker;
    private final Control control;
    private final Clock clock;
    private final Map<String, Schedule> schedules = new TreeMap<>();
    private final List<Bucket> buckets = new ArrayList<>();
    private final ScheduledThreadPoolExecutor thread;
    private final Shards shards = new Shards();
    private volatile @Nullable NotShared notShared;
    private final Counter fired;
    private final Counter dropped;
    private final Counter failures;
    private final Timer lateness;

    private record NotShared(String why, long nanos) {}

    private Scheduler(Broker broker, Collection<Schedule> schedules, Clock clock, MeterRegistry registry) {
        this.broker = broker;
        this.control = broker.control();
        this.clock = clock;
        schedules.forEach(schedule -> this.schedules.put(schedule.name(), schedule));
        for (var number = 0; number < BUCKETS; number++) {
            var mine = number;
            buckets.add(new Bucket(
                    this,
                    "schedules-" + number,
                    schedules.stream()
                            .filter(schedule -> bucketOf(schedule.name()) == mine)
                            .toList()));
        }
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            var made = new Thread(task, "sluice-schedules-" + broker.name());
            made.setDaemon(true);
            return made;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.fired = ScheduleMeters.FIRED.counter(registry, broker.name());
        this.dropped = ScheduleMeters.DROPPED.counter(registry, broker.name());
        this.failures = ScheduleMeters.FAILURES.counter(registry, broker.name());
        this.lateness = ScheduleMeters.LATENESS.timer(registry, broker.name());
        ScheduleMeters.SCHEDULES.gauge(registry, broker.name(), this, Scheduler::working);
    }

    /**
     * Begins to fire: what was missed since an engine last did, by each schedule's policy, then what comes due.
     *
     * @param schedules all of them, with different names, whose topics are on this broker
     * @param clock the wall clock
     */
    public static Scheduler start(Broker broker, Collection<Schedule> schedules, Clock clock, MeterRegistry registry) {
        var scheduler = new Scheduler(broker, schedules, clock, registry);
        scheduler
                .control
                .shards(GROUP)
                .retryWhen(Retry.backoff(Long.MAX_VALUE, AGAIN_MIN)
                        .maxBackoff(AGAIN_MAX)
                        .transientErrors(true)
                        .doBeforeRetry(signal -> scheduler.notShared(signal.failure())))
                .subscribe(scheduler.shards);
        return scheduler;
    }

    /** All meters, for the documentation's table. */
    public static List<MeterInfo> meters() {
        return Arrays.stream(ScheduleMeters.values())
                .map(meter -> new MeterInfo(meter.id, meter.type, meter.unit, List.of("broker"), meter.description))
                .toList();
    }

    /**
     * A row of the documentation's table of meters.
     *
     * @param name the meter's name
     * @param type {@code gauge}, {@code counter} or {@code timer}
     * @param unit what it counts
     * @param tags its tags
     * @param description what it says
     */
    public record MeterInfo(String name, String type, String unit, List<String> tags, String description) {}

    static int bucketOf(String name) {
        var hash = name.hashCode() * 0x9E3779B9;
        return hash >>> (Integer.SIZE - Integer.numberOfTrailingZeros(BUCKETS));
    }

    private double working() {
        return buckets.stream()
                .filter(Bucket::working)
                .mapToInt(bucket -> bucket.schedules().size())
                .sum();
    }

    /** The shards that this engine has; buckets go by them. */
    private final class Shards extends BaseSubscriber<Shard> {
        @Override
        protected void hookOnNext(Shard shard) {
            notShared = null;
            execute(() -> own(shard));
            var unused = shard.lost().toFuture().whenComplete((nothing, failed) -> execute(() -> disown(shard)));
        }

        @Override
        protected void hookOnError(Throwable failed) {
            LOG.atWarn().log("no schedule of broker '{}' is fired any more: {}", broker.name(), failed.getMessage());
        }
    }

    private void notShared(Throwable failed) {
        notShared = new NotShared(String.valueOf(failed.getMessage()), System.nanoTime());
        LOG.atWarn()
                .log(
                        "the schedules of broker '{}' can't be shared out, tried again: {}",
                        broker.name(),
                        failed.getMessage());
    }

    /** Why this engine has no part in firing; empty when it has, or when none fell to it. From any thread. */
    public String trouble() {
        var last = notShared;
        return last == null || System.nanoTime() - last.nanos() > NOT_SHARED_NANOS ? "" : last.why();
    }

    private void own(Shard shard) {
        of(shard).forEach(Bucket::own);
    }

    private void disown(Shard shard) {
        of(shard).forEach(bucket -> {
            var unused = bucket.disown();
        });
    }

    private List<Bucket> of(Shard shard) {
        var mine = new ArrayList<Bucket>();
        for (var number = 0; number < BUCKETS; number++) {
            if (number % shard.count() == shard.number()) {
                mine.add(buckets.get(number));
            }
        }
        return mine;
    }

    private void execute(Runnable work) {
        try {
            thread.execute(() -> logged(work));
        } catch (RejectedExecutionException closed) {
            LOG.atDebug().log("the schedules of broker '{}' are closed", broker.name());
        }
    }

    /** The executor would keep to itself what is thrown. */
    private void logged(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | LinkageError unexpected) {
            LOG.atError().setCause(unexpected).log("the schedules of broker '{}' failed", broker.name());
        }
    }

    Control control() {
        return control;
    }

    long nowMillis() {
        return clock.millis();
    }

    @Nullable
    ScheduledFuture<?> later(long millis, Runnable work) {
        try {
            return thread.schedule(() -> logged(work), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            return null;
        }
    }

    /** Subscribes, and answers on the scheduler's thread. */
    <T> void answer(Mono<T> asked, BiConsumer<@Nullable T, @Nullable Throwable> answer) {
        var unused = asked.toFuture().whenComplete((value, failed) -> execute(() -> answer.accept(value, failed)));
    }

    void failed() {
        failures.increment();
    }

    void fired(List<Due> stored) {
        var now = nowMillis();
        for (var due : stored) {
            fired.increment(due.planned().size());
            dropped.increment(due.dropped());
            if (!due.planned().isEmpty()) {
                lateness.record(Math.max(0, now - due.dueMillis()), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** The schedule of that name; null when there is none. */
    public @Nullable Schedule schedule(String name) {
        return schedules.get(name);
    }

    /** All schedules by name, with the states that the control topic has now. */
    public Mono<List<ScheduleStatus>> statuses() {
        return Flux.fromIterable(buckets)
                .filter(bucket -> !bucket.schedules().isEmpty())
                .flatMap(
                        bucket -> control.read(bucket.session())
                                .map(states -> statuses(bucket, states, ""))
                                .onErrorResume(failed -> Mono.just(statuses(bucket, Map.of(), unread(failed)))),
                        BUCKETS)
                .flatMapIterable(each -> each)
                .sort(Comparator.comparing(ScheduleStatus::name))
                .collectList();
    }

    private static String unread(Throwable failed) {
        return "its state can't be read: " + failed.getMessage();
    }

    private List<ScheduleStatus> statuses(Bucket bucket, Map<String, byte[]> states, String unknown) {
        return bucket.schedules().stream()
                .map(schedule -> status(bucket, schedule, states.get(schedule.name()), unknown))
                .toList();
    }

    private ScheduleStatus status(Bucket bucket, Schedule schedule, byte @Nullable [] bytes, String unknown) {
        var state = bytes == null ? null : ScheduleState.of(bytes).orElse(null);
        var paused = state != null && state.paused();
        return new ScheduleStatus(
                schedule.name(),
                schedule.topic(),
                schedule.definition(),
                schedule.zone().getId(),
                schedule.missed().name().toLowerCase(Locale.ROOT),
                unknown.isEmpty() ? paused : null,
                bucket.working(),
                state == null ? null : Instant.ofEpochMilli(state.lastMillis()),
                paused ? List.of() : Bucket.next(schedule, clock.instant(), ScheduleStatus.NEXT_MAX),
                unknown,
                bucket.working() || trouble().isEmpty() ? bucket.trouble() : trouble());
    }

    /**
     * Stores an event of the schedule now, whether or not it is paused; completes with its id. The next planned time is as
     * before. Errors with {@link dev.sluice.broker.BrokerException}.
     */
    public Mono<String> runNow(Schedule schedule) {
        return Mono.defer(() -> {
            var now = clock.instant();
            var id = EventForm.id(schedule.name(), now) + ":run:" + UUID.randomUUID();
            var event = schedule.form().event(schedule.name(), schedule.zone(), now, id);
            return broker.sink(schedule.topic()).publish(event, null).thenReturn(id);
        });
    }

    /**
     * The planned times from one instant on and before another.
     *
     * @throws IllegalArgumentException when there are more than {@link #BACKFILL_MAX}
     */
    public static List<Instant> times(Schedule schedule, Instant from, Instant to) {
        var times = new ArrayList<Instant>();
        for (var time = schedule.timing().next(from.minusNanos(1));
                time != null && time.isBefore(to);
                time = schedule.timing().next(time)) {
            if (times.size() == BACKFILL_MAX) {
                throw new IllegalArgumentException("there are more than " + BACKFILL_MAX + " times from " + from
                        + " to " + to + "; give a shorter span");
            }
            times.add(time);
        }
        return times;
    }

    /**
     * Stores the events of these planned times, with the ids that they have when they are fired; completes with their
     * number once all are stored.
     */
    public Mono<Integer> backfill(Schedule schedule, List<Instant> planned) {
        var sink = broker.sink(schedule.topic());
        return Flux.fromIterable(planned)
                .flatMapSequential(
                        time -> sink.publish(schedule.form().event(schedule.name(), schedule.zone(), time), null),
                        BACKFILL_AT_ONCE)
                .then(Mono.just(planned.size()));
    }

    /**
     * Lets a schedule fire nothing until it is resumed, on every engine and over restarts; what its times bring meanwhile is
     * not made up for. Completes with whether that is new.
     */
    public Mono<Boolean> pause(Schedule schedule) {
        return paused(schedule, true);
    }

    /** Ends a {@link #pause}; on another engine it may take 5 s until it is known. */
    public Mono<Boolean> resume(Schedule schedule) {
        return paused(schedule, false);
    }

    private Mono<Boolean> paused(Schedule schedule, boolean paused) {
        var bucket = buckets.get(bucketOf(schedule.name()));
        return Mono.defer(() -> {
                    var answer = new CompletableFuture<Boolean>();
                    execute(() -> {
                        var unused = bucket.pause(schedule, paused).whenComplete((changed, failed) -> {
                            if (failed == null) {
                                answer.complete(changed);
                            } else {
                                answer.completeExceptionally(failed);
                            }
                        });
                    });
                    return Mono.fromFuture(answer);
                })
                .retryWhen(Retry.backoff(3, Duration.ofMillis(200))
                        .filter(failed -> failed instanceof Control.Fenced)
                        .onRetryExhaustedThrow((retry, signal) -> signal.failure()))
                .timeout(COMMAND);
    }

    /** Fires nothing more, and gives its share to the other engines. Completes within some seconds. */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    if (thread.isShutdown()) {
                        return Mono.empty();
                    }
                    shards.dispose();
                    var left = new CompletableFuture<Void>();
                    execute(() -> {
                        var ends = buckets.stream().map(Bucket::disown).toArray(CompletableFuture<?>[]::new);
                        var unused = CompletableFuture.allOf(ends).whenComplete((done, failed) -> left.complete(null));
                    });
                    return Mono.fromFuture(left);
                })
                .timeout(PATIENCE, Mono.empty(), Schedulers.parallel())
                .doFinally(signal -> thread.shutdown());
    }
}
