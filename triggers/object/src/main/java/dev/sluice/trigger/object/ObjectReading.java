package dev.sluice.trigger.object;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Session;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * The source of an object trigger: looks for objects, pass after pass, and stores an event of each version on the
 * trigger's topic, together with that it has, so that each has exactly one whatever ends this process. Safe for any number
 * of threads; its own work blocks, and is done on threads that are given to it.
 */
public final class ObjectReading {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectReading.class);
    private static final String GROUP = "sluice.objects";
    private static final int THREADS = 4;
    private static final int QUEUE_MAX = 100_000;
    private static final int IDLE_SECONDS = 60;
    private static final int SHARDS_AT_ONCE = 1_024;
    private static final int SOURCES_AT_ONCE = 10_000;
    private static final Duration FULL_AGAIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(60);
    private static final int PASS_SHARE = 4;
    private static final int POLLS_MAX = 10;

    private final ObjectSpec spec;
    private final String shown;
    private final Tally tally;
    private final Figures figures;
    private final WorkMaker maker;
    private final boolean transientEvents;
    /** One task after the other, on whichever thread is free: the end of work comes behind the step that it is at. */
    private final Scheduler thread;

    private volatile boolean running;
    private volatile String trouble = "";
    private volatile boolean forgotten;
    private volatile int failures;

    /**
     * A meter of object triggers.
     *
     * @param tags the names of its tags
     */
    public record MeterInfo(String name, String type, String unit, List<String> tags, String description) {}

    /** Begins work on what is stored. Blocks. */
    @FunctionalInterface
    interface WorkMaker {
        Work begin(Map<String, byte[]> states, Tally tally, Figures figures);
    }

    ObjectReading(
            ObjectSpec spec,
            String shown,
            boolean transientEvents,
            Scheduler threads,
            MeterRegistry registry,
            WorkMaker maker) {
        this.spec = spec;
        this.shown = shown;
        this.transientEvents = transientEvents;
        this.tally = new Tally(spec.trigger());
        this.maker = maker;
        this.thread = Schedulers.single(Schedulers.fromExecutor(threads::schedule, true));
        this.figures = new Figures(
                Counter.builder(ObjectMeter.STORED.info().name())
                        .description(ObjectMeter.STORED.info().description())
                        .baseUnit(ObjectMeter.STORED.info().unit())
                        .tag("trigger", spec.trigger())
                        .register(registry),
                Timer.builder(ObjectMeter.PASSES.info().name())
                        .description(ObjectMeter.PASSES.info().description())
                        .tag("trigger", spec.trigger())
                        .register(registry));
        register(registry);
    }

    /**
     * Threads for the sources of an engine: four, which end when they are idle. Any of them does what waits longest, so that
     * a place that does not answer takes one of them and holds up nothing else. To be disposed of.
     */
    public static Scheduler threads() {
        var numbers = new AtomicInteger();
        var pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE_MAX), task -> {
                    var thread = new Thread(task, "sluice-objects-" + numbers.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return Schedulers.fromExecutorService(pool, "sluice-objects");
    }

    /**
     * Files of a folder.
     *
     * @param eventBytesMax the largest event that the topic takes, as far as it is known
     * @param transientEvents whether stored events end with this process: then what is known of files does too, and each
     *     file has an event again in the next process
     * @param threads on which it blocks, such as {@link #threads}
     */
    public static ObjectReading of(
            ObjectSpec spec,
            FolderSpec folder,
            IntSupplier eventBytesMax,
            boolean transientEvents,
            Scheduler threads,
            MeterRegistry registry) {
        var ways = new Ways(new RealDisk(), InstantSource.system(), System::nanoTime);
        return of(spec, folder, eventBytesMax, transientEvents, threads, registry, ways);
    }

    /**
     * Objects of an S3 bucket, found by listing it. {@code settle} has no use: objects are there as a whole or not.
     *
     * @param eventBytesMax as for a folder
     * @param transientEvents as for a folder
     * @param threads as for a folder
     */
    public static ObjectReading of(
            ObjectSpec spec,
            BucketSpec bucket,
            IntSupplier eventBytesMax,
            boolean transientEvents,
            Scheduler threads,
            MeterRegistry registry) {
        var shown = "s3://" + bucket.bucket() + "/" + bucket.prefix();
        return of(spec, bucket, shown, eventBytesMax, transientEvents, threads, registry, () -> new S3Bucket(bucket));
    }

    static ObjectReading of(
            ObjectSpec spec,
            BucketSpec bucket,
            String shown,
            IntSupplier eventBytesMax,
            boolean transientEvents,
            Scheduler threads,
            MeterRegistry registry,
            Supplier<BucketClient> opener) {
        return new ObjectReading(spec, shown, transientEvents, threads, registry, (states, tally, figures) -> {
            var form = new EventForm(spec.trigger());
            var place = new BucketPlace(bucket, opener, form, eventBytesMax, tally);
            return new Work(spec, place, null, states, tally, figures, InstantSource.system(), System::nanoTime);
        });
    }

    /** The ways to the world outside. */
    record Ways(Disk disk, InstantSource clock, LongSupplier nanos) {}

    static ObjectReading of(
            ObjectSpec spec,
            FolderSpec folder,
            IntSupplier eventBytesMax,
            boolean transientEvents,
            Scheduler threads,
            MeterRegistry registry,
            Ways ways) {
        return new ObjectReading(
                spec, folder.dir().toString(), transientEvents, threads, registry, (states, tally, figures) -> {
                    var form = new EventForm(spec.trigger());
                    var place = new FolderPlace(ways.disk(), folder, form, eventBytesMax, tally);
                    var mover = folder.done() == FolderSpec.Done.KEEP
                            ? null
                            : new Mover(spec.trigger(), ways.disk(), folder, place, tally);
                    var work = new Work(spec, place, mover, states, tally, figures, ways.clock(), ways.nanos());
                    if (mover != null) {
                        mover.emptyTrash();
                    }
                    return work;
                });
    }

    private void register(MeterRegistry registry) {
        gauge(registry, ObjectMeter.WAITING, reading -> reading.figures.waiting());
        gauge(registry, ObjectMeter.KNOWN, reading -> reading.figures.known());
        gauge(registry, ObjectMeter.SCANNED, reading -> reading.figures.scanned());
        gauge(registry, ObjectMeter.TROUBLED, reading -> reading.trouble().isEmpty() ? 0 : 1);
        Arrays.stream(Outcome.values()).forEach(outcome -> FunctionCounter.builder(
                        ObjectMeter.SKIPPED.info().name(), tally, counts -> counts.count(outcome))
                .description(ObjectMeter.SKIPPED.info().description())
                .baseUnit(ObjectMeter.SKIPPED.info().unit())
                .tag("trigger", spec.trigger())
                .tag("outcome", outcome.tag())
                .register(registry));
    }

    private void gauge(MeterRegistry registry, ObjectMeter meter, ToDoubleFunction<ObjectReading> value) {
        Gauge.builder(meter.info().name(), this, value)
                .description(meter.info().description())
                .baseUnit(meter.info().unit())
                .tag("trigger", spec.trigger())
                .strongReference(true)
                .register(registry);
    }

    /** Every meter of this module. */
    public static List<MeterInfo> meters() {
        return Arrays.stream(ObjectMeter.values()).map(ObjectMeter::info).toList();
    }

    /** The trigger's name. */
    public String trigger() {
        return spec.trigger();
    }

    /** How far it is. */
    public ObjectStatus status() {
        var why = trouble();
        var state = !why.isEmpty()
                ? ObjectStatus.State.TROUBLED
                : running ? ObjectStatus.State.LOOKING : ObjectStatus.State.ELSEWHERE;
        return new ObjectStatus(
                shown,
                state,
                why,
                figures.scanned(),
                figures.waiting(),
                figures.known(),
                figures.stored(),
                tally.all(),
                tally.lastError(),
                figures.lastPass(),
                figures.passTook().toMillis() / 1_000.0);
    }

    private String trouble() {
        var why = trouble;
        return why.isEmpty() ? tally.trouble() : why;
    }

    /**
     * Runs those of the sources that fall to this engine, until cancelled. Errors when the group of engines can't be
     * joined any more.
     *
     * @param ready completes when a source may begin, such as when its topic is there; the others do not wait for it
     */
    public static Mono<Void> run(
            Control control, List<ObjectReading> sources, Function<ObjectReading, Mono<Void>> ready) {
        return control.shards(GROUP)
                .flatMap(
                        shard -> Flux.fromIterable(sources)
                                .filter(source -> shard.has(source.trigger()))
                                .flatMap(
                                        source -> ready.apply(source)
                                                .then(source.run(control))
                                                .takeUntilOther(shard.lost()),
                                        SOURCES_AT_ONCE),
                        SHARDS_AT_ONCE)
                .then();
    }

    /** Looks until cancelled, whatever fails; never completes. */
    Mono<Void> run(Control control) {
        return Mono.defer(() -> control.open("object-" + spec.trigger()))
                .flatMap(session -> Mono.usingWhen(Mono.just(session), this::work, Session::close))
                .retryWhen(Retry.from(signals -> signals.concatMap(signal -> again(signal.failure()))))
                .doOnSubscribe(subscription -> running = true)
                .doFinally(end -> {
                    running = false;
                    trouble = "";
                });
    }

    private Mono<Long> again(Throwable failure) {
        troubled(
                failure instanceof Control.Fenced
                        ? "another engine has taken over; this one tries again"
                        : String.valueOf(failure.getMessage()));
        if (!(failure instanceof BrokerException) && !(failure instanceof Control.Fenced)) {
            LOG.atError().setCause(failure).log("trigger '{}' failed, and begins again", spec.trigger());
        }
        return Mono.delay(pause());
    }

    private Duration pause() {
        var doubled = AGAIN_MIN.multipliedBy(1L << Math.min(10, failures));
        failures = Math.min(10, failures + 1);
        return doubled.compareTo(AGAIN_MAX) < 0 ? doubled : AGAIN_MAX;
    }

    /** A place that is looked at often is looked for often. */
    private Duration pauseForPlace() {
        var max = spec.poll().multipliedBy(POLLS_MAX);
        var pause = pause();
        return pause.compareTo(max) < 0 ? pause : max;
    }

    private void troubled(String why) {
        if (!why.equals(trouble)) {
            LOG.warn("trigger '{}': {}", spec.trigger(), why);
        }
        trouble = why;
    }

    private void wellAgain() {
        failures = 0;
        if (!trouble.isEmpty()) {
            LOG.info("trigger '{}' goes on", spec.trigger());
            trouble = "";
        }
    }

    private Mono<Void> work(Session session) {
        return known(session)
                .flatMap(states -> Mono.usingWhen(
                        Mono.fromCallable(() -> maker.begin(states, tally, figures))
                                .subscribeOn(thread),
                        work -> steps(session, work),
                        work -> Mono.<Void>fromRunnable(() -> close(work)).subscribeOn(thread)));
    }

    /** What is stored; nothing, when it was of events that ended with another process. */
    private Mono<Map<String, byte[]>> known(Session session) {
        var states = session.states();
        if (!transientEvents || forgotten || states.isEmpty()) {
            forgotten = true;
            return Mono.just(states);
        }
        return Flux.fromIterable(states.keySet())
                .map(Change::remove)
                .buffer(Control.CHANGES_MAX)
                .concatMap(some -> session.commit(List.of(), some))
                .then(Mono.fromCallable(() -> {
                    forgotten = true;
                    return Map.of();
                }));
    }

    private void close(Work work) {
        try {
            work.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("trigger '{}': what was being read can't be closed", spec.trigger());
        }
    }

    private Mono<Void> steps(Session session, Work work) {
        return Mono.fromCallable(work::next)
                .subscribeOn(thread)
                .flatMap(step -> store(session, step))
                .flatMap(step -> {
                    wellAgain();
                    return step.passEnded() ? Mono.delay(untilNextPass()) : Mono.just(0L);
                })
                .onErrorResume(IOException.class, this::unreachable)
                .repeat()
                .then();
    }

    /** The place can't be looked at. What is known stays known. */
    private Mono<Long> unreachable(IOException why) {
        troubled(String.valueOf(why.getMessage()));
        return Mono.delay(pauseForPlace());
    }

    private Mono<Step> store(Session session, Step step) {
        if (step.isEmpty()) {
            return Mono.just(step);
        }
        return session.commit(step.events(), step.changes())
                .retryWhen(Retry.from(signals -> signals.concatMap(signal -> {
                    var full = signal.failure() instanceof BrokerException.Full;
                    return full ? full(signal.failure()) : Mono.error(signal.failure());
                })))
                .publishOn(thread)
                .then(Mono.fromCallable(() -> {
                    step.stored().run();
                    return step;
                }));
    }

    private Mono<Long> full(Throwable why) {
        troubled("it waits: " + why.getMessage());
        return Mono.delay(FULL_AGAIN);
    }

    private Duration untilNextPass() {
        var rest = figures.waiting() > 0 && spec.settle().compareTo(spec.poll()) < 0 ? spec.settle() : spec.poll();
        var share = figures.passTook().multipliedBy(PASS_SHARE);
        var pause = rest.compareTo(share) < 0 ? share : rest;
        return pause.compareTo(Duration.ofMillis(TimeUnit.SECONDS.toMillis(1) / 10)) < 0
                ? Duration.ofMillis(100)
                : pause;
    }
}
