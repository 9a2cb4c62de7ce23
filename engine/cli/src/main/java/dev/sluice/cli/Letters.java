package dev.sluice.cli;

import java.util.ArrayList;

/** Where the admin API has dead letters. */
final class Letters {
    static final String TOPICS = "/v1/deadletters";
    static final String JOBS = "/v1/jobs";

    private Letters() {}

    static String path(String topic, String below) {
        return TOPICS + "/" + EngineClient.segment(topic) + below;
    }

    static String job(String id, String below) {
        return JOBS + "/" + EngineClient.segment(id) + below;
    }

    /** The one topic that there is. */
    static String only(EngineClient client) {
        var names = new ArrayList<String>();
        client.admin(TOPICS).path("items").forEach(item -> names.add(Column.string(item, "topic")));
        if (names.size() != 1) {
            throw new CommandFailure(
                    names.isEmpty() ? ExitCode.NOT_FOUND : ExitCode.USAGE,
                    names.isEmpty()
                            ? "no trigger has a topic for dead letters"
                            : "which topic? there are " + String.join(", ", names));
        }
        return names.get(0);
    }
}
