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
        /**
         * A run of the event begins on an engine.
         *
         * @return what the run is known by
         */
        Object began(SimLoop home, String id);

        /** @param well whether it completed in time and was not cancelled */
        void ended(Object run, boolean well, int answers);
    }

    /** The world that a thread simulates, in which its functions find themselves. */
    private static final ThreadLocal<Place> HERE = new ThreadLocal<>();

    private record Place(SimWorld world, Ledger ledger, long timeoutNanos) {}

    private SimWorld world;
    private Ledger ledger;
    private long timeoutNanos;

    /** Functions that this thread runs from now on belong to the world. */
    static void in(SimWorld world, Ledger ledger, long timeoutNanos) {
        HERE.set(new Place(world, ledger, timeoutNanos));
    }

    @Override
    public Flux<CloudEvent> apply(CloudEvent event) {
        if (world == null) {
            var here = HERE.get();
            world = here.world();
            ledger = here.ledger();
            timeoutNanos = here.timeoutNanos();
        }
        var id = event.getId();
        var home = world.running();
        var run = ledger.began(home, id);
        if (!world.faults) {
            return new Answering(home, run, id, world.random.nextInt(3), false);
        }
        switch (world.random.nextInt(12)) {
            case 0:
                throw over(run, new SimFault("no"));
            case 1:
                throw over(run, new FunctionException.Rejected("never"));
            case 2:
                throw over(run, new FunctionException.Retry("busy", Duration.ofMillis(50)));
            case 3:
                ledger.ended(run, false, 0);
                throw new StackOverflowError();
            case 4:
                ledger.ended(run, false, 0);
                return null;
            case 5:
                ledger.ended(run, true, 0);
                return Flux.empty();
            case 6:
                return new Answering(home, run, id, 1, true);
            case 7:
                return new Never(run);
            default:
                return new Answering(home, run, id, world.random.nextInt(4), false);
        }
    }

    private RuntimeException over(Object run, RuntimeException why) {
        ledger.ended(run, false, 0);
        return why;
    }

    static String answerId(String id, int n) {
        return "answer-" + id + "-" + n;
    }

    /** Emits on demand at times that the world decides, then completes or fails. */
    private final class Answering extends Flux<CloudEvent> {
        private final SimLoop home;
        private final Object run;
        private final String id;
        private final int answers;
        private final boolean fails;

        Answering(SimLoop home, Object run, String id, int answers, boolean fails) {
            this.home = home;
            this.run = run;
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
                            home.schedule(
                                    () -> world.later(this::advance), 1 + world.random.nextLong(2 * timeoutNanos));
                        } else {
                            world.later(this::advance);
                        }
                    }
                }

                private void advance() {
                    scheduled = false;
                    if (ended || home.isKilled()) {
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
                    ledger.ended(run, !fails && inTime, answers);
                    if (fails) {
                        subscriber.onError(new SimFault("failed at last"));
                    } else {
                        subscriber.onComplete();
                    }
                }

                @Override
                public void cancel() {
                    if (!ended) {
                        ended = true;
                        ledger.ended(run, false, emitted);
                    }
                }
            });
        }
    }

    /** Neither emits nor ends. */
    private final class Never extends Flux<CloudEvent> {
        private final Object run;

        Never(Object run) {
            this.run = run;
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
                        ledger.ended(run, false, 0);
                    }
                }
            });
        }
    }
}
