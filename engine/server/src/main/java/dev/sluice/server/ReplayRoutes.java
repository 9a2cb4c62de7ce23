package dev.sluice.server;

import dev.sluice.broker.BrokerException;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.server.manifest.TriggerManifest;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The routes that begin to compare a function's answers with those that stand, and to run events again. */
final class ReplayRoutes {
    private static final String COMPARE = "/admin/v1/triggers/{name}/compare";
    private static final String REPLAY = "/admin/v1/triggers/{name}/replay";
    private static final Pattern PATH = Pattern.compile("/admin/v1/triggers/([A-Za-z0-9._-]{1,249})/(compare|replay)");
    private static final String FORM =
            "the body must be an object of function, from, to, filter, limit, rate and dryRun; the first two are needed";
    private static final String REPLAY_FORM =
            "the body must be an object of topic, from, to, filter, limit, rate and dryRun; from is needed";

    private final NodeReplays replays;
    private final AdminJson json;

    ReplayRoutes(NodeReplays replays, AdminJson json) {
        this.replays = replays;
        this.json = json;
    }

    /** As the OpenAPI document writes them. */
    static List<String> paths() {
        return List.of(COMPARE, REPLAY);
    }

    /** As {@code Allow} has them; empty when the path is none of these. */
    static String allows(String path) {
        return PATH.matcher(path).matches() ? "POST" : "";
    }

    /** The answer to a POST; empty when the path takes none. Blocks. */
    Optional<Reply> post(String path, byte[] body) {
        var replay = PATH.matcher(path);
        return replay.matches()
                ? Optional.of(begin(replay.group(1), replay.group(2).equals("compare"), body))
                : Optional.empty();
    }

    private Reply begin(String name, boolean compare, byte[] body) {
        var triggers = replays.named(name);
        if (triggers.isEmpty()) {
            return json.problem(
                    404,
                    "Not Found",
                    "there is no trigger named '" + name + "', and none that reads a topic '" + name + "'");
        }
        if (triggers.size() > 1) {
            var names = triggers.stream().map(TriggerManifest::name).collect(Collectors.joining(", "));
            return json.problem(409, "Conflict", "several triggers read topic '" + name + "': name one of " + names);
        }
        var request = json.request(body, ReplayRequest.class);
        if (request.isEmpty()
                || (compare ? request.get().topic() != null : request.get().function() != null)
                || (compare && request.get().function() == null)
                || request.get().from() == null) {
            return json.problem(400, "Bad Request", compare ? FORM : REPLAY_FORM);
        }
        try {
            return json.one(
                    compare
                            ? replays.compare(triggers.get(0), request.get())
                            : replays.replay(triggers.get(0), request.get()));
        } catch (BrokerException failed) {
            return json.problem(failed);
        } catch (DeadLetterDesk.Busy | UnsupportedOperationException conflict) {
            return json.problem(409, "Conflict", String.valueOf(conflict.getMessage()));
        } catch (IllegalArgumentException wrong) {
            return json.problem(400, "Bad Request", String.valueOf(wrong.getMessage()));
        }
    }
}
