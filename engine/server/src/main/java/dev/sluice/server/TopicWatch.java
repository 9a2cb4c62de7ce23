package dev.sluice.server;

import dev.sluice.engine.Engine;
import dev.sluice.engine.TriggerStatus;
import dev.sluice.server.manifest.TopicRef;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Help.Ansi;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/** Shows what comes onto the topics of a node and what fails in it, a line each. A slow terminal misses lines. */
final class TopicWatch implements Disposable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final Duration FAILURES_EVERY = Duration.ofMillis(500);
    private static final int PREFETCH = 64;
    private static final int WIDTH_MAX = 32;

    private final PrintWriter out;
    private final EventLine line;
    private final ZoneId zone = ZoneId.systemDefault();
    private final Map<String, Long> failed = new HashMap<>();
    private final Disposable.Composite running = Disposables.composite();
    private final List<Mono<Void>> places = new ArrayList<>();

    private TopicWatch(PrintWriter out, EventLine line) {
        this.out = out;
        this.line = line;
    }

    /** Watches from now on, or from when a topic's cluster is there, until disposed. */
    static TopicWatch start(Node node, PrintWriter out, Ansi ansi) {
        var topics = node.topics().all();
        var width =
                topics.stream().mapToInt(topic -> topic.name().length()).max().orElse(0);
        var watch = new TopicWatch(out, new EventLine(ansi, Math.min(width, WIDTH_MAX)));
        topics.forEach(topic -> watch.running.add(watch.topic(node.topics(), topic)));
        watch.running.add(watch.failures(node.engine()));
        return watch;
    }

    /** Completes once every topic is watched, or can't be: what comes after that is shown. */
    Mono<Void> watching() {
        return Mono.when(places);
    }

    @Override
    public void dispose() {
        running.dispose();
    }

    private Disposable topic(Topics topics, TopicRef topic) {
        var placed = Sinks.<Void>empty();
        places.add(placed.asMono());
        return topics.opened(topic)
                .thenMany(topics.tail(topic, Map.of()).doOnSubscribe(has -> placed.tryEmitEmpty()))
                .doOnTerminate(placed::tryEmitEmpty)
                .publishOn(Schedulers.boundedElastic(), PREFETCH)
                .doOnNext(seen -> out.println(line.event(LocalTime.now(zone), topic.name(), seen.event())))
                .onErrorResume(error -> {
                    LOG.debug("topic '{}' is not shown any more: {}", topic.name(), error.toString());
                    return Mono.empty();
                })
                .subscribe();
    }

    private Disposable failures(Engine engine) {
        return Flux.interval(FAILURES_EVERY, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .concatMap(tick -> Mono.fromRunnable(() -> engine.triggers().forEach(this::tellFailures)), 1)
                .subscribe();
    }

    private void tellFailures(TriggerStatus trigger) {
        // A failure that became a dead letter is seen on its topic.
        var open = trigger.failed() - trigger.deadLettered();
        var more = open - failed.getOrDefault(trigger.name(), 0L);
        failed.put(trigger.name(), open);
        if (more > 0) {
            var waiting = trigger.waiting() == 0 ? "" : ", " + trigger.waiting() + " wait for the next try";
            var detail = trigger.detail().isEmpty() ? "" : ": " + trigger.detail();
            out.println(line.failure(
                    LocalTime.now(zone),
                    trigger.function(),
                    more + (more == 1 ? " try" : " tries") + " failed (" + trigger.name() + ")" + waiting + detail));
        }
    }
}
