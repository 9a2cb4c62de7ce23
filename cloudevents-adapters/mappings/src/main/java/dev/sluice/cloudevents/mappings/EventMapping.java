package dev.sluice.cloudevents.mappings;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.mappings.PayloadReader.Item;
import dev.sluice.cloudevents.mappings.RefusedPayloadException.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a service sends in its own form into CloudEvents, by a table of fields and headers. Knows payloads and no
 * transport: the same mapping serves a webhook and a record of a topic. Immutable; safe for any number of threads.
 *
 * <p>Where the specification's adapters leave something open, this is decided:
 * <ul>
 *   <li>A time that is missing, null or no timestamp becomes the time of receipt; a whole number counts seconds from
 *       1970.
 *   <li>A subject that is missing or empty is left out. What id, source and type are made of must be there.
 *   <li>S3: a notification of n records makes n events. {@code s3.bucket.name} is the bucket's name, which the
 *       specification calls {@code s3.buckets.name}. Records that share an id within one notification, as those of one
 *       request that deletes many objects, are told apart by {@code .2}, {@code .3} and so on behind it. {@code
 *       s3:TestEvent} makes none. The {@code s3:} that some stores write before an event's name is left out.
 *   <li>GitHub: {@code repository_dispatch} and {@code repository_ruleset} have a dot before their action, {@code
 *       status} has its state behind its dot, {@code discussion} has its time where the specification's row has it as a
 *       schema. A webhook without a repository has the organization, or else the sender, as its source; one of {@code
 *       team_add}, which has no action, a type without it. Kinds that the specification does not know become {@code
 *       com.github.<event>[.<action>]}. {@code ping} makes none. The id is that of the delivery, so that a webhook that
 *       GitHub delivers again is the same event.
 * </ul>
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/cloudevents/adapters.md">CloudEvents adapters</a>
 */
public final class EventMapping {
    /** The name of {@link #github}. */
    public static final String GITHUB = "github";
    /** The name of {@link #s3}. */
    public static final String S3 = "s3";

    private static final String JSON = "application/json";
    private static final Pattern TIMESTAMP =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,11}");

    private final String name;
    private final MappingTable table;
    private final PayloadReader reader;
    private final @Nullable HubSignature signature;
    private final EventLimits limits;
    private final InstantSource clock;

    private EventMapping(
            String name,
            MappingTable table,
            EventLimits limits,
            InstantSource clock,
            @Nullable HubSignature signature) {
        this.name = name;
        this.table = table;
        this.reader = new PayloadReader(table, limits);
        this.signature = signature;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Notifications of S3, each of whose records becomes an event.
     *
     * @param limits of an event; also of the payload, and of its number of records
     * @param clock tells the time of receipt
     */
    public static EventMapping s3(EventLimits limits, InstantSource clock) {
        return of(S3, MappingTable.load(S3), limits, clock);
    }

    /**
     * Webhooks of GitHub, each of which becomes one event, or none.
     *
     * @param limits of an event, and of the payload
     * @param clock tells the time of receipt
     * @param secret under which each payload must be signed ({@code X-Hub-Signature-256}); null: signatures are not
     *     checked, and anybody may send
     * @throws IllegalArgumentException when the secret is empty
     */
    public static EventMapping github(EventLimits limits, InstantSource clock, byte @Nullable [] secret) {
        var signature = secret == null ? null : new HubSignature(secret.clone());
        return new EventMapping(GITHUB, MappingTable.load(GITHUB), limits, clock, signature);
    }

    static EventMapping of(String name, MappingTable table, EventLimits limits, InstantSource clock) {
        return new EventMapping(name, table, limits, clock, null);
    }

    /** The same mapping with other limits of an event and of the payload. */
    public EventMapping within(EventLimits others) {
        return new EventMapping(name, table, others, clock, signature);
    }

    /** The names of the mappings there are. */
    public static Set<String> names() {
        return Set.of(GITHUB, S3);
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** Whether one payload may make more than one event. */
    public boolean makesSeveral() {
        return table.records() != null;
    }

    /**
     * The events of a payload: none, one or, if it {@linkplain #makesSeveral may}, several, all of them valid.
     *
     * @param headers the first value of a header by its name, whatever the case; null when there is none. Called with
     *     names as the service writes them
     * @param body the bytes as they came. An event may keep them as its data, so they must not change afterwards
     * @throws RefusedPayloadException when the payload is not signed, is not what the service sends, or passes a limit;
     *     nothing else is thrown, whatever the bytes
     */
    public List<WireEvent> events(Function<String, @Nullable String> headers, byte[] body) {
        if (body.length > limits.eventBytes()) {
            var rule = "the body must not be larger than " + limits.eventBytes() + " bytes";
            throw new RefusedPayloadException(Reason.TOO_LARGE, null, rule);
        }
        if (signature != null) {
            signature.check(headers.apply(HubSignature.HEADER), body);
        }
        requireNoForm(headers.apply("Content-Type"));
        var payload = reader.read(headers, body);
        if (table.makesNothing(payload.fields())) {
            return List.of();
        }
        var array = table.records();
        if (array == null) {
            return List.of(event(payload.fields(), body, null));
        }
        var records = payload.records();
        if (records == null) {
            var rule = "the field " + array + " is missing, or no array";
            throw new RefusedPayloadException(Reason.MALFORMED, array, rule);
        }
        return events(records, body);
    }

    /** GitHub sends a form unless told otherwise, whose parser would only say that it is no JSON. */
    private static void requireNoForm(@Nullable String contentType) {
        if (contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith("application/x-www-form")) {
            throw new RefusedPayloadException(
                    Reason.MEDIA_TYPE,
                    "Content-Type",
                    "the body must be JSON: let the webhook's content type be " + JSON);
        }
    }

    private List<WireEvent> events(List<Item> records, byte[] body) {
        var ids = new HashMap<String, Integer>();
        var events = new ArrayList<WireEvent>(records.size());
        for (var record : records) {
            try {
                // A small event must not keep a large payload in memory.
                events.add(event(record.fields(), Arrays.copyOfRange(body, record.from(), record.end()), ids));
            } catch (RefusedPayloadException refused) {
                throw refused.inRecord(events.size());
            }
        }
        return events;
    }

    /** @param ids how often each id was there before; null when the payload is one event */
    private WireEvent event(Fields fields, byte[] data, @Nullable Map<String, Integer> ids) {
        var row = table.row(fields);
        var id = table.id(fields);
        var times = ids == null ? 1 : ids.merge(id, 1, Integer::sum);
        var subject = row.subject() == null ? null : row.subject().fill(fields);
        try {
            return WireEvent.builder()
                    .id(times == 1 ? id : id + "." + times)
                    .source(table.source(row, fields))
                    .type(table.type(row, fields))
                    .subject(subject == null || subject.isEmpty() ? null : subject)
                    .time(time(row.time() == null ? null : row.time().fill(fields)))
                    .dataContentType(JSON)
                    .data(EventData.json(data, 0, data.length, limits))
                    .build(limits);
        } catch (InvalidEventException invalid) {
            throw RefusedPayloadException.of(invalid);
        }
    }

    private String time(@Nullable String text) {
        try {
            if (text != null && TIMESTAMP.matcher(text).matches()) {
                OffsetDateTime.parse(text);
                return text;
            }
            if (text != null && SECONDS.matcher(text).matches()) {
                return Instant.ofEpochSecond(Long.parseLong(text)).toString();
            }
        } catch (DateTimeException noSuchTime) {
            // As good as missing.
        }
        return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
