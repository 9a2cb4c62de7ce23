package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Intake;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.mappings.EventMapping;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path of a trigger's own. In reply mode a request is a call, answered with what the function answers; in accept mode
 * it is stored on a topic and answered 202.
 */
public final class HttpRoute {
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]{1,200}){1,32}");
    private static final String POST = "POST";
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,20}");

    private final String path;
    private final String method;
    private final String trigger;
    private final @Nullable Intake intake;
    private final @Nullable EventSink sink;
    private final @Nullable EventMapping adapter;
    private final @Nullable WebhookPolicy webhooks;

    private HttpRoute(
            String path,
            String method,
            String trigger,
            @Nullable Intake intake,
            @Nullable EventSink sink,
            @Nullable EventMapping adapter,
            @Nullable WebhookPolicy webhooks) {
        this.path = checkedPath(path);
        this.method = checkedMethod(method);
        this.trigger = Objects.requireNonNull(trigger, "trigger");
        this.intake = intake;
        this.sink = sink;
        this.adapter = adapter;
        this.webhooks = webhooks;
    }

    /**
     * A call per request.
     *
     * @param path starts with a slash, in letters, digits and {@code . _ ~ -}; not below {@code /topics} or {@code /functions}
     * @param method in capitals, any but OPTIONS, HEAD, CONNECT and TRACE
     * @param name the trigger's name
     * @throws IllegalArgumentException when path or method are not like that
     */
    public static HttpRoute reply(String path, String method, Intake intake, String name) {
        return new HttpRoute(path, method, name, Objects.requireNonNull(intake, "intake"), null, null, null);
    }

    /** An event stored per request; the parameters are those of {@link #reply}. */
    public static HttpRoute accept(String path, String method, EventSink sink, String name) {
        return new HttpRoute(path, method, name, null, Objects.requireNonNull(sink, "sink"), null, null);
    }

    /**
     * The same route for requests in a service's own form: what the mapping makes of one is handed on, and no request
     * is read as an event. A request that makes no event is answered 204. The limits are the ingress's, whatever the
     * mapping's are.
     *
     * @throws IllegalArgumentException in reply mode when the mapping may make several events of one request
     */
    public HttpRoute adapted(EventMapping mapping) {
        if (intake != null && mapping.makesSeveral()) {
            throw new IllegalArgumentException(
                    "adapter " + mapping.name() + " may make several events of a request, and a reply answers one");
        }
        if (webhooks != null) {
            throw adaptedWebhooks(mapping);
        }
        return new HttpRoute(path, method, trigger, intake, sink, mapping, null);
    }

    /**
     * The same route with a policy of its own for webhooks of CloudEvents; without one, that of the ingress holds.
     *
     * @throws IllegalArgumentException when it has an adapter, or another method than POST: webhooks are then not taken
     */
    public HttpRoute webhooks(WebhookPolicy policy) {
        if (adapter != null) {
            throw adaptedWebhooks(adapter);
        }
        if (!method.equals(POST)) {
            throw new IllegalArgumentException("webhooks come by POST, not by " + method);
        }
        return new HttpRoute(path, method, trigger, intake, sink, null, Objects.requireNonNull(policy, "policy"));
    }

    private static IllegalArgumentException adaptedWebhooks(EventMapping mapping) {
        return new IllegalArgumentException("adapter " + mapping.name() + " reads no webhooks of CloudEvents");
    }

    /** The path, as it stands in a request. */
    public String path() {
        return path;
    }

    /** The method, in capitals. */
    public String method() {
        return method;
    }

    /** The trigger's name. */
    public String trigger() {
        return trigger;
    }

    /** Where calls go; null in accept mode. */
    @Nullable
    Intake intake() {
        return intake;
    }

    /** Where events go; null in reply mode. */
    @Nullable
    EventSink sink() {
        return sink;
    }

    /** What makes events of requests; null when they are events already. */
    @Nullable
    EventMapping adapter() {
        return adapter;
    }

    /** The same route, whose adapter keeps these limits. */
    HttpRoute within(EventLimits limits) {
        return adapter == null
                ? this
                : new HttpRoute(path, method, trigger, intake, sink, adapter.within(limits), webhooks);
    }

    /** Whether it takes webhooks of CloudEvents at all. */
    boolean takesWebhooks() {
        return adapter == null && method.equals(POST);
    }

    /** Its own policy for webhooks; null when that of the ingress holds. */
    @Nullable
    WebhookPolicy webhooks() {
        return webhooks;
    }

    @Override
    public String toString() {
        return method + " " + path + " (trigger '" + trigger + "')";
    }

    private static String checkedPath(String path) {
        var reserved = path.equals("/topics")
                || path.startsWith("/topics/")
                || path.equals("/functions")
                || path.startsWith("/functions/");
        if (reserved) {
            throw new IllegalArgumentException("path '" + path + "' must not stand below /topics or /functions");
        }
        if (!path.equals("/") && !PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("path '" + path
                    + "' must be segments of letters, digits and . _ ~ - , each after a slash, without one at the end");
        }
        if (path.contains("/./") || path.contains("/../") || path.endsWith("/.") || path.endsWith("/..")) {
            throw new IllegalArgumentException("path '" + path + "' must not contain the segments . and ..");
        }
        return path;
    }

    private static String checkedMethod(String method) {
        var ours =
                method.equals("OPTIONS") || method.equals("HEAD") || method.equals("CONNECT") || method.equals("TRACE");
        if (ours || !METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException(
                    "method '" + method + "' must be capitals and none of OPTIONS, HEAD, CONNECT, TRACE");
        }
        return method;
    }
}
