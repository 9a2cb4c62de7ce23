package dev.sluice.deadletters;

import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.deadletters.ReplayOrder.Passage;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/**
 * One job: sends the events of a range through a trigger again, as fast as that asks for them, and tells what becomes of
 * them. It ends once all of them are settled.
 */
final class Rerun {
    private static final int PREFETCH = 64;
    /** What runs when it is cancelled may go on as long. */
    private static final Duration GRACE = Duration.ofSeconds(25);

    private final ReplayOrder order;
    private final Progress progress;
    private final Scheduler scheduler;
    private final Mono<Void> cancelled;

    Rerun(ReplayOrder order, Progress progress, Scheduler scheduler, Mono<Void> cancelled) {
        this.order = order;
        this.progress = progress;
        this.scheduler = scheduler;
        this.cancelled = cancelled;
    }

    /** The trigger takes no more events. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private Stopped(String why) {
            super(why, null, false, false);
        }
    }

    /** Completes when all events are settled, or it was cancelled and nothing runs any more; errors when it can't go on. */
    Mono<Void> run() {
        return order.events().broker().topics().flatMap(topics -> {
            topics.stream()
                    .filter(topic -> topic.topic().equals(order.events().topic()))
                    .findFirst()
                    .ifPresent(topic -> progress.letters(Places.most(topic, order.range())));
            return order.dryRun() ? told() : passed();
        });
    }

    /** All of the range that is an event and passes the filter. */
    private Flux<StoredEvent> events() {
        return order.events()
                .broker()
                .read(order.events().topic(), order.range())
                .publishOn(scheduler, PREFETCH)
                .handle(this::look);
    }

    private void look(StoredEvent event, SynchronousSink<StoredEvent> sink) {
        progress.scanned();
        if (event.event() instanceof RawEvent || event.event().getType().equals(RawEvent.TYPE)) {
            progress.refused(Places.of(event), "undecodable: no function gets it");
        } else if (order.filter().test(event.event())) {
            sink.next(event);
        }
    }

    private Mono<Void> told() {
        return events().take(order.limit())
                .filter(event -> order.wanted().test(event.event()))
                .doOnNext(event -> {
                    progress.done(1);
                    progress.sample(Places.of(event) + " " + event.event().getId() + " would go through trigger "
                            + order.trigger());
                })
                .takeUntilOther(cancelled)
                .then();
    }

    private Mono<Void> passed() {
        var past = new PastEvents(order.events().topic(), events(), order.limit(), () -> progress.done(1));
        return Mono.usingWhen(
                Mono.fromSupplier(() -> open(past)),
                passage -> past.ended()
                        .onErrorMap(PastEvents.Left.class, left -> new Stopped(reason(passage, left)))
                        .takeUntilOther(cancelled),
                passage -> passage.end(GRACE).then(Mono.fromRunnable(() -> {
                    // The account goes on to be told, and must not hold on to the trigger.
                    var last = replayed(passage, past);
                    progress.replayed(() -> last);
                })));
    }

    private Passage open(PastEvents past) {
        try {
            var passage = order.way().open(past);
            progress.replayed(() -> replayed(passage, past));
            return passage;
        } catch (IllegalArgumentException refused) {
            throw new Stopped(String.valueOf(refused.getMessage()));
        }
    }

    private static String reason(Passage passage, PastEvents.Left left) {
        var trouble = passage.trouble();
        return trouble.isEmpty() ? String.valueOf(left.getMessage()) : trouble;
    }

    private Replayed replayed(Passage passage, PastEvents past) {
        var counts = passage.counts();
        return new Replayed(
                order.trigger(),
                order.function(),
                counts.delivered(),
                counts.filtered(),
                counts.deadLettered(),
                counts.repeated(),
                counts.failed(),
                counts.retried(),
                past.givenBack(),
                past.next(),
                passage.trouble());
    }
}
