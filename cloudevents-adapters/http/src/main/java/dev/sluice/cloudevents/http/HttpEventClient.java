package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.resolver.AddressResolverGroup;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpResources;

/**
 * Sends events to sinks over HTTP/1.1, one by one or in batches, and reads what they answer. Safe for any number of
 * threads; never blocks. To be {@linkplain #close closed} by whoever built it.
 *
 * <p>All sends are cold: each subscription sends once, and nothing is tried again here. A send ends within
 * {@link ClientLimits#deadline}; cancel closes its connection and gives back what it holds. Redirects are not followed. A
 * sink's name is looked up once for a connection, and only addresses that the {@link AddressRules} allow are connected to.
 *
 * <p>A sink is an http or https URI with a host; anything else, and an address that is not spelled as four decimal numbers
 * or in brackets, is an {@link IllegalArgumentException} at the call. What goes wrong later is a {@link SinkException},
 * which says whether another try makes sense.
 */
public final class HttpEventClient {
    private final ClientLimits limits;
    private final Clock clock;
    private final Transport transport;
    private final HttpEvents codec = new HttpEvents();
    private final JsonEventFormat json = new JsonEventFormat();

    private HttpEventClient(Builder from) {
        this.limits = from.limits;
        this.clock = from.clock;
        AddressResolverGroup<?> names =
                from.names == null ? HttpResources.get().getOrCreateDefaultResolver() : from.names;
        this.transport = new Transport(from.limits, from.rules, names, new ClientMeters(from.registry), from.trusted);
    }

    /** Begins a client for public addresses, with {@link ClientLimits#DEFAULT} and meters of its own. */
    public static Builder builder() {
        return new Builder();
    }

