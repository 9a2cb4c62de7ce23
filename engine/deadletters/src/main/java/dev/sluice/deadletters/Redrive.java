package dev.sluice.deadletters;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;

/**
 * One job: reads the letters that were open when it began, from the first on, and settles those that are meant in steps
 * of at most {@link #STEP_MAX} letters or {@link #STEP_BYTES_MAX}, each stored as one.
 */
final class Redrive {
    static final int STEP_MAX = 500;
    static final int STEP_BYTES_MAX = 4 << 20;

    private static final int PREFETCH = 64;
    private static final int OVERHEAD = 500;
    /** Steps a second under a limit of the rate, so that it does not come in bursts. */
    private static final int STEPS_PER_SECOND = 4;

    private final LetterTopic topic;
    private final LetterOrder order;
    private final @Nullable Edit edit;
    private final Progress progress;
    private final ToIntFunction<String> redrivesMax;
    private final LetterMeters meters;
    private final Scheduler scheduler;
    private final Mono<Void> cancelled;

    /**
     * @param redrivesMax how often a trigger's letters may be redriven, by its name
     * @param scheduler where letters are looked at and edited; may be blocked
     * @param cancelled completes when it is to end with the step that it is at
     * @throws IllegalArgumentException when the edit is no program
     */
    Redrive(
            LetterTopic topic,
            LetterOrder order,
            Progress progress,
            ToIntFunction<String> redrivesMax,
            LetterMeters meters,
            Scheduler scheduler,
            Mono<Void> cancelled) {
        this.topic = topic;
        this.order = order;
        this.edit = order.edit() == null ? null : Edit.compile(order.edit());
        this.progress = progress;
        this.redrivesMax = redrivesMax;
        this.meters = meters;
        this.scheduler = scheduler;
        this.cancelled = cancelled;
    }

    /** Completes when all that is meant is settled, or it was cancelled; errors when it can't go on. */
    Mono<Void> run() {
        return Mono.zip(topic.broker().topics(), topic.broker().identity(topic.topic()))
                .flatMap(found -> {
                    var status = found.getT1().stream()
                            .filter(one -> one.topic().equals(topic.topic()))
                            .findFirst()
                            .orElse(null);
                    if (status == null) {
                        return Mono.error(new BrokerException.Refused(
                                topic.broker().name(), "there is no topic '" + topic.topic() + "'", null));
                    }
                    var topics = found.getT1().stream().map(TopicStatus::topic).collect(Collectors.toSet());
                    var origins = new Preparation.Origins(topics, this::sizeMax, redrivesMax);
                    return run(status, found.getT2(), new Preparation(order, edit, origins));
                });
    }

    private Mono<Void> run(TopicStatus status, String identity, Preparation preparation) {
        if (order.dryRun()) {
            return topic.control().read(topic.session()).flatMap(states -> {
                var marks = Marks.of(states, identity);
                return letters(status, marks, preparation)
                        .doOnNext(letter -> progress.sample(words(letter)))
                        .doOnNext(letter -> progress.done(1))
                        .takeUntilOther(cancelled)
                        .then();
            });
        }
        var starts = new HashMap<Integer, Long>();
        status.partitions().forEach(partition -> starts.put(partition.partition(), partition.start()));
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new Seat(topic, identity, starts, progress.id())),
                seat -> seat.take().flatMap(marks -> settle(seat, letters(status, marks, preparation))),
                Seat::leave);
    }

    private Mono<Void> settle(Seat seat, Flux<Letter> letters) {
        return letters.bufferUntil(full())
                .takeUntilOther(cancelled)
                .concatMap(
                        step -> Mono.defer(() -> {
                                    var refused = new AtomicInteger();
                                    return seat.settle(step, order.action().mark, (letter, why) -> {
                                                refused.incrementAndGet();
                                                refuse(letter.stored(), String.valueOf(why.getMessage()));
                                            })
                                            .doOnSuccess(settled -> count(step.size() - refused.get()));
                                })
                                .then(pause(step.size())),
                        1)
                .then();
    }

    private void refuse(StoredEvent letter, String why) {
        progress.refused(Places.of(letter), why);
        meters.refused(topic);
    }

    private void count(int settled) {
        progress.done(settled);
        meters.settled(topic, order.action(), settled);
    }

    /** Whether a step ends with this letter. Asked of each once, in their order. */
    private Predicate<Letter> full() {
        var max = Math.max(1, Math.min(STEP_MAX, (int) Math.min(STEP_MAX, order.perSecond() / STEPS_PER_SECOND)));
        var held = new int[2];
        return letter -> {
            held[0]++;
            held[1] += letter.sizeBytes();
            if (held[0] < max && held[1] < STEP_BYTES_MAX) {
                return false;
            }
            held[0] = 0;
            held[1] = 0;
            return true;
        };
    }

    private Mono<Void> pause(int settled) {
        var wait = Duration.ofNanos((long) (1e9 * settled / order.perSecond()));
        return wait.isZero()
                ? Mono.empty()
                : Mono.delay(wait).takeUntilOther(cancelled).then();
    }

    /** The letters that are meant, ready to go. */
    private Flux<Letter> letters(TopicStatus status, Marks marks, Preparation preparation) {
        var from = new HashMap<Integer, Long>();
        var to = new HashMap<Integer, Long>();
        var open = 0L;
        for (var partition : status.partitions()) {
            var number = partition.partition();
            from.put(number, marks.firstOpen(number, partition.start()));
            to.put(number, partition.end());
            open += partition.end()
                    - partition.start()
                    - marks.count(Mark.REDRIVEN, number, partition.start())
                    - marks.count(Mark.DISCARDED, number, partition.start());
        }
        progress.letters(Math.max(0, open));
        return topic.broker()
                .read(topic.topic(), ReadRange.from(Map.copyOf(from)).to(Map.copyOf(to)))
                .publishOn(scheduler, PREFETCH)
                .filter(letter -> marks.of(letter.partition(), letter.offset()) == Mark.OPEN)
                .<Letter>handle((letter, sink) -> look(letter, preparation, sink))
                .take(order.limit());
    }

    private void look(StoredEvent letter, Preparation preparation, SynchronousSink<Letter> sink) {
        progress.scanned();
        if (!order.selection().has(letter)) {
            return;
        }
        var size = sizeOf(letter);
        if (order.action() == LetterOrder.Action.DISCARD) {
            sink.next(new Letter(letter, null, size));
            return;
        }
        try {
            sink.next(new Letter(letter, preparation.of(letter), size));
        } catch (Preparation.Refused refused) {
            progress.refused(Places.of(letter), String.valueOf(refused.getMessage()));
            if (!order.dryRun()) {
                meters.refused(topic);
            }
        }
    }

    private static int sizeOf(StoredEvent letter) {
        return OVERHEAD + (letter.event() instanceof RawEvent raw ? raw.sizeBytes() : WireEvent.sizeOf(letter.event()));
    }

    private int sizeMax(String name) {
        return topic.broker().sink(name).sizeMaxBytes();
    }

    private static String words(Letter letter) {
        var where = Places.of(letter.stored()) + " " + letter.stored().event().getId();
        var outgoing = letter.outgoing();
        return outgoing == null ? where + " would be discarded" : where + " would go to topic " + outgoing.topic();
    }
}
