package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Broker.Health;
import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * Opens the topics of one broker in the background: asks for all that are closed, and again after a pause that grows
 * from 250 ms to 5 s, until all are there. What keeps them closed is logged once, again when it changes, and once a
 * minute.
 */
final class TopicOpening {
    private static final Logger LOG = LoggerFactory.getLogger(TopicOpening.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(250);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration HEALTH_PATIENCE = Duration.ofSeconds(5);
    /** Longer than a broker's own, whose error says more. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(20);

    private static final Duration SAY_AGAIN_AFTER = Duration.ofSeconds(10);
    private static final Duration REMIND_AFTER = Duration.ofMinutes(1);
    private static final int AT_ONCE = 8;

    private final Broker broker;
    private final List<TopicGate> gates;
    private final Runnable onOpen;
    private final Sinks.Empty<Void> tried = Sinks.empty();

    // Rounds come one after another; within one, answers come on several threads.
    private long rounds;
    private long saidNanos;
    private boolean said;

    /** @param onOpen called after each topic that was opened, in a thread that may block */
    TopicOpening(Broker broker, List<TopicGate> gates, Runnable onOpen) {
        this.broker = broker;
        this.gates = List.copyOf(gates);
        this.onOpen = onOpen;
    }

    /** Begins; disposing gives up. */
    Disposable start() {
        return Mono.defer(this::round)
                .repeatWhenEmpty(rounds -> rounds.concatMap(round -> Mono.delay(pause()), 1))
                .contextWrite(LateErrors.UNHEARD)
                .subscribe(done -> tellOpen(), error -> LOG.error("topics of broker '{}'", broker.name(), error));
    }

    /** Completes once all were asked for, whether or not they were opened. */
    Mono<Void> tried() {
        return tried.asMono();
    }

    private Duration pause() {
        var doubled = PAUSE_MIN.multipliedBy(1L << Math.min(10, rounds++));
        return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    }

    /**
     * Asks for what is closed; empty when something still is. A cluster that is away says so quicker than its topics.
     */
    private Mono<Boolean> round() {
        return broker.health()
                .timeout(HEALTH_PATIENCE, Mono.just(new Health(false, "no answer")))
                .flatMap(health -> health.up() ? ensureAll() : Mono.fromRunnable(() -> closed(gates, health.detail())))
                .onErrorResume(error -> Mono.fromRunnable(() -> closed(gates, String.valueOf(error.getMessage()))))
                .then(Mono.defer(() -> {
                    tried.tryEmitEmpty();
                    return gates.stream().allMatch(TopicGate::isOpen) ? Mono.just(true) : Mono.empty();
                }));
    }

    private Mono<Void> ensureAll() {
        return Flux.fromIterable(gates)
                .filter(gate -> !gate.isOpen())
                .flatMap(this::ensure, AT_ONCE)
                .then();
    }

    private Mono<Void> ensure(TopicGate gate) {
        return Mono.defer(() -> broker.ensureTopic(gate.topic().name()))
                .timeout(
                        ANSWER_PATIENCE,
                        Mono.error(() -> new BrokerException.Unavailable(
                                broker.name(), "no answer within " + ANSWER_PATIENCE.toSeconds() + " s", null)))
                .publishOn(Schedulers.boundedElastic())
                .then(Mono.<Void>fromRunnable(() -> {
                    gate.open();
                    onOpen.run();
                }))
                .onErrorResume(
                        error -> Mono.fromRunnable(() -> closed(List.of(gate), String.valueOf(error.getMessage()))));
    }

    private synchronized void closed(List<TopicGate> which, String reason) {
        var changed = false;
        for (var gate : which) {
            changed |= !gate.isOpen() && gate.closedBecause(reason);
        }
        var now = System.nanoTime();
        var quiet = changed ? SAY_AGAIN_AFTER : REMIND_AFTER;
        if (!said || now - saidNanos > quiet.toNanos()) {
            said = true;
            saidNanos = now;
            var closed = gates.stream().filter(gate -> !gate.isOpen()).toList();
            LOG.warn(
                    "{} of {} topics of broker '{}' are not open, and tried again in the background: {}",
                    closed.size(),
                    gates.size(),
                    broker.name(),
                    reason);
        }
    }

    private synchronized void tellOpen() {
        if (said) {
            LOG.info("all {} topics of broker '{}' are open", gates.size(), broker.name());
        }
    }
}
