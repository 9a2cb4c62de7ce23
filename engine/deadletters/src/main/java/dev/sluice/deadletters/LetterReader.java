package dev.sluice.deadletters;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Looks at dead letters and changes nothing. */
final class LetterReader {
    /** How long a look through a topic may take; what it saw by then is told. */
    static final Duration LOOK_MAX = Duration.ofSeconds(8);

    static final Set<String> GROUPS_BY = Set.of("error", "reason", "trigger", "function", "type");
    private static final int GROUPS_MAX = 1_000;
    private static final int PREFETCH = 256;
    /** Offsets without a record that a look for the oldest letter passes by. */
    private static final int HOLES = 16;

    private static final JsonMapper JSON = new JsonMapper();

    private final LetterTopic topic;
    private final Scheduler scheduler;
    private final JsonEventFormat format = new JsonEventFormat();

    LetterReader(LetterTopic topic, Scheduler scheduler) {
        this.topic = topic;
        this.scheduler = scheduler;
    }

    private record Now(TopicStatus status, Marks marks) {
        private Map<Integer, Long> firstOpen() {
            var first = new HashMap<Integer, Long>();
            status.partitions()
                    .forEach(partition -> first.put(
                            partition.partition(), marks.firstOpen(partition.partition(), partition.start())));
            return first;
        }

        private long count(Mark mark) {
            return status.partitions().stream()
                    .mapToLong(partition -> marks.count(mark, partition.partition(), partition.start()))
                    .sum();
        }
    }

    private Mono<Now> now() {
        return Mono.zip(
                        topic.broker().topics(),
                        topic.broker().identity(topic.topic()),
                        topic.control().read(topic.session()))
                .flatMap(found -> Mono.justOrEmpty(found.getT1().stream()
                                .filter(status -> status.topic().equals(topic.topic()))
                                .findFirst())
                        .map(status -> new Now(status, Marks.of(found.getT3(), found.getT2()))))
                .switchIfEmpty(Mono.error(() -> new BrokerException.Refused(
                        topic.broker().name(), "there is no topic '" + topic.topic() + "'", null)));
    }

    Mono<LetterCounts> counts() {
        return now().flatMap(now -> {
            var redriven = now.count(Mark.REDRIVEN);
            var discarded = now.count(Mark.DISCARDED);
            var open = Math.max(0, now.status().events() - redriven - discarded);
            return oldest(now, open)
                    .map(oldest ->
                            new LetterCounts(topic.topic(), topic.broker().name(), open, redriven, discarded, oldest))
                    .defaultIfEmpty(
                            new LetterCounts(topic.topic(), topic.broker().name(), open, redriven, discarded, null));
        });
    }

    private Mono<Instant> oldest(Now now, long open) {
        if (open == 0) {
            return Mono.empty();
        }
        var from = now.firstOpen();
        var to = new HashMap<Integer, Long>();
        from.forEach((partition, offset) -> to.put(partition, offset + HOLES));
        return topic.broker()
                .read(topic.topic(), ReadRange.from(from).to(to))
                .filter(letter -> isOpen(now, letter))
                .map(StoredEvent::arrived)
                .reduce((one, other) -> one.isBefore(other) ? one : other)
                .timeout(LOOK_MAX, Mono.empty());
    }

    private static boolean isOpen(Now now, StoredEvent letter) {
        return now.marks().of(letter.partition(), letter.offset()) == Mark.OPEN;
    }

    Mono<LetterGroups> groups(String by) {
        return now().flatMap(now -> {
            var groups = new LinkedHashMap<String, LetterGroups.Group>();
            var scanned = new AtomicLong();
            var ended = new AtomicBoolean();
            return topic.broker()
                    .read(topic.topic(), ReadRange.from(now.firstOpen()))
                    .publishOn(scheduler, PREFETCH)
                    .doOnComplete(() -> ended.set(true))
                    .takeUntilOther(Mono.delay(LOOK_MAX))
                    .filter(letter -> isOpen(now, letter))
                    .doOnNext(letter -> {
                        scanned.incrementAndGet();
                        add(groups, valueOf(letter, by), letter);
                    })
                    .then(Mono.fromSupplier(() -> new LetterGroups(
                            by,
                            scanned.get(),
                            ended.get(),
                            groups.values().stream()
                                    .sorted(Comparator.comparingLong(LetterGroups.Group::count)
                                            .reversed())
                                    .toList())));
        });
    }

    private static String valueOf(StoredEvent letter, String by) {
        var value = WireEvent.textOf(letter.event(), by.equals("type") ? "type" : "dl" + by);
        return value == null ? "" : value;
    }

    private static void add(Map<String, LetterGroups.Group> groups, String value, StoredEvent letter) {
        var kept = groups.containsKey(value) || groups.size() < GROUPS_MAX ? value : "(others)";
        groups.compute(
                kept,
                (key, group) -> new LetterGroups.Group(
                        kept,
                        group == null ? 1 : group.count() + 1,
                        group == null ? Places.of(letter) : group.place(),
                        group == null ? letter.event().getId() : group.id()));
    }

    /** The letter of that id or at that place, as JSON; empty when there is none. */
    Mono<ObjectNode> show(String idOrPlace) {
        var place = Places.range(idOrPlace);
        return now().flatMap(now -> {
            var at = place.map(range -> topic.broker().read(topic.topic(), range));
            var byId = topic.broker()
                    .read(topic.topic(), ReadRange.ALL)
                    .filter(letter -> letter.event().getId().equals(idOrPlace));
            return at.orElse(Flux.empty())
                    .next()
                    .switchIfEmpty(byId.next().timeout(LOOK_MAX, Mono.error(() -> tooLong())))
                    .publishOn(scheduler)
                    .map(letter -> json(letter, now.marks()));
        });
    }

    private BrokerException tooLong() {
        return new BrokerException.Unavailable(
                topic.broker().name(),
                "the letter was not found within " + LOOK_MAX.toSeconds() + " s; name it by PARTITION:OFFSET",
                null);
    }

    private ObjectNode json(StoredEvent letter, Marks marks) {
        var event = letter.event();
        var json = JSON.createObjectNode()
                .put("topic", topic.topic())
                .put("partition", letter.partition())
                .put("offset", letter.offset())
                .put("arrived", letter.arrived().toString())
                .put("key", letter.key())
                .put("state", marks.of(letter.partition(), letter.offset()).name());
        try {
            json.set("event", JSON.readTree(format.write(event instanceof RawEvent raw ? raw.view() : event)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("an event was written as JSON that can't be read", unreadable);
        }
        if (event instanceof RawEvent raw) {
            json.set("record", record(raw));
        }
        return json;
    }

    private static ObjectNode record(RawEvent raw) {
        var record = JSON.createObjectNode().put("problem", raw.problem());
        put(record, "key", raw.key());
        put(record, "value", raw.value());
        var headers = record.putArray("headers");
        for (var header : raw.headers()) {
            put(headers.addObject().put("name", header.name()), "value", header.value());
        }
        return record;
    }

    private static void put(ObjectNode to, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            to.putNull(name);
        } else {
            to.put(name, bytes); // as Base64
        }
    }

    /** What can be asked for by {@link #groups}. */
    static List<String> groupsBy() {
        return GROUPS_BY.stream().sorted().toList();
    }
}
