package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The Java of {@code docs/http-client.md}, compiled; the test of the documentation compares both. */
final class DocsSnippets {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final WireEvent event =
            WireEvent.builder().id("1").source("/s").type("t").build();
    private final List<WireEvent> events = List.of(event);
    private final String token = "from-the-partner";

    // docs:http-client
    URI sink = URI.create("https://sink.example/events");
    HttpEventClient client = HttpEventClient.builder().meters(registry).build();

    Mono<SinkAnswer> one = client.send(sink, event);
    Mono<SinkAnswer> json = client.sendStructured(sink, event);
    Flux<SinkAnswer> many = client.sendBatches(sink, events); // batches of 100 events and 1 MiB, in order
    // docs:end

    // docs:http-addresses
    AddressRules rules = AddressRules.PUBLIC.allowing("10.20.0.0/16", "fd12::/16");
    HttpEventClient inside = HttpEventClient.builder().addresses(rules).build();
    // docs:end

    // docs:http-webhooks
    URI hook = URI.create("https://partner.example/hook");
    WebhookSender sender = WebhookSender.to(client, hook, "events.acme.com")
            .rate(120)
            .bearer(token)
            .build();
    Mono<SinkAnswer> delivered = sender.deliver(event);
    // docs:end
}
