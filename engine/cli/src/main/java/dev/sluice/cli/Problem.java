package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Why a request failed, read from {@code application/problem+json} or, where a proxy answered, from what came.
 *
 * @param status the HTTP status
 * @param message one sentence or more
 */
record Problem(int status, String message) {
    private static final int EXCERPT_MAX = 200;

    static Problem of(HttpResponse<byte[]> answer) {
        var message = told(answer.body());
        if (message == null) {
            message = excerpt(answer);
        }
        var wait = answer.headers().firstValue("Retry-After");
        var status = answer.statusCode();
        return new Problem(
                status, message + wait.map(it -> " (try again in " + it + " s)").orElse(""));
    }

    CommandFailure failure() {
        return new CommandFailure(ExitCode.ofStatus(status), message + " [" + status + "]");
    }

    /** The sentence of a problem object: its detail, else its title, with the facts of {@code errors}. */
    private static @Nullable String sentence(JsonNode problem) {
        var detail = problem.path("detail").asText("");
        var text = new StringBuilder(detail.isEmpty() ? problem.path("title").asText("") : detail);
        for (var error : problem.path("errors")) {
            text.append("\n  ").append(error.isTextual() ? error.asText() : error.toString());
        }
        return text.length() == 0 ? null : text.toString();
    }

    private static @Nullable String told(byte[] body) {
        try {
            var problem = Json.read(body);
            return problem.isObject() ? sentence(problem) : null;
        } catch (IOException notJson) {
            return null;
        }
    }

    private static String excerpt(HttpResponse<byte[]> answer) {
        var body = new String(answer.body(), StandardCharsets.UTF_8).strip();
        var text = Text.oneLine(body.substring(0, Math.min(EXCERPT_MAX, body.length())));
        return answer.uri() + (text.isEmpty() ? " refused" : " answered: " + text);
    }
}
