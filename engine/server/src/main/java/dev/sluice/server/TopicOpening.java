package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Opens the topics of one broker in the background: asks for all that are closed, and again after a pause that grows from
 * 250 ms to 5 s, until all are there. What keeps them closed is logged once, again when it changes, and once a minute.
 */
final class TopicOpening {
    private static final Logger LOG = LoggerFactory.getLogger(TopicOpening.class);
    private static final Duration PAUSE_MIN = Duration.ofMillis(250);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);
    private static final Duration SAY_AGAIN_AFTER = Duration.ofSeconds(10);
    private static final Duration REMIND_AFTER = Duration.ofMinutes(1);
    private static final int AT_ONCE = 8;

    private final Broker broker;
    private final List<TopicGate> gates;
    private final Runnable onOpen;

    // The rounds come one after another, so what follows needs no lock.
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
                .subscribe(done -> tellOpen(), error -> LOG.error("topics of broker '{}'", broker.name(), error));
    }

    private Duration pause() {
        var doubled = PAUSE_MIN.multipliedBy(1L << Math.min(10, rounds++));
        return doubled.compareTo(PAUSE_MAX) < 0 ? doubled : PAUSE_MAX;
    }

    /** Asks for what is closed; empty when something still is. */
    private Mono<Boolean> round() {
        return Flux.fromIterable(gates)
                .filter(gate -> !gate.isOpen())
                .flatMap(this::ensure, AT_ONCE)
                .then()
                // Whatever is transient is the cluster's: the other topics would fail the same way.
                .onErrorResume(error -> Mono.fromRunnable(() -> closed(List.copyOf(gates), error)))
                .then(Mono.defer(() -> gates.stream().allMatch(TopicGate::isOpen) ? Mono.just(true) : Mono.empty()));
    }

    private Mono<Void> ensure(TopicGate gate) {
        return Mono.defer(() -> broker.ensureTopic(gate.topic().name()))
                .timeout(ANSWER_PATIENCE)
                .publishOn(Schedulers.boundedElastic())
                .then(Mono.<Void>fromRunnable(() -> {
                    gate.open();
                    onOpen.run();
                }))
                .onErrorResume(
                        BrokerException.Refused.class,
                        refused -> Mono.fromRunnable(() -> {
                            closed(List.of(gate), refused);
                        }));
    }

    private synchronized void closed(List<TopicGate> which, Throwable error) {
        var reason = reason(error);
        var changed = false;
        for (var gate : which) {
            changed |= !gate.isOpen() && gate.closedBecause(reason);
        }
        var now = System.nanoTime();
        var quiet = changed ? SAY_AGAIN_AFTER : REMIND_AFTER;
        if (!said || now - saidNanos > quiet.toNanos()) {
            said = true;
            saidNanos = now;
            var closed = gates.stream().filter(gate -> !gate.isOpen()).count();
            LOG.warn(
                    "{} of {} topics of broker '{}' are not open, and tried again in the background: {}",
                    closed,
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

    private static String reason(Throwable error) {
        return error instanceof TimeoutException
                ? "no answer within " + ANSWER_PATIENCE.toSeconds() + " s"
                : String.valueOf(error.getMessage());
    }
}
