package dev.sluice.engine;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/** A function of windows that does whatever the seed says: answers, fails, throws, never ends, reads one event only. */
final class SimWindow implements Function<Flux<CloudEvent>, Flux<CloudEvent>> {
    /** Hears what the runs do. */
    interface Ledger {
        void began(List<String> ids);

        /** @param answers what a run that ended well has answered */
        void ended(List<String> ids, boolean well, List<String> answers);
    }

    static SimWorld world;
    static Ledger ledger;
    static long timeoutNanos;

    @Override
    public Flux<CloudEvent> apply(Flux<CloudEvent> window) {
        var ids = new ArrayList<String>();
        window.subscribe(event -> ids.add(event.getId()));
        ledger.began(ids);
        if (!world.faults) {
            return new Run(ids, world.random.nextInt(3), false, false);
        }
        switch (world.random.nextInt(10)) {
            case 0:
                ledger.ended(ids, false, List.of());
                throw new IllegalStateException("no");
            case 1:
                ledger.ended(ids, false, List.of());
                return world.random.nextBoolean() ? null : Flux.error(new FunctionException.Rejected("never"));
            case 2:
                return new Run(ids, world.random.nextInt(3), true, false);
            case 3:
                return new Run(ids, world.random.nextInt(3), false, true);
            case 4:
                ledger.ended(ids, true, List.of());
                return window.take(0);
            default:
                return new Run(ids, world.random.nextInt(4), false, false);
        }
    }

    /** Emits on demand at times that the world decides, then completes, fails or stands still. */
    private static final class Run extends Flux<CloudEvent> {
        private final List<String> ids;
        private final int answers;
        private final boolean fails;
        private final boolean hangs;

        Run(List<String> ids, int answers, boolean fails, boolean hangs) {
            this.ids = ids;
            this.answers = answers;
            this.fails = fails;
            this.hangs = hangs;
        }

        @Override
        public void subscribe(CoreSubscriber<? super CloudEvent> subscriber) {
            var emitted = new ArrayList<String>();
            subscriber.onSubscribe(new Subscription() {
                private long demand;
                private boolean ended;
                private boolean scheduled;

                @Override
                public void request(long n) {
                    demand += n;
                    goOn();
                }

                private void goOn() {
                    if (scheduled || ended || (demand == 0 && emitted.size() < answers)) {
                        return;
                    }
                    scheduled = true;
                    if (world.random.nextInt(5) == 0) {
                        world.running()
                                .schedule(
                                        () -> world.later(this::advance), 1 + world.random.nextLong(2 * timeoutNanos));
                    } else {
                        world.later(this::advance);
                    }
                }

                private void advance() {
                    scheduled = false;
                    if (ended) {
                        return;
                    }
                    if (emitted.size() < answers) {
                        demand--;
                        var id = "answer-" + ids.get(0) + "-" + (emitted.size() + 1);
                        emitted.add(id);
                        subscriber.onNext(WireEvent.builder()
                                .id(id)
                                .source("/sim")
                                .type("answer")
                                .build());
                        goOn();
                    } else if (!hangs) {
                        ended = true;
                        ledger.ended(ids, !fails, List.copyOf(emitted));
                        if (fails) {
                            subscriber.onError(new IllegalStateException("failed in the end"));
                        } else {
                            subscriber.onComplete();
                        }
                    }
                }

                @Override
                public void cancel() {
                    if (!ended) {
                        ended = true;
                        ledger.ended(ids, false, List.of());
                    }
                }
            });
        }
    }
}
