package dev.sluice.trigger.http;

import dev.sluice.broker.EventSink;
import dev.sluice.broker.Intake;
import dev.sluice.broker.TailEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Events and calls over HTTP: publishing to topics, calling functions, the paths of triggers, live tails. Safe for
 * any number of threads; its handler never blocks. What it answers is told in the documentation of the HTTP interface.
 */
public final class HttpIngress {
    private final Desk desk;
    private final Router router;

    private HttpIngress(Builder from) {
        this.desk = new Desk(from.limits, from.webhooks, from.registry);
        this.router = new Router(
                desk, from.topics, from.tails, from.functions, new RouteTable(from.routes, desk.eventLimits()));
    }

    /** Begins an ingress that knows no topic and no function, with {@link HttpLimits#DEFAULT} and meters of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** The table of the meters, for documentation. */
    public static List<MeterInfo> meters() {
        return Arrays.stream(IngressMeter.values()).map(IngressMeter::info).toList();
    }

    /**
     * One row of the documentation's table of meters.
     *
     * @param name the meter's name, with dots
     * @param type counter, gauge or timer
     * @param unit what is counted
     * @param tags the names of its tags
     * @param description what it tells
     */
    public record MeterInfo(String name, String type, String unit, List<String> tags, String description) {
        public MeterInfo {
            tags = List.copyOf(tags);
        }
    }

    /**
     * What answers the requests of a server: for {@link HttpServer#handle}. The server should be
     * {@linkplain #configure configured}, or its limits are Reactor Netty's.
     */
    public BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>> handler() {
        return router;
    }

    /**
     * The server with this ingress's limits on requests and time-outs on connections, and with a guard that
     * refuses malformed and truncated bodies. To be called once for a server; the handler is set apart.
     */
    public HttpServer configure(HttpServer server) {
        return Connections.configure(server, desk.limits());
    }

    /**
     * Replaces the custom paths, all at once; requests that are under way keep theirs.
     *
     * @throws IllegalArgumentException when two share path and method; then the old ones stay
     */
    public void routes(Collection<HttpRoute> routes) {
        router.routes(new RouteTable(routes, desk.eventLimits()));
    }

    /**
     * While draining, publishes, calls and new tails are answered with 503, every connection ends with its next answer,
     * and open tails end with their next heartbeat; publishes and calls that are under way go on.
     */
    public void draining(boolean draining) {
        desk.draining(draining);
    }

    /** Publishes and calls that are being read or wait for their answer. */
    public int inFlight() {
        return desk.occupancy().requests();
    }

    /** Collects an ingress's parts. For one thread. */
    public static final class Builder {
        private Function<String, @Nullable EventSink> topics = topic -> null;
        private BiFunction<String, Map<Integer, Long>, @Nullable Flux<TailEvent>> tails = (topic, after) -> null;
        private Function<String, @Nullable Intake> functions = function -> null;
        private List<HttpRoute> routes = List.of();
        private HttpLimits limits = HttpLimits.DEFAULT;
        private WebhookPolicy webhooks = WebhookPolicy.ANY;
        private MeterRegistry registry = new SimpleMeterRegistry();

        private Builder() {}

        /** The way onto a topic by its name; null when there is none. Called once per publish, so it should be a look-up. */
        public Builder topics(Function<String, @Nullable EventSink> lookup) {
            this.topics = Objects.requireNonNull(lookup);
            return this;
        }

        /**
         * A live tail by topic and the last offset seen per partition, as the broker's; null when there is no such topic.
         */
        public Builder tails(BiFunction<String, Map<Integer, Long>, @Nullable Flux<TailEvent>> lookup) {
            this.tails = Objects.requireNonNull(lookup);
            return this;
        }

        /** A function's entrance by its name; null when there is none. Called once per call, so it should be a look-up. */
        public Builder functions(Function<String, @Nullable Intake> lookup) {
            this.functions = Objects.requireNonNull(lookup);
            return this;
        }

        /** The custom paths to begin with; none if absent. */
        public Builder routes(List<HttpRoute> custom) {
            this.routes = List.copyOf(custom);
            return this;
        }

        /** The limits; {@link HttpLimits#DEFAULT} if absent. */
        public Builder limits(HttpLimits chosen) {
            this.limits = Objects.requireNonNull(chosen);
            return this;
        }

        /**
         * Which webhooks of CloudEvents are taken on topics, by functions, and on custom paths that have no policy of their
         * own; {@link WebhookPolicy#ANY} if absent.
         */
        public Builder webhooks(WebhookPolicy policy) {
            this.webhooks = Objects.requireNonNull(policy);
            return this;
        }

        /** Where the meters are registered; nowhere that can be seen if absent. */
        public Builder meters(MeterRegistry meterRegistry) {
            this.registry = Objects.requireNonNull(meterRegistry);
            return this;
        }

        /**
         * The ingress, ready to serve.
         *
         * @throws IllegalArgumentException when two custom paths share path and method
         */
        public HttpIngress build() {
            return new HttpIngress(this);
        }
    }
}
