package dev.sluice.deadletters;

import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.deadletters.CompareCall.Outcome;
import dev.sluice.deadletters.CompareCall.TurnedAway;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/**
 * One job: calls a function with the events of a range, {@link #CALLS_MAX} at a time, keeps its answers and lets go of
 * them once it has read through those that stand. That is done in rounds of at most {@link #ROUND_MAX} events or {@link
 * #ROUND_BYTES_MAX} of answers, one held while the next is gathered; each reads the topics of the answers once, from the
 * time on when its first event arrived.
 */
final class Compare {
    static final int CALLS_MAX = 16;
    static final int ROUND_MAX = 20_000;
    static final int ROUND_BYTES_MAX = 16 << 20;

    /** Tries of a call that is turned away. */
    private static final int TRIES = 30;
    /** Who says to come back later than this takes none for now. */
    private static final Duration RETRY_AFTER_MAX = Duration.ofSeconds(30);
    /** How far the clocks of two brokers may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private static final int PREFETCH = 64;

    private final CompareOrder order;
    private final Progress progress;
    private final Tally tally;
    private final Scheduler scheduler;
    private final Mono<Void> cancelled;
    private long due;

    Compare(CompareOrder order, Progress progress, Scheduler scheduler, Mono<Void> cancelled) {
        this.order = order;
        this.progress = progress;
        this.tally = new Tally(order.trigger(), order.function());
        this.scheduler = scheduler;
        this.cancelled = cancelled;
        progress.tally(tally);
    }

    /** Completes when all events are compared, or it was cancelled; errors when it can't go on. */
    Mono<Void> run() {
        return order.events().broker().topics().flatMap(topics -> {
            topics.stream()
                    .filter(topic -> topic.topic().equals(order.events().topic()))
                    .findFirst()
                    .ifPresent(topic -> progress.letters(Places.most(topic, order.range())));
            return (order.dryRun() ? told().then() : compared().then()).takeUntilOther(cancelled);
        });
    }

    private Flux<StoredEvent> events() {
        return order.events()
                .broker()
                .read(order.events().topic(), order.range())
                .publishOn(scheduler, PREFETCH)
                .<StoredEvent>handle(this::look)
                .take(order.limit());
    }

    private void look(StoredEvent event, SynchronousSink<StoredEvent> sink) {
        progress.scanned();
        if (event.event() instanceof RawEvent || event.event().getType().equals(RawEvent.TYPE)) {
            progress.refused(Places.of(event), "undecodable: no function gets it");
        } else if (order.filters().stream().allMatch(filter -> filter.test(event.event()))) {
            sink.next(event);
        }
    }

    private Flux<StoredEvent> told() {
        return events().doOnNext(event -> {
            progress.done(1);
            progress.sample(
                    Places.of(event) + " " + event.event().getId() + " would be given to function " + order.function());
        });
    }

    private Flux<Void> compared() {
        return events().concatMap(this::paced, 1)
                .flatMap(event -> call(event).map(outcome -> new Held(event, outcome, order)), CALLS_MAX, CALLS_MAX)
                .publishOn(scheduler, PREFETCH)
                .bufferUntil(full())
                .concatMap(this::round, 1);
    }

    private Mono<StoredEvent> paced(StoredEvent event) {
        if (Double.isInfinite(order.perSecond())) {
            return Mono.just(event);
        }
        var now = scheduler.now(TimeUnit.NANOSECONDS);
        var wait = due - now;
        due = Math.max(due, now) + (long) (1e9 / order.perSecond());
        return wait <= 0 ? Mono.just(event) : Mono.delay(Duration.ofNanos(wait)).thenReturn(event);
    }

    private Mono<Outcome> call(StoredEvent event) {
        return CompareCall.of(order, event)
                .retryWhen(Retry.from(tries -> tries.concatMap(failed -> failed.failure() instanceof TurnedAway away
                                && failed.totalRetries() < TRIES
                                && away.after().compareTo(RETRY_AFTER_MAX) <= 0
                        ? Mono.delay(away.after())
                        : Mono.error(failed.failure()))));
    }

    /** Whether a round ends with this event. Asked of each once, in their order. */
    private static Predicate<Held> full() {
        var held = new int[2];
        return event -> {
            held[0]++;
            held[1] += event.sizeBytes();
            if (held[0] < ROUND_MAX && held[1] < ROUND_BYTES_MAX) {
                return false;
            }
            held[0] = 0;
            held[1] = 0;
            return true;
        };
    }

    private Mono<Void> round(List<Held> events) {
        var byId = new LinkedHashMap<String, Held>();
        var since = events.get(0).arrived();
        for (var event : events) {
            since = event.arrived().isBefore(since) ? event.arrived() : since;
            if (byId.putIfAbsent(event.id(), event) != null) {
                progress.refused(
                        event.place(), "an event before it has the same id: their answers can't be told apart");
            }
        }
        var from = ReadRange.from(since.isAfter(Instant.EPOCH) ? Start.at(since.minus(CLOCKS)) : Start.EARLIEST);
        return Flux.fromIterable(order.answers())
                .concatMap(place -> place.broker().read(place.topic(), from), 1)
                .publishOn(scheduler, PREFETCH)
                .doOnNext(answer -> stands(byId, answer.event()))
                .then(Mono.fromRunnable(() -> byId.values().forEach(event -> {
                    tally.add(event);
                    progress.done(1);
                })));
    }

    private void stands(Map<String, Held> byId, CloudEvent answer) {
        if (answer instanceof RawEvent) {
            return;
        }
        var named = answer.getId().lastIndexOf(":" + order.trigger() + ":");
        var event = named < 0 ? null : byId.get(answer.getId().substring(0, named));
        if (event == null) {
            event = byId.get(String.valueOf(WireEvent.textOf(answer, "causationid")));
        }
        if (event != null) {
            event.stands(answer);
        }
    }
}
