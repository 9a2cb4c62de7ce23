package dev.sluice.trigger.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.mappings.RefusedPayloadException;
import dev.sluice.function.FunctionException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An error as the caller sees it: RFC 9457 problem details. Everything in it is escaped, and nothing tells of classes or
 * stacks.
 *
 * @param status the HTTP status
 * @param detail a sentence for the caller
 * @param attribute the attribute of the event that is wrong, if it is one
 * @param rule the rule that it breaks
 * @param retryAfterSeconds when another try may be worth it; 0 when it is not said
 * @param allow the methods of the path, for 405
 * @param close whether the connection ends with this answer
 */
record Problem(
        int status,
        String detail,
        @Nullable String attribute,
        @Nullable String rule,
        int retryAfterSeconds,
        @Nullable String allow,
        boolean close) {
    static final String MEDIA_TYPE = "application/problem+json";
    private static final int DETAIL_CHARS = 1_000;
    private static final int BUSY_SECONDS = 1;
    private static final int BROKER_SECONDS = 5;

    static Problem of(int status, String detail) {
        return new Problem(status, detail, null, null, 0, null, false);
    }

    static Problem notFound(String what) {
        return of(404, what);
    }

    static Problem methodNotAllowed(String method, String allow) {
        return new Problem(405, "method " + method + " is not allowed here", null, null, 0, allow, false);
    }

    static Problem busy(String detail) {
        return of(503, detail).retryAfter(BUSY_SECONDS);
    }

    static Problem draining() {
        return of(503, "the server is shutting down").retryAfter(BROKER_SECONDS).closing();
    }

    Problem retryAfter(int seconds) {
        return new Problem(status, detail, attribute, rule, Math.max(1, seconds), allow, close);
    }

    Problem closing() {
        return new Problem(status, detail, attribute, rule, retryAfterSeconds, allow, true);
    }

    /** What an event that is refused is answered with. */
    static Problem of(InvalidEventException invalid) {
        var detail = String.valueOf(invalid.getMessage());
        return new Problem(
                invalid.isTooLarge() ? 413 : 400, detail, invalid.attribute(), invalid.rule(), 0, null, false);
    }

    /** Whether the same request may be taken another time. */
    boolean maySucceedLater() {
        return status >= 500 || status == 429;
    }

    /** What a request in a service's own form that makes no events is answered with. */
    static Problem of(RefusedPayloadException refused) {
        var status =
                switch (refused.reason()) {
                    case UNSIGNED -> 401;
                    case MEDIA_TYPE -> 415;
                    case MALFORMED -> 400;
                    case TOO_LARGE -> 413;
                };
        return of(status, String.valueOf(refused.getMessage()));
    }

    /** What a broker's refusal is answered with. */
    static Problem of(BrokerException failed) {
        var detail = String.valueOf(failed.getMessage());
        if (failed instanceof BrokerException.Full) {
            return of(429, detail).retryAfter(BUSY_SECONDS);
        }
        if (failed instanceof BrokerException.TooLarge) {
            return of(413, detail);
        }
        if (failed instanceof BrokerException.Refused) {
            return of(502, detail);
        }
        return of(503, detail).retryAfter(BROKER_SECONDS);
    }

    /** What a failed publish or call is answered with; status and detail are for errors that say nothing to callers. */
    static Problem of(Throwable failed, int status, String detail) {
        if (failed instanceof BrokerException broker) {
            return of(broker);
        }
        if (failed instanceof FunctionException function) {
            return of(function);
        }
        if (failed instanceof InvalidEventException invalid) {
            return of(invalid);
        }
        return of(status, detail);
    }

    private static Problem of(FunctionException failed) {
        var detail = String.valueOf(failed.getMessage());
        if (failed instanceof FunctionException.TimedOut) {
            return of(504, detail);
        }
        if (failed instanceof FunctionException.BadInput) {
            return new Problem(400, detail, "data", "must fit the function's input", 0, null, false);
        }
        if (failed instanceof FunctionException.Expired) {
            return new Problem(400, detail, "expirytime", "must be in the future", 0, null, false);
        }
        if (failed instanceof FunctionException.Unavailable unavailable) {
            return of(503, detail)
                    .retryAfter(seconds(unavailable.retryAfter().orElse(Duration.ofSeconds(BUSY_SECONDS))));
        }
        if (failed instanceof FunctionException.Retry retry) {
            return of(502, detail).retryAfter(seconds(retry.after()));
        }
        return of(502, detail);
    }

    private static int seconds(Duration wait) {
        return (int) Math.min(3_600, Math.max(1, wait.plusMillis(999).toSeconds()));
    }

    /** The document. The type is about:blank, so that title and status say the same. */
    byte[] json() {
        var out = new StringBuilder(256).append("{\"type\":\"about:blank\",\"title\":\"");
        quote(out, title(status));
        out.append("\",\"status\":").append(status).append(",\"detail\":\"");
        quote(out, detail.length() > DETAIL_CHARS ? detail.substring(0, DETAIL_CHARS) : detail);
        if (attribute != null) {
            out.append("\",\"attribute\":\"");
            quote(out, attribute);
        }
        if (rule != null) {
            out.append("\",\"rule\":\"");
            quote(out, rule);
        }
        return out.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
    }

    static void quote(StringBuilder out, String text) {
        JsonStringEncoder.getInstance().quoteAsString(text, out);
    }

    private static String title(int status) {
        return HttpResponseStatus.valueOf(status).reasonPhrase();
    }
}
