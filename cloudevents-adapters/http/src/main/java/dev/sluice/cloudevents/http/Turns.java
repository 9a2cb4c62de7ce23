package dev.sluice.cloudevents.http;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Gives the deliveries of one sender their turns, as its {@link Grant} decides. Safe for any number of threads: all
 * decisions are made under one lock, which is held for no more than that.
 */
final class Turns {
    private static final Duration UNSAID_WAIT = Duration.ofSeconds(1);

    private final Target receiver;
    private final boolean callback;
    private final int waitingMax;
    private final LongSupplier nanos;
    private final Mono<Reply> question;
    /** Guarded by itself, as are the two fields below. */
    private final Grant grant;

    private @Nullable Mono<Void> asking;
    private int waiting;

    /** @param question asks the receiver whether it agrees; an error when its answer is one that may pass */
    Turns(Target receiver, Grant.Terms terms, int waitingMax, LongSupplier nanos, Mono<Reply> question) {
        this.receiver = receiver;
        this.callback = terms.callback();
        this.waitingMax = waitingMax;
        this.nanos = nanos;
        this.question = question;
        this.grant = new Grant(terms);
    }

    /** Completes when it is the next delivery's turn; asks the receiver first when that has to be. */
    Mono<Void> next() {
        return Mono.defer(() -> next(true));
    }

    void calledBack(@Nullable String allowedRate) {
        synchronized (grant) {
            grant.calledBack(nanos.getAsLong(), allowedRate);
        }
    }

    boolean stopped() {
        synchronized (grant) {
            return grant.state() == Grant.State.STOPPED;
        }
    }

    /** What a receiver's error says of the deliveries to come. */
    void learn(Throwable error) {
        synchronized (grant) {
            if (error instanceof SinkException.Refused refused && refused.status() == 410) {
                grant.gone();
            } else if (error instanceof SinkException.Busy busy) {
                grant.busy(
                        nanos.getAsLong(), busy.retryAfter().orElse(UNSAID_WAIT).toNanos());
            }
        }
    }

    private Mono<Void> next(boolean mayAsk) {
        Grant.Step step;
        boolean mayWait;
        synchronized (grant) {
            mayWait = waiting < waitingMax;
            step = grant.next(nanos.getAsLong(), mayWait);
            if (step.move() == Grant.Move.ASK && mayAsk) {
                return mayWait ? waiting(asked()).then(Mono.defer(() -> next(false))) : Mono.error(tooMany());
            }
            if (step.move() == Grant.Move.SEND && step.waitNanos() > 0) {
                return waiting(Mono.delay(Duration.ofNanos(step.waitNanos())).then())
                        .then(Mono.defer(this::afterTheWait));
            }
        }
        return step.move() == Grant.Move.SEND ? Mono.empty() : Mono.error(refusal(step, mayWait));
    }

    private SinkException refusal(Grant.Step step, boolean mayWait) {
        return switch (step.move()) {
            case TOO_LATE -> mayWait ? tooLate(step.waitNanos()) : tooMany();
            case GONE -> new SinkException.NotGranted(receiver, "it is gone (410)", false);
            case SEND, DENIED, ASK -> denied();
        };
    }

    /** One question for all that come before its answer. Called with the lock held. */
    private Mono<Void> asked() {
        if (asking == null) {
            asking = question.doOnNext(this::answered)
                    .doOnError(this::learn)
                    .doOnTerminate(this::askNoMore)
                    .then()
                    .cache();
        }
        return asking;
    }

    private void answered(Reply reply) {
        synchronized (grant) {
            grant.answered(
                    nanos.getAsLong(),
                    reply.headers().get("WebHook-Allowed-Origin"),
                    reply.headers().get("WebHook-Allowed-Rate"));
            if (reply.status() == 410) {
                grant.gone();
            }
        }
    }

    private void askNoMore() {
        synchronized (grant) {
            asking = null;
        }
    }

    /** What became of the receiver meanwhile may be that it wants nothing more. */
    private Mono<Void> afterTheWait() {
        Grant.Step step;
        synchronized (grant) {
            step = grant.waited(nanos.getAsLong());
        }
        return step.move() == Grant.Move.SEND ? Mono.empty() : Mono.error(refusal(step, true));
    }

    /** Counts it among those that wait until its end, of which the next step is no part. Called with the lock held. */
    private Mono<Void> waiting(Mono<Void> wait) {
        waiting++;
        AtomicBoolean over = new AtomicBoolean();
        Runnable end = () -> {
            if (over.compareAndSet(false, true)) {
                waited();
            }
        };
        return wait.doOnTerminate(end).doOnCancel(end);
    }

    private void waited() {
        synchronized (grant) {
            waiting--;
        }
    }

    private SinkException tooLate(long waitNanos) {
        return new SinkException.Busy(receiver, 429, Duration.ofNanos(waitNanos));
    }

    private SinkException tooMany() {
        return new SinkException.Overloaded(receiver, waitingMax + " deliveries wait for their turn");
    }

    private SinkException denied() {
        return new SinkException.NotGranted(
                receiver, callback ? "it has not called back yet" : "it has not agreed to any", callback);
    }
}