    /** The table of the meters, for documentation. */
    public static List<MeterInfo> meters() {
        return Arrays.stream(ClientMeter.values()).map(ClientMeter::info).toList();
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
     * Posts an event in binary mode; in structured mode when its data is itself an event. Completes with the answer once
     * the sink has taken it.
     */
    public Mono<SinkAnswer> send(URI sink, CloudEvent event) {
        return send(Target.of(sink), event, new DefaultHttpHeaders(), false);
    }

    /** Posts an event in structured mode, as JSON. Completes with the answer once the sink has taken it. */
    public Mono<SinkAnswer> sendStructured(URI sink, CloudEvent event) {
        return send(Target.of(sink), event, new DefaultHttpHeaders(), true);
    }

    /**
     * Posts events as JSON batches of at most {@link ClientLimits#batchEvents} and {@link ClientLimits#batchBytes}, in
     * order, the next one after the answer to the one before. Gives an answer for each batch; none for no events. The
     * first error ends it: the events of earlier batches were taken. Only for a sink that is known to take batches.
     */
    public Flux<SinkAnswer> sendBatches(URI sink, List<? extends CloudEvent> events) {
        Target target = Target.of(sink);
        List<CloudEvent> all = List.copyOf(events);
        return Flux.fromIterable(() -> new Batches(json, all, limits.batchEvents(), limits.batchBytes()))
                .concatMap(
                        batch -> {
                            HttpHeaders headers =
                                    new DefaultHttpHeaders().set(HttpHeaderNames.CONTENT_TYPE, MediaTypes.BATCH_JSON);
                            return post(target, headers, batch);
                        },
                        0);
    }

    /** Closes the connections. Sends that are under way come to their end; later ones fail as unreachable. */
    public Mono<Void> close() {
        return transport.close();
    }

    /** @param more headers beside the event's */
    Mono<SinkAnswer> send(Target target, CloudEvent event, HttpHeaders more, boolean structured) {
        return Mono.defer(() -> {
            HttpHeaders headers = new DefaultHttpHeaders().add(more);
            byte[] body = structured ? codec.writeStructured(event, headers) : codec.writeBinary(event, headers);
            return post(target, headers, body);
        });
    }

    /** A request that sends no event. */
    Mono<Reply> ask(HttpMethod method, Target target, HttpHeaders headers) {
        return transport.exchange(method, target, headers, new byte[0]);
    }

    /** What an error status means; null when it is none. */
    @Nullable
    SinkException errorOf(Target target, Reply reply) {
        int status = reply.status();
        if (status >= 200 && status < 300) {
            return null;
        }
        if (status == 429 || status == 503) {
            String wait = reply.headers().get(HttpHeaderNames.RETRY_AFTER);
            return new SinkException.Busy(target, status, RetryAfter.of(wait, clock.instant()));
        }
        String detail = ProblemDetail.of(reply.headers(), reply.body());
        return status < 500 && status != 408
                ? new SinkException.Refused(target, status, detail)
                : new SinkException.Failed(target, status, detail);
    }

    private Mono<SinkAnswer> post(Target target, HttpHeaders headers, byte[] body) {
        return transport.counted(
                target,
                transport.exchange(HttpMethod.POST, target, headers, body).handle((reply, answer) -> {
                    SinkException error = errorOf(target, reply);
                    if (error != null) {
                        answer.error(error);
                        return;
                    }
                    try {
                        answer.next(new SinkAnswer(reply.status(), events(target, reply)));
                    } catch (InvalidEventException | UnsupportedFormatException invalid) {
                        answer.error(new SinkException.BadAnswer(target, "is no valid event: " + invalid.getMessage()));
                    }
                }));
    }

    private List<WireEvent> events(Target target, Reply reply) {
        Mode mode = HttpEvents.mode(reply.headers());
        if (mode == Mode.PLAIN) {
            return List.of();
        }
        if (!reply.whole()) {
            throw new SinkException.BadAnswer(target, "is larger than " + limits.answerBytes() + " bytes");
        }
        if (mode == Mode.BINARY) {
            return List.of(codec.readBinary(reply.headers(), reply.body()));
        }
        return mode == Mode.BATCH ? codec.readBatch(reply.body()) : List.of(codec.readStructured(reply.body()));
    }

    /** Collects a client's parts. For one thread. */
    public static final class Builder {
        private ClientLimits limits = ClientLimits.DEFAULT;
        private AddressRules rules = AddressRules.PUBLIC;
        private MeterRegistry registry = new SimpleMeterRegistry();
        private Clock clock = Clock.systemUTC();
        private @Nullable AddressResolverGroup<?> names;
        private @Nullable TrustManagerFactory trusted;

        private Builder() {}

        /** The limits; {@link ClientLimits#DEFAULT} if absent. */
        public Builder limits(ClientLimits chosen) {
            this.limits = Objects.requireNonNull(chosen);
            return this;
        }

        /** Which addresses are connected to; {@link AddressRules#PUBLIC} if absent. */
        public Builder addresses(AddressRules chosen) {
            this.rules = Objects.requireNonNull(chosen);
            return this;
        }

        /** Where the meters are registered; nowhere that can be seen if absent. */
        public Builder meters(MeterRegistry meterRegistry) {
            this.registry = Objects.requireNonNull(meterRegistry);
            return this;
        }

        /** Whose certificates are trusted; the platform's authorities if absent. */
        public Builder trusting(TrustManagerFactory authorities) {
            this.trusted = Objects.requireNonNull(authorities);
            return this;
        }

        /** The time of day, against which dates in Retry-After are held; the system's if absent. */
        public Builder clock(Clock timeOfDay) {
            this.clock = Objects.requireNonNull(timeOfDay);
            return this;
        }

        /** Who looks up names; the platform's DNS servers and hosts file if absent. */
        Builder names(AddressResolverGroup<?> resolver) {
            this.names = resolver;
            return this;
        }

        /** The client. It opens connections when they are first needed. */
        public HttpEventClient build() {
            return new HttpEventClient(this);
        }
    }
}
