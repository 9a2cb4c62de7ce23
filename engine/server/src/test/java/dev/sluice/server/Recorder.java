package dev.sluice.server;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntPredicate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A function that keeps what it was given, under the {@code log} of its configuration, and does with it what that says:
 *
 * <ul>
 *   <li>{@code fail}: fails on its runs of these numbers, {@code first N}, {@code fibonacci} or {@code all}
 *   <li>{@code reject}: refuses each event with these words
 *   <li>{@code never}: never answers
 *   <li>{@code null}: answers null
 *   <li>{@code answer}: answers with an event of this type, and {@code pad} as many bytes of data
 * </ul>
 */
public final class Recorder implements Function<CloudEvent, Flux<CloudEvent>> {
    private static final Map<String, List<CloudEvent>> TRIED = new ConcurrentHashMap<>();
    private static final Map<String, List<CloudEvent>> DONE = new ConcurrentHashMap<>();
    private static final Map<String, AtomicInteger> RUNS = new ConcurrentHashMap<>();

    private final FunctionConfig config;
    private final String log;

    public Recorder(FunctionConfig config) {
        this.config = config;
        log = config.require("log");
    }

    /** What it was given, try by try. */
    static List<CloudEvent> tried(String log) {
        return TRIED.computeIfAbsent(log, name -> new CopyOnWriteArrayList<>());
    }

    /** What it has not failed on. */
    static List<CloudEvent> done(String log) {
        return DONE.computeIfAbsent(log, name -> new CopyOnWriteArrayList<>());
    }

    static List<String> doneIds(String log) {
        return done(log).stream().map(CloudEvent::getId).toList();
    }

    @Override
    public Flux<CloudEvent> apply(CloudEvent event) {
        tried(log).add(event);
        var run = RUNS.computeIfAbsent(log, name -> new AtomicInteger()).incrementAndGet();
        if (fails().test(run)) {
            return Flux.error(new IllegalStateException("run " + run + " fails"));
        }
        if (config.find("reject").isPresent()) {
            return Flux.error(new FunctionException.Rejected(config.require("reject")));
        }
        if (config.find("never").isPresent()) {
            return Flux.never();
        }
        if (config.find("null").isPresent()) {
            return null;
        }
        done(log).add(event);
        return config.find("answer").map(type -> answer(event, type)).orElse(Flux.empty());
    }

    private Flux<CloudEvent> answer(CloudEvent event, String type) {
        var pad = Integer.parseInt(config.find("pad").orElse("0"));
        return Mono.<CloudEvent>just(CloudEventBuilder.v1(event)
                        .withType(type)
                        .withData("text/plain", "x".repeat(pad).getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                        .build())
                .flux();
    }

    private IntPredicate fails() {
        var fail = config.find("fail").orElse("first 0");
        if (fail.equals("all")) {
            return run -> true;
        }
        if (fail.equals("fibonacci")) {
            return run -> Arrays.asList(1, 2, 3, 5, 8, 13, 21, 34).contains(run);
        }
        var first = Integer.parseInt(fail.substring("first ".length()));
        return run -> run <= first;
    }
}
