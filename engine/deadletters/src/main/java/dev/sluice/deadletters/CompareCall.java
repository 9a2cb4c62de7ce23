package dev.sluice.deadletters;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Call;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** A call of a function with an event of a topic, whose answers are kept and go nowhere. */
final class CompareCall implements Call {
    /** Answers of one call that are kept. */
    static final int ANSWERS_MAX = 1_000;

    static final int ANSWERS_BYTES_MAX = 4 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OVERHEAD = 500;

    private final Predicate<Throwable> busy;
    private final StoredEvent event;
    private final MonoSink<Outcome> end;
    private final List<CloudEvent> answers = new ArrayList<>();
    private int bytes;

    private CompareCall(Predicate<Throwable> busy, StoredEvent event, MonoSink<Outcome> end) {
        this.busy = busy;
        this.event = event;
        this.end = end;
    }

    /**
     * What a call comes to.
     *
     * @param failure why it failed; null when it did not
     * @param sizeBytes what the answers hold in memory
     */
    record Outcome(List<CloudEvent> answers, @Nullable String failure, int sizeBytes) {}

    /** The function takes no call now. */
    static final class TurnedAway extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Duration after;

        private TurnedAway(String why, Duration after) {
            super(why, null, false, false);
            this.after = after;
        }

        /** When another try may be worth it. */
        Duration after() {
            return after;
        }
    }

    /** Calls it; cancel ends the run. Errors with {@link TurnedAway} only. */
    static Mono<Outcome> of(CompareOrder order, StoredEvent event) {
        return Mono.create(end -> {
            var admission = order.intake().submit(new CompareCall(order.busy(), event, end));
            if (admission instanceof Admission.Admitted admitted) {
                end.onCancel(admitted::cancel);
            } else if (admission instanceof Admission.Refused refused) {
                end.error(new TurnedAway(refused.reason(), Duration.ofSeconds(refused.retryAfterSeconds())));
            }
        });
    }

    @Override
    public AnswerSink answers() {
        return (answer, key) -> Mono.defer(() -> {
            synchronized (answers) {
                var size = WireEvent.sizeOf(answer) + OVERHEAD;
                if (answers.size() == ANSWERS_MAX || bytes + size > ANSWERS_BYTES_MAX) {
                    return Mono.error(new BrokerException.Refused(
                            "comparison",
                            "more than " + ANSWERS_MAX + " answers, or " + (ANSWERS_BYTES_MAX >> 20)
                                    + " MiB, to one event",
                            null));
                }
                answers.add(answer);
                bytes += size;
                return Mono.empty();
            }
        });
    }

    @Override
    public Duration patience() {
        return PATIENCE;
    }

    @Override
    public void fail(Throwable why) {
        if (busy.test(why)) {
            end.error(new TurnedAway(String.valueOf(why.getMessage()), Duration.ofSeconds(1)));
        } else {
            end.success(new Outcome(List.of(), String.valueOf(why.getMessage()), 0));
        }
    }

    @Override
    public Mono<Void> accept() {
        return Mono.fromRunnable(() -> {
            synchronized (answers) {
                end.success(new Outcome(List.copyOf(answers), null, bytes));
            }
        });
    }

    @Override
    public void release() {
        end.error(new TurnedAway("the function is stopping", Duration.ofSeconds(1)));
    }

    @Override
    public CloudEvent event() {
        return event.event();
    }

    @Override
    public @Nullable String key() {
        return event.key();
    }

    @Override
    public int partition() {
        return -1;
    }

    @Override
    public long offset() {
        return -1;
    }

    @Override
    public int sizeBytes() {
        return WireEvent.sizeOf(event.event()) + OVERHEAD;
    }
}
