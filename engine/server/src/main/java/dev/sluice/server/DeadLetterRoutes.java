package dev.sluice.server;

import dev.sluice.broker.BrokerException;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.deadletters.LetterOrder;
import dev.sluice.deadletters.LetterTopic;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The routes of dead letters and of the jobs that redrive and discard them. */
final class DeadLetterRoutes {
    private static final String TOPICS = "/admin/v1/deadletters";
    private static final String JOBS = "/admin/v1/jobs";
    private static final Pattern OF_TOPIC =
            Pattern.compile(TOPICS + "/([A-Za-z0-9._-]{1,499})(?:/(groups|letter|redrive|discard))?");
    private static final Pattern OF_JOB = Pattern.compile(JOBS + "/([A-Za-z0-9-]{1,40})(/cancel)?");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String READ = "GET, HEAD";
    private static final String CHANGE = "POST";

    private final NodeLetters letters;
    private final AdminJson json;

    DeadLetterRoutes(NodeLetters letters, AdminJson json) {
        this.letters = letters;
        this.json = json;
    }

    /** As the OpenAPI document writes them. */
    static List<String> paths() {
        return List.of(
                TOPICS,
                TOPICS + "/{topic}",
                TOPICS + "/{topic}/groups",
                TOPICS + "/{topic}/letter",
                TOPICS + "/{topic}/redrive",
                TOPICS + "/{topic}/discard",
                JOBS,
                JOBS + "/{id}",
                JOBS + "/{id}/cancel");
    }

    /** As {@code Allow} has them; empty when the path is none of these. */
    static String allows(String path) {
        if (path.equals(TOPICS) || path.equals(JOBS)) {
            return READ;
        }
        var topic = OF_TOPIC.matcher(path);
        if (topic.matches()) {
            return isOrder(topic.group(2)) ? CHANGE : READ;
        }
        var job = OF_JOB.matcher(path);
        return !job.matches() ? "" : job.group(2) == null ? READ : CHANGE;
    }

    private static boolean isOrder(@Nullable String part) {
        return "redrive".equals(part) || "discard".equals(part);
    }

    /** The answer to a GET; empty when the path is none of these. Blocks. */
    Optional<Reply> get(String path, String query) {
        if (path.equals(TOPICS)) {
            return Optional.of(guarded(this::topics));
        }
        if (path.equals(JOBS)) {
            return Optional.of(json.list(letters.desk().jobs()));
        }
        var job = OF_JOB.matcher(path);
        if (job.matches() && job.group(2) == null) {
            return Optional.of(letters.desk().job(job.group(1)).map(json::one).orElseGet(() -> noJob(job.group(1))));
        }
        var topic = OF_TOPIC.matcher(path);
        if (!topic.matches() || isOrder(topic.group(2))) {
            return Optional.empty();
        }
        var part = topic.group(2);
        return Optional.of(at(
                topic.group(1),
                found -> part == null
                        ? json.one(answer(letters.desk().counts(found)))
                        : part.equals("groups") ? groups(found, query) : letter(found, query)));
    }

    private Reply topics() {
        var counts = new ArrayList<Object>();
        for (var name : letters.names()) {
            letters.topic(name)
                    .ifPresent(topic -> counts.add(answer(letters.desk().counts(topic))));
        }
        return json.list(counts);
    }

    private Reply groups(LetterTopic topic, String query) {
        var by = parameter(query, "by").orElse("error");
        return json.one(answer(letters.desk().groups(topic, by)));
    }

    private Reply letter(LetterTopic topic, String query) {
        var which = parameter(query, "id");
        if (which.isEmpty()) {
            return json.problem(400, "Bad Request", "which letter? add ?id=ID, or ?id=PARTITION:OFFSET");
        }
        return letters.desk()
                .show(topic, which.get())
                .timeout(PATIENCE)
                .contextWrite(LateErrors.UNHEARD)
                .blockOptional()
                .map(json::one)
                .orElseGet(() -> json.problem(
                        404, "Not Found", "there is no letter '" + which.get() + "' on topic '" + topic.topic() + "'"));
    }

    private static Optional<String> parameter(String query, String name) {
        for (var part : query.split("&", 20)) {
            if (part.startsWith(name + "=")) {
                return Optional.of(URLDecoder.decode(part.substring(name.length() + 1), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** The answer to a POST; empty when the path takes none. Blocks. */
    Optional<Reply> post(String path, byte[] body) {
        var job = OF_JOB.matcher(path);
        if (job.matches() && job.group(2) != null) {
            return Optional.of(
                    letters.desk().cancel(job.group(1)).map(json::one).orElseGet(() -> noJob(job.group(1))));
        }
        var topic = OF_TOPIC.matcher(path);
        return topic.matches() && isOrder(topic.group(2))
                ? Optional.of(
                        at(topic.group(1), found -> begin(found, topic.group(2).equals("redrive"), body)))
                : Optional.empty();
    }

    private Reply begin(LetterTopic topic, boolean redrive, byte[] body) {
        var request = json.request(body, LetterRequest.class);
        if (request.isEmpty()) {
            var form = "the body must be an object of ids, reasons, triggers, filter, limit, rate, dryRun, edit, to"
                    + " and raw, each of which may be absent";
            return json.problem(400, "Bad Request", form);
        }
        var action = redrive ? LetterOrder.Action.REDRIVE : LetterOrder.Action.DISCARD;
        return json.one(letters.desk().start(topic, request.get().order(action)));
    }

    private Reply at(String name, Function<LetterTopic, Reply> work) {
        return guarded(() -> letters.topic(name).map(work).orElseGet(() -> noTopic(name)));
    }

    private Reply guarded(Supplier<Reply> work) {
        try {
            return work.get();
        } catch (BrokerException failed) {
            return json.problem(failed);
        } catch (DeadLetterDesk.Busy | UnsupportedOperationException busy) {
            return json.problem(409, "Conflict", String.valueOf(busy.getMessage()));
        } catch (IllegalArgumentException wrong) {
            return json.problem(400, "Bad Request", String.valueOf(wrong.getMessage()));
        }
    }

    private static <T> T answer(Mono<T> asked) {
        var answer = asked.timeout(PATIENCE).contextWrite(LateErrors.UNHEARD).block();
        return Objects.requireNonNull(answer, "a look at letters says something");
    }

    private Reply noTopic(String name) {
        var names = letters.names();
        var others = names.isEmpty() ? "there are none" : "there are " + String.join(", ", names);
        return json.problem(
                404, "Not Found", "no trigger puts its dead letters on a topic named '" + name + "'; " + others);
    }

    private Reply noJob(String id) {
        return json.problem(
                404,
                "Not Found",
                "there is no job '" + id + "' on this engine: it keeps the last " + DeadLetterDesk.KEPT_MAX
                        + " of its own");
    }
}
