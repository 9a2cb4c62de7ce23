package dev.sluice.engine;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.function.Function;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** A function that does, from try to try, whatever functions do; tells the ledger when it begins and how it ends. */
final class SimFunction implements Function<CloudEvent, Flux<CloudEvent>> {
    /** Told about every run. */
    interface Ledger {
        void began(String id);

        /** @param well whether it completed in time and was not cancelled */
        void ended(String id, boolean well, int answers);
    }

    static SimWorld world;
    static Ledger ledger;
    static long timeoutNanos;

    @Override
    public Flux<CloudEvent> apply(CloudEvent event) {
        var id = event.getId();
        ledger.began(id);
        if (!world.faults) {
            return new Answering(id, world.random.nextInt(3), false);
        }
        switch (world.random.nextInt(12)) {
            case 0:
                throw over(id, new IllegalStateException("no"));
            case 1:
                throw over(id, new FunctionException.Rejected("never"));
            case 2:
                throw over(id, new FunctionException.Retry("busy", Duration.ofMillis(50)));
            case 3:
                ledger.ended(id, false, 0);
                throw new StackOverflowError();
            case 4:
                ledger.ended(id, false, 0);
                return null;
            case 5:
                ledger.ended(id, true, 0);
                return Flux.empty();
            case 6:
                return new Answering(id, 1, true);
            case 7:
                return new Never(id);
            default:
                return new Answering(id, world.random.nextInt(4), false);
        }
    }

    private static RuntimeException over(String id, RuntimeException why) {
        ledger.ended(id, false, 0);
        return why;
    }

    static String answerId(String id, int n) {
        return "answer-" + id + "-" + n;
    }

    /** Emits on demand at times that the world decides, then completes or fails. */
    private static final class Answering extends Flux<CloudEvent> {
        private final String id;
        private final int answers;
        private final boolean fails;

        Answering(String id, int answers, boolean fails) {
            this.id = id;
            this.answers = answers;
            this.fails = fails;
        }

        @Override
        public void subscribe(CoreSubscriber<? super CloudEvent> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                private final long began = world.nanos();
                private long demand;
                private int emitted;
                private boolean ended;
                private boolean scheduled;

                @Override
                public void request(long n) {
                    demand += n;
                    goOn();
                }

                private void goOn() {
                    if (!scheduled && !ended && (demand > 0 || emitted == answers)) {
                        scheduled = true;
                        if (world.random.nextInt(5) == 0) {
                            world.schedule(
                                    () -> world.later(this::advance), 1 + world.random.nextLong(2 * timeoutNanos));
                        } else {
                            world.later(this::advance);
                        }
                    }
                }

                private void advance() {
                    scheduled = false;
                    if (ended) {
                        return;
                    }
                    if (emitted < answers) {
                        emitted++;
                        demand--;
                        subscriber.onNext(WireEvent.builder()
                                .id(answerId(id, emitted))
                                .source("/sim")
                                .type("answer")
                                .build());
                        goOn();
                        return;
                    }
                    ended = true;
                    var inTime = world.nanos() - began <= timeoutNanos;
                    ledger.ended(id, !fails && inTime, answers);
                    if (fails) {
                        subscriber.onError(new IllegalStateException("failed at last"));
                    } else {
                        subscriber.onComplete();
                    }
                }

                @Override
                public void cancel() {
                    if (!ended) {
                        ended = true;
                        ledger.ended(id, false, emitted);
                    }
                }
            });
        }
    }

    /** Neither emits nor ends. */
    private static final class Never extends Flux<CloudEvent> {
        private final String id;

        Never(String id) {
            this.id = id;
        }

        @Override
        public void subscribe(CoreSubscriber<? super CloudEvent> subscriber) {
            subscriber.onSubscribe(new Subscription() {
                private boolean cancelled;

                @Override
                public void request(long n) {}

                @Override
                public void cancel() {
                    if (!cancelled) {
                        cancelled = true;
                        ledger.ended(id, false, 0);
                    }
                }
            });
        }
    }
}
