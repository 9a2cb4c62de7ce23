package dev.sluice.server;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sample events of a project: the files {@code events/<topic>.jsonl}, one structured CloudEvent per line.
 *
 * @param events by topic and then by line
 */
record Feed(List<Sample> events) {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);
    private static final String SUFFIX = ".jsonl";
    private static final int EVENTS_MAX = 10_000;
    private static final long FILE_BYTES_MAX = 64L << 20;

    Feed {
        events = List.copyOf(events);
    }

    /** An event and the topic that it is for. */
    record Sample(String topic, WireEvent event) {}

    /** A file that can't be fed; the message names file, line and rule. */
    static final class InvalidFeedException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidFeedException(List<String> mistakes) {
            super(String.join("\n", mistakes), null, false, false);
        }
    }

    /**
     * Reads the folder's samples; none when there is no such folder. Blocks.
     *
     * @throws InvalidFeedException with every line that is no event
     */
    static Feed read(Path folder) throws InvalidFeedException {
        var samples = new ArrayList<Sample>();
        var mistakes = new ArrayList<String>();
        for (var file : files(folder, mistakes)) {
            readFile(file, samples, mistakes);
        }
        if (samples.size() > EVENTS_MAX) {
            mistakes.add(folder + " holds " + samples.size() + " events: at most " + EVENTS_MAX + " are fed");
        }
        if (!mistakes.isEmpty()) {
            throw new InvalidFeedException(mistakes);
        }
        return new Feed(samples);
    }

    private static List<Path> files(Path folder, List<String> mistakes) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var entries = Files.list(folder)) {
            return entries.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            mistakes.add(folder + " can't be listed: " + e);
            return List.of();
        }
    }

    private static void readFile(Path file, List<Sample> samples, List<String> mistakes) {
        var name = String.valueOf(file.getFileName());
        var topic = name.substring(0, name.length() - SUFFIX.length());
        var format = new JsonEventFormat(EventLimits.DEFAULT);
        var number = 0;
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                mistakes.add(file + " is over 64 MiB");
                return;
            }
            for (var line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank()) {
                    var bytes = line.getBytes(StandardCharsets.UTF_8);
                    samples.add(new Sample(topic, format.read(bytes, 0, bytes.length)));
                }
            }
        } catch (InvalidEventException e) {
            mistakes.add(file + ":" + number + ": " + e.getMessage());
        } catch (IOException e) {
            mistakes.add(file + " can't be read: " + e);
        }
    }

    /** The first sample. */
    Optional<Sample> first() {
        return events.stream().findFirst();
    }

    /**
     * Publishes the samples one after another. Completes after the last one, errors never: what a topic refuses is
     * logged.
     *
     * @param pace the pause before each
     * @param rounds how often; from the second on the ids get a suffix. 0: without end
     */
    Mono<Void> publish(Topics topics, Duration pace, int rounds) {
        if (events.isEmpty()) {
            return Mono.empty();
        }
        return Flux.range(1, rounds == 0 ? Integer.MAX_VALUE : rounds)
                .concatMap(
                        round -> Flux.fromIterable(events)
                                .concatMap(sample -> Mono.delay(pace).then(publish(topics, sample, round)), 1),
                        1)
                .then();
    }

    private static Mono<Void> publish(Topics topics, Sample sample, int round) {
        var sink = topics.sink(sample.topic());
        if (sink == null) {
            LOG.warn(
                    "no manifest names topic '{}': event '{}' is not fed",
                    sample.topic(),
                    sample.event().getId());
            return Mono.empty();
        }
        var event = round == 1
                ? sample.event()
                : sample.event().toBuilder()
                        .id(sample.event().getId() + "-" + round)
                        .build();
        return sink.publish(event, null).onErrorResume(error -> {
            LOG.warn("event '{}' was not fed: {}", event.getId(), error.getMessage());
            return Mono.empty();
        });
    }
}
