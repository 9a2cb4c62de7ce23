package dev.sluice.trigger.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** The handles of {@link IngressMeter}, resolved once. */
final class IngressMeters {
    private static final String[] CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"};
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(400, "bad-request"),
            Map.entry(401, "unsigned"),
            Map.entry(404, "not-found"),
            Map.entry(405, "method"),
            Map.entry(406, "not-acceptable"),
            Map.entry(413, "too-large"),
            Map.entry(415, "media-type"),
            Map.entry(429, "limit"),
            Map.entry(431, "headers"),
            Map.entry(502, "failed"),
            Map.entry(503, "unavailable"),
            Map.entry(504, "timed-out"));

    private final Map<RouteKind, OfRoute> routes = new EnumMap<>(RouteKind.class);
    private final Map<Integer, Counter> refused = new HashMap<>();
    private final Counter refusedOtherwise;

    IngressMeters(MeterRegistry registry, Occupancy occupancy) {
        for (var kind : RouteKind.values()) {
            routes.put(kind, new OfRoute(registry, kind.tag()));
        }
        REASONS.forEach(
                (status, reason) -> refused.put(status, counter(registry, IngressMeter.REFUSED, "reason", reason)));
        this.refusedOtherwise = counter(registry, IngressMeter.REFUSED, "reason", "other");
        gauge(registry, IngressMeter.IN_FLIGHT, occupancy, Occupancy::requests);
        gauge(registry, IngressMeter.BYTES_IN_FLIGHT, occupancy, Occupancy::bytes);
        gauge(registry, IngressMeter.TAILS, occupancy, Occupancy::tails);
    }

    void answered(RouteKind kind, int status, long nanos) {
        of(kind).requests[Math.min(CLASSES.length, status / 100) - 1].record(nanos, TimeUnit.NANOSECONDS);
        if (status >= 400) {
            refused.getOrDefault(status, refusedOtherwise).increment();
        }
    }

    void aborted(RouteKind kind) {
        of(kind).aborted.increment();
    }

    void events(RouteKind kind, int count) {
        of(kind).events.increment(count);
    }

    private OfRoute of(RouteKind kind) {
        return Objects.requireNonNull(routes.get(kind));
    }

    private static Counter counter(MeterRegistry registry, IngressMeter meter, String tag, String value) {
        return Counter.builder(meter.info().name())
                .description(meter.info().description())
                .baseUnit(meter.info().unit())
                .tag(tag, value)
                .register(registry);
    }

    private static void gauge(
            MeterRegistry registry, IngressMeter meter, Occupancy occupancy, ToDoubleFunction<Occupancy> value) {
        Gauge.builder(meter.info().name(), occupancy, value)
                .description(meter.info().description())
                .baseUnit(meter.info().unit())
                .strongReference(true)
                .register(registry);
    }

    /** What is counted per kind of route. */
    private static final class OfRoute {
        private final Timer[] requests = new Timer[CLASSES.length];
        private final Counter events;
        private final Counter aborted;

        OfRoute(MeterRegistry registry, String route) {
            for (var i = 0; i < CLASSES.length; i++) {
                requests[i] = Timer.builder(IngressMeter.REQUESTS.info().name())
                        .description(IngressMeter.REQUESTS.info().description())
                        .tag("route", route)
                        .tag("status", CLASSES[i])
                        .register(registry);
            }
            events = counter(registry, IngressMeter.EVENTS, "route", route);
            aborted = counter(registry, IngressMeter.ABORTED, "route", route);
        }
    }
}
