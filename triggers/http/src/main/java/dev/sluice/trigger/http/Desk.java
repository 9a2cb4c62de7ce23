package dev.sluice.trigger.http;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.http.HttpEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;

/** What all exchanges share: limits, codecs, meters, and whether the ingress is shutting down. */
final class Desk {
    private final HttpLimits limits;
    private final EventLimits eventLimits;
    private final Occupancy occupancy;
    private final IngressMeters meters;
    private final HttpEvents events;
    private final JsonEventFormat json;
    private final WebhookGate webhooks;
    /** One for each event loop that a connection has lived on. */
    private final ConcurrentHashMap<EventLoop, LateAnswers> late = new ConcurrentHashMap<>();

    private volatile boolean draining;

    Desk(HttpLimits limits, WebhookPolicy webhooks, MeterRegistry registry) {
        this.limits = limits;
        this.occupancy = new Occupancy(limits);
        this.meters = new IngressMeters(registry, occupancy);
        var defaults = EventLimits.DEFAULT;
        this.eventLimits = new EventLimits(
                limits.bodyBytes(),
                defaults.extensions(),
                defaults.nameChars(),
                defaults.valueBytes(),
                limits.batchEvents(),
                defaults.jsonDepth(),
                defaults.numberChars());
        this.events = new HttpEvents(eventLimits);
        this.json = new JsonEventFormat(eventLimits);
        this.webhooks = gate(webhooks);
    }

    HttpLimits limits() {
        return limits;
    }

    /** What one event may be, whatever form it comes in. */
    EventLimits eventLimits() {
        return eventLimits;
    }

    Occupancy occupancy() {
        return occupancy;
    }

    IngressMeters meters() {
        return meters;
    }

    HttpEvents events() {
        return events;
    }

    JsonEventFormat json() {
        return json;
    }

    /** Holds webhooks to what is agreed where a path has nothing of its own. */
    WebhookGate webhooks() {
        return webhooks;
    }

    /** Holds webhooks to a policy of a path's own, with counts of its own. */
    static WebhookGate gate(WebhookPolicy policy) {
        return new WebhookGate(policy, System::nanoTime);
    }

    /** Where answers wait for their connections' event loop. */
    LateAnswers late(EventLoop loop) {
        var known = late.get(loop);
        return known == null ? late.computeIfAbsent(loop, LateAnswers::new) : known;
    }

    boolean draining() {
        return draining;
    }

    void draining(boolean now) {
        draining = now;
    }
}
