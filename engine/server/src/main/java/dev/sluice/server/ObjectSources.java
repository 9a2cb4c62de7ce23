package dev.sluice.server;

import dev.sluice.server.manifest.TopicRef;
import dev.sluice.server.manifest.TriggerManifest;
import dev.sluice.trigger.object.ObjectReading;
import dev.sluice.trigger.object.ObjectStatus;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

/** The sources of the node's object triggers, which run until it is closed. */
final class ObjectSources {
    private static final Logger LOG = LoggerFactory.getLogger(ObjectSources.class);
    private static final Duration AGAIN_MIN = Duration.ofSeconds(1);
    private static final Duration AGAIN_MAX = Duration.ofSeconds(30);

    private final Scheduler threads = ObjectReading.threads();
    private final Disposable.Composite running = Disposables.composite();
    private final Map<String, ObjectReading> readings = new LinkedHashMap<>();

    /** Begins with those whose topics are there, and with the others when theirs are. */
    static ObjectSources start(List<TriggerManifest> triggers, Topics topics, MeterRegistry registry) {
        var sources = new ObjectSources();
        var byBroker = new LinkedHashMap<String, List<ObjectReading>>();
        var opened = new HashMap<ObjectReading, Mono<Void>>();
        for (var trigger : triggers) {
            var objects = trigger.objects();
            var reading = trigger.reading();
            if (objects != null && reading != null) {
                var broker = reading.topic().broker();
                var source = sources.reading(objects, reading.topic(), topics, registry);
                byBroker.computeIfAbsent(broker, name -> new ArrayList<>()).add(source);
                opened.put(source, topics.opened(reading.topic()));
            }
        }
        byBroker.forEach((broker, ofBroker) -> sources.run(broker, topics, ofBroker, opened));
        return sources;
    }

    private ObjectReading reading(
            TriggerManifest.Objects objects, TopicRef topic, Topics topics, MeterRegistry registry) {
        var sink = topics.sink(topic);
        IntSupplier max = () -> sink.sizeMaxBytes() - DeadLetterRoom.EXTRA_BYTES;
        var inMemory = topics.isInMemory(topic);
        var folder = objects.folder();
        var reading = folder == null
                ? ObjectReading.of(
                        objects.spec(), Objects.requireNonNull(objects.bucket()), max, inMemory, threads, registry)
                : ObjectReading.of(objects.spec(), folder, max, inMemory, threads, registry);
        readings.put(reading.trigger(), reading);
        return reading;
    }

    private void run(
            String broker, Topics topics, List<ObjectReading> ofBroker, Map<ObjectReading, Mono<Void>> opened) {
        running.add(Mono.defer(() -> ObjectReading.run(
                        topics.broker(broker).control(), ofBroker, source -> opened.getOrDefault(source, Mono.empty())))
                .retryWhen(Retry.backoff(Long.MAX_VALUE, AGAIN_MIN)
                        .maxBackoff(AGAIN_MAX)
                        .doBeforeRetry(signal -> LOG.warn(
                                "the object triggers of broker '{}' can't share their work out, and try again: {}",
                                broker,
                                String.valueOf(signal.failure().getMessage()))))
                .contextWrite(LateErrors.UNHEARD)
                .subscribe(nothing -> {}, error -> LOG.error("object triggers of broker '{}'", broker, error)));
    }

    /** How far each is, by its trigger's name. */
    Map<String, ObjectStatus> status() {
        var all = new LinkedHashMap<String, ObjectStatus>();
        readings.forEach((trigger, reading) -> all.put(trigger, reading.status()));
        return all;
    }

    /** Looks no more; what is being stored is stored, or is not. Idempotent. */
    void close() {
        running.dispose();
        threads.dispose();
    }
}
