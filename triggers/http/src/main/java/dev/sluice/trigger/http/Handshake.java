package dev.sluice.trigger.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Answers OPTIONS: which methods the path has and, to a sender that asks, that it may deliver webhooks here.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md">HTTP 1.1 Web Hooks</a>
 */
final class Handshake extends Exchange {
    private static final String REQUEST_RATE = "WebHook-Request-Rate";
    private static final Pattern ORIGIN = Pattern.compile("[A-Za-z0-9._:-]{1,255}");
    private static final Pattern RATE = Pattern.compile("[1-9][0-9]{0,8}");

    private final String allow;
    private final @Nullable WebhookGate webhooks;

    /** @param webhooks whom it agrees with; null where no webhooks are taken */
    Handshake(
            Desk desk,
            HttpServerRequest request,
            HttpServerResponse response,
            String allow,
            @Nullable WebhookGate webhooks) {
        super(desk, RouteKind.OPTIONS, request, response);
        this.allow = allow;
        this.webhooks = webhooks;
    }

    @Override
    void begin() {
        var asked = request().requestHeaders();
        var origin = asked.get(WebhookGate.ORIGIN);
        var rate = asked.get(REQUEST_RATE);
        if (origin != null && !ORIGIN.matcher(origin).matches()) {
            answer(Problem.of(400, "the header " + WebhookGate.ORIGIN + " must be a host name"));
            return;
        }
        if (rate != null && !rate.equals("*") && !RATE.matcher(rate).matches()) {
            answer(Problem.of(400, "the header " + REQUEST_RATE + " must be a number above 0 or *"));
            return;
        }
        if (claim()) {
            var granted = response().responseHeaders();
            granted.set(HttpHeaderNames.ALLOW, allow);
            // Silence is the refusal: the status says nothing.
            if (origin != null && webhooks != null && webhooks.agreesWith(origin)) {
                granted.set("WebHook-Allowed-Origin", origin);
                granted.set("WebHook-Allowed-Rate", webhooks.granted(rate));
            }
            respond(200, null);
        }
    }

    @Override
    void ended(boolean clientLeft) {}
}
