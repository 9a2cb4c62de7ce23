package dev.sluice.deadletters;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * A job's seat at a topic of dead letters: its session, and the marks as the session has them. Events and marks are
 * stored as one, so a letter is redriven once whatever ends in the middle. When a commit's outcome was not told, the
 * session is opened anew and tells it by its marks; when someone else has committed since, the job is over.
 *
 * <p>Not safe for several threads: one step after another.
 */
final class Seat {
    private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
    private static final int TRIES = 8;
    private static final Duration BACKOFF = Duration.ofMillis(250);
    private static final Duration BACKOFF_MAX = Duration.ofSeconds(5);
    /** Old states that one commit removes beside what it marks. */
    private static final int DUE_MAX = 500;

    private final LetterTopic topic;
    private final String identity;
    private final Map<Integer, Long> starts;
    private final String owner;
    private Control.@Nullable Session session;
    private Marks marks = Marks.of(Map.of(), "");
    /** Who had committed last when the seat was taken first; null until then. */
    private @Nullable String before;

    /**
     * @param identity of the topic, as its broker tells it
     * @param starts the oldest offsets that its partitions have
     * @param owner tells this job from all others
     */
    Seat(LetterTopic topic, String identity, Map<Integer, Long> starts, String owner) {
        this.topic = topic;
        this.identity = identity;
        this.starts = starts;
        this.owner = owner;
    }

    /** Takes the seat, and it away from whoever has it. */
    Mono<Marks> take() {
        return topic.control().open(topic.session()).flatMap(opened -> {
            session = opened;
            var last = new String(opened.states().getOrDefault(Marks.OWNER, new byte[0]), StandardCharsets.UTF_8);
            if (before == null) {
                before = last;
            } else if (!last.equals(owner) && !last.equals(before)) {
                return Mono.error(new Control.Fenced(topic.session()));
            }
            marks = Marks.of(opened.states(), identity);
            marks.prune(starts);
            return Mono.just(marks);
        });
    }

    Marks marks() {
        return marks;
    }

    /** Stores what goes back and that all of it is marked, as one. Completes once it is. */
    Mono<Void> settle(List<Letter> step, Mark mark) {
        return Mono.defer(() -> session == null ? take().then(attempt(step, mark)) : attempt(step, mark))
                .retryWhen(Retry.backoff(TRIES, BACKOFF)
                        .maxBackoff(BACKOFF_MAX)
                        .filter(error -> error instanceof BrokerException failed && failed.transientFault())
                        .doBeforeRetry(retry -> LOG.atWarn()
                                .log(
                                        "a step of topic '{}' is tried again: {}",
                                        topic.topic(),
                                        retry.failure().getMessage()))
                        .onRetryExhaustedThrow((retry, last) -> last.failure()));
    }

    /**
     * As {@link #settle(List, Mark)}, for a step of which some letter may never be taken where it goes: such a one is told
     * and left open, and the others are settled, in smaller steps. Errors when nothing is taken at all, not even marks.
     *
     * @param refused told of each letter that is not settled, with the reason
     */
    Mono<Void> settle(List<Letter> step, Mark mark, BiConsumer<Letter, BrokerException> refused) {
        return settle(step, mark)
                .onErrorResume(
                        BrokerException.class,
                        error -> error.transientFault()
                                ? Mono.error(error)
                                : probe(error).then(Mono.defer(() -> apart(step, mark, refused, error))));
    }

    /** Ends with the error when a commit without any letter is refused as well: then it is not for a letter. */
    private Mono<Void> probe(BrokerException error) {
        return Mono.defer(() -> Objects.requireNonNull(session)
                .commit(List.of(), List.of(Change.put(Marks.OWNER, owner.getBytes(StandardCharsets.UTF_8))))
                .onErrorMap(
                        failed -> failed instanceof BrokerException other && !other.transientFault() ? error : failed));
    }

    private Mono<Void> apart(
            List<Letter> step, Mark mark, BiConsumer<Letter, BrokerException> refused, BrokerException error) {
        if (step.size() == 1) {
            return Mono.fromRunnable(() -> refused.accept(step.get(0), error));
        }
        var half = step.size() / 2;
        return Flux.just(step.subList(0, half), step.subList(half, step.size()))
                .concatMap(part -> settle(part, mark)
                        .onErrorResume(
                                BrokerException.class,
                                failed -> failed.transientFault()
                                        ? Mono.error(failed)
                                        : apart(part, mark, refused, failed)))
                .then();
    }

    private Mono<Void> attempt(List<Letter> step, Mark mark) {
        return Mono.defer(() -> {
            // What an attempt before this one stored after all.
            var left = step.stream()
                    .filter(letter -> marks.of(
                                    letter.stored().partition(), letter.stored().offset())
                            == Mark.OPEN)
                    .toList();
            if (left.isEmpty()) {
                return Mono.empty();
            }
            var changes = new ArrayList<>(marks.due(DUE_MAX));
            changes.add(Change.put(Marks.OWNER, owner.getBytes(StandardCharsets.UTF_8)));
            changes.addAll(marks.with(left.stream().map(Letter::stored).toList(), mark));
            List<Outgoing> events =
                    left.stream().map(Letter::outgoing).filter(Objects::nonNull).toList();
            return Objects.requireNonNull(session)
                    .commit(events, changes)
                    .doOnSuccess(stored -> marks.apply(changes))
                    .onErrorResume(BrokerException.Unavailable.class, unknown -> leave().then(Mono.error(unknown)));
        });
    }

    /** Frees the session; its states stay. */
    Mono<Void> leave() {
        return Mono.defer(() -> {
            var left = session;
            session = null;
            return left == null ? Mono.<Void>empty() : left.close().onErrorComplete();
        });
    }
}
