package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Intake;
import dev.sluice.broker.TailEvent;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The way of a request: checked, then routed on its one parsed path, in the order that {@link #route} shows. */
final class Router implements BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final String TOPICS = "/topics/";
    private static final String FUNCTIONS = "/functions/";
    private static final int NAME_CHARS_MAX = 200;
    private static final AsciiSet NAME = AsciiSet.alphanumericAnd("._-");

    private final Desk desk;
    private final Function<String, @Nullable EventSink> topics;
    private final BiFunction<String, Map<Integer, Long>, @Nullable Flux<TailEvent>> tails;
    private final Function<String, @Nullable Intake> functions;
    private volatile RouteTable custom;

    Router(
            Desk desk,
            Function<String, @Nullable EventSink> topics,
            BiFunction<String, Map<Integer, Long>, @Nullable Flux<TailEvent>> tails,
            Function<String, @Nullable Intake> functions,
            RouteTable custom) {
        this.desk = desk;
        this.topics = topics;
        this.tails = tails;
        this.functions = functions;
        this.custom = custom;
    }

    void routes(RouteTable table) {
        custom = table;
    }

    @Override
    public Publisher<Void> apply(HttpServerRequest request, HttpServerResponse response) {
        try {
            var target = RequestTarget.parse(request.uri());
            RequestRules.check(request.requestHeaders(), request.version(), target, desk.limits());
            return route(target, request, response);
        } catch (Refusal refusal) {
            return new Immediate(desk, RouteKind.NONE, request, response, refusal.problem());
        } catch (RuntimeException failed) {
            LOG.error("a request could not be routed", failed);
            var problem = Problem.of(failed, 500, "the request could not be routed");
            return new Immediate(desk, RouteKind.NONE, request, response, problem);
        }
    }

    private Exchange route(RequestTarget target, HttpServerRequest request, HttpServerResponse response) {
        var path = target.path();
        if (path.startsWith(TOPICS)) {
            return topic(name(path, TOPICS), target, request, response);
        }
        if (path.startsWith(FUNCTIONS)) {
            return function(name(path, FUNCTIONS), path, request, response);
        }
        var table = custom;
        var routes = table.at(path);
        if (routes == null) {
            throw new Refusal(Problem.notFound("there is nothing at this path"));
        }
        return custom(table, routes, path, request, response);
    }

    private Exchange topic(String topic, RequestTarget target, HttpServerRequest request, HttpServerResponse response) {
        var method = request.method();
        if (HttpMethod.GET.equals(method)) {
            return tail(topic, target, request, response);
        }
        var sink = topics.apply(topic);
        if (sink == null) {
            throw new Refusal(Problem.notFound("there is no topic '" + topic + "'"));
        }
        if (HttpMethod.OPTIONS.equals(method)) {
            return new Handshake(desk, request, response, "GET, OPTIONS, POST", desk.webhooks());
        }
        require(method, HttpMethod.POST, "GET, OPTIONS, POST");
        refuseWhileDraining();
        desk.webhooks().check(request.requestHeaders());
        return new PublishExchange(desk, RouteKind.PUBLISH, request, response, sink, null, null);
    }

    private Exchange tail(String topic, RequestTarget target, HttpServerRequest request, HttpServerResponse response) {
        var query = TailQuery.parse(target.query());
        var after = Cursor.parse(request.requestHeaders().get("Last-Event-ID"));
        var events = tails.apply(topic, after);
        if (events == null) {
            throw new Refusal(Problem.notFound("there is no topic '" + topic + "'"));
        }
        refuseWhileDraining();
        return new TailExchange(desk, request, response, events, query, after, channel(request));
    }

    private Exchange function(String function, String path, HttpServerRequest request, HttpServerResponse response) {
        var intake = functions.apply(function);
        if (intake == null) {
            throw new Refusal(Problem.notFound("there is no function '" + function + "'"));
        }
        if (HttpMethod.OPTIONS.equals(request.method())) {
            return new Handshake(desk, request, response, "OPTIONS, POST", desk.webhooks());
        }
        require(request.method(), HttpMethod.POST, "OPTIONS, POST");
        refuseWhileDraining();
        desk.webhooks().check(request.requestHeaders());
        return new CallExchange(desk, RouteKind.CALL, request, response, intake, path, null);
    }

    private Exchange custom(
            RouteTable table,
            Map<String, HttpRoute> routes,
            String path,
            HttpServerRequest request,
            HttpServerResponse response) {
        var method = request.method().name();
        if (method.equals("OPTIONS")) {
            var post = routes.get("POST");
            var webhooks = post == null ? null : webhooks(table, post);
            return new Handshake(desk, request, response, allow(routes), webhooks);
        }
        var route = routes.get(method);
        if (route == null) {
            throw new Refusal(Problem.methodNotAllowed(method, allow(routes)));
        }
        refuseWhileDraining();
        var webhooks = webhooks(table, route);
        if (webhooks != null) {
            webhooks.check(request.requestHeaders());
        }
        if (route.intake() != null) {
            return new CallExchange(desk, RouteKind.REPLY, request, response, route.intake(), path, route.adapter());
        }
        if (route.sink() != null) {
            return new PublishExchange(desk, RouteKind.ACCEPT, request, response, route.sink(), path, route.adapter());
        }
        throw new IllegalStateException("a route has an intake or a sink: " + route);
    }

    /** Null where no webhooks of CloudEvents are taken: what their sender would deliver, an adapter does not read. */
    private @Nullable WebhookGate webhooks(RouteTable table, HttpRoute route) {
        if (!route.takesWebhooks()) {
            return null;
        }
        var own = table.gate(route);
        return own == null ? desk.webhooks() : own;
    }

    private static String allow(Map<String, HttpRoute> routes) {
        var methods = new TreeSet<>(routes.keySet());
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    private static void require(HttpMethod method, HttpMethod expected, String allow) {
        if (!expected.equals(method)) {
            throw new Refusal(Problem.methodNotAllowed(method.name(), allow));
        }
    }

    private void refuseWhileDraining() {
        if (desk.draining()) {
            throw new Refusal(Problem.draining());
        }
    }

    /** The one segment after the prefix. */
    private static String name(String path, String prefix) {
        var from = prefix.length();
        if (path.length() == from || path.indexOf('/', from) >= 0) {
            throw new Refusal(Problem.notFound("there is nothing at this path"));
        }
        if (path.length() - from > NAME_CHARS_MAX || !NAME.containsAll(path, from)) {
            throw badName();
        }
        return path.substring(from);
    }

    private static Refusal badName() {
        return new Refusal(Problem.of(
                400, "a name must be 1 to " + NAME_CHARS_MAX + " letters, digits, dots, hyphens, underscores"));
    }

    private static Channel channel(HttpServerRequest request) {
        var found = new Channel[1];
        request.withConnection(connection -> found[0] = connection.channel());
        return found[0];
    }
}
