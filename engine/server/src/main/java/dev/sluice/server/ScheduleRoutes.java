package dev.sluice.server;

import dev.sluice.server.NodeSchedules.Found;
import dev.sluice.trigger.schedule.Scheduler;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The routes of schedules: what they are about to do, and what they are told to. */
final class ScheduleRoutes {
    static final String COLLECTION = "/admin/v1/schedules";

    private static final Pattern COMMAND =
            Pattern.compile(COLLECTION + "/([A-Za-z0-9._-]{1,249})/(run|backfill|pause|resume)");
    private static final String PREFIX = COLLECTION + "/{name}/";
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    private final NodeSchedules schedules;
    private final AdminJson json;

    ScheduleRoutes(NodeSchedules schedules, AdminJson json) {
        this.schedules = schedules;
        this.json = json;
    }

    /** As the OpenAPI document writes them, but for the collection's own. */
    static List<String> paths() {
        return List.of(PREFIX + "run", PREFIX + "backfill", PREFIX + "pause", PREFIX + "resume");
    }

    /** As {@code Allow} has them; empty when the path is none of these. */
    static String allows(String path) {
        return COMMAND.matcher(path).matches() ? "POST" : "";
    }

    /** All by name. Blocks. */
    Map<String, Object> items() {
        var items = new LinkedHashMap<String, Object>();
        answer(schedules.statuses()).forEach(status -> items.put(status.name(), status));
        return items;
    }

    /** The answer to a POST; empty when the path takes none. Blocks. */
    Optional<Reply> post(String path, byte[] body) {
        var match = COMMAND.matcher(path);
        if (!match.matches()) {
            return Optional.empty();
        }
        var found = schedules.find(match.group(1));
        if (found == null) {
            return Optional.of(json.problem(404, "Not Found", "there is no schedule named '" + match.group(1) + "'"));
        }
        return Optional.of(
                switch (match.group(2)) {
                    case "run" ->
                        json.one(new Ran(
                                found.schedule().name(),
                                answer(found.scheduler().runNow(found.schedule()))));
                    case "pause" ->
                        json.one(new Paused(
                                found.schedule().name(),
                                true,
                                answer(found.scheduler().pause(found.schedule()))));
                    case "resume" ->
                        json.one(new Paused(
                                found.schedule().name(),
                                false,
                                answer(found.scheduler().resume(found.schedule()))));
                    default -> backfill(found, body);
                });
    }

    private Reply backfill(Found found, byte[] body) {
        var request = json.request(body, BackfillRequest.class);
        var from = request.map(BackfillRequest::from).flatMap(ScheduleRoutes::time);
        var to = request.map(BackfillRequest::to).flatMap(ScheduleRoutes::time);
        if (request.isEmpty() || from.isEmpty() || to.isEmpty() || !from.get().isBefore(to.get())) {
            return json.problem(
                    400,
                    "Bad Request",
                    "the body must be {\"from\": …, \"to\": …, \"dryRun\": true}; from and to must be times such as"
                            + " 2026-01-31T06:00:00Z, from before to");
        }
        List<Instant> times;
        try {
            times = Scheduler.times(found.schedule(), from.get(), to.get());
        } catch (IllegalArgumentException tooMany) {
            return json.problem(400, "Bad Request", String.valueOf(tooMany.getMessage()));
        }
        var dry = Boolean.TRUE.equals(request.get().dryRun());
        var stored = dry ? 0 : answer(found.scheduler().backfill(found.schedule(), times));
        return json.one(new Backfilled(found.schedule().name(), dry, stored, times));
    }

    private static Optional<Instant> time(@Nullable String text) {
        try {
            return text == null
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException none) {
            return Optional.empty();
        }
    }

    private static <T> T answer(Mono<T> asked) {
        return Objects.requireNonNull(
                asked.timeout(PATIENCE).contextWrite(LateErrors.UNHEARD).block(), "a command has an answer");
    }

    /**
     * What was stored by hand.
     *
     * @param id of the event
     */
    record Ran(String schedule, String id) {}

    /**
     * Whether a schedule is paused.
     *
     * @param changed whether it was otherwise before
     */
    record Paused(String schedule, boolean paused, boolean changed) {}

    /**
     * What is asked of a backfill.
     *
     * @param from the first time
     * @param to before which the last one is
     * @param dryRun only tells which times these are; false if absent
     */
    record BackfillRequest(
            @Nullable String from,
            @Nullable String to,
            @Nullable Boolean dryRun) {}

    /**
     * Planned times whose events were stored.
     *
     * @param events how many were stored: none of a dry run
     */
    record Backfilled(String schedule, boolean dryRun, int events, List<Instant> times) {}
}
