package dev.sluice.load;

import dev.sluice.cloudevents.EventData;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.http.AddressRules;
import dev.sluice.cloudevents.http.HttpEventClient;
import dev.sluice.cloudevents.http.SinkAnswer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Our client sends events to a server of the npm SDK, which answers with what it has read: it must be what was sent.
 */
final class InteropReceiver {
    private static final String LISTENING = "listening ";
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);
    private static final String UNICODE = "Euro € 😀 100% \"so\"";

    private final HttpEventClient client = HttpEventClient.builder()
            .addresses(AddressRules.PUBLIC.allowing("127.0.0.0/8"))
            .build();
    private final URI sink;
    private final BufferedReader told;
    private int failed;

    private InteropReceiver(URI sink, BufferedReader told) {
        this.sink = sink;
        this.told = told;
    }

    /** Does all checks, a line each on stdout, and returns how many failed. */
    static int check(Process server) throws IOException {
        var told = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        var first = told.readLine();
        if (first == null || !first.startsWith(LISTENING)) {
            throw new BenchException("the receiver did not start: " + first);
        }
        return new InteropReceiver(URI.create(first.substring(LISTENING.length())), told).all();
    }

    private int all() {
        try {
            one("sends in binary mode", "binary 1", event("r-1", "order"), false);
            one("sends any Unicode in binary mode", "binary 1", event("r-2", UNICODE), false);
            one("sends an event without data", "binary 1", bare("r-3").build(), false);
            one("sends any Unicode in structured mode", "structured 1", event("r-4", UNICODE), true);
            check("sends a batch", () -> {
                var sent = List.of(event("r-5", "order"), event("r-6", UNICODE), event("r-7", "order"));
                var answers = Objects.requireNonNull(
                        client.sendBatches(sink, sent).collectList().block(ANSWER_MAX));
                expect(line(), "batch 3");
                expect(
                        answers.stream()
                                .flatMap(answer -> answer.events().stream())
                                .toList(),
                        sent);
            });
        } finally {
            client.close().block(ANSWER_MAX);
        }
        return failed;
    }

    private void one(String what, String mode, WireEvent sent, boolean structured) {
        check(what, () -> {
            var sending = structured ? client.sendStructured(sink, sent) : client.send(sink, sent);
            SinkAnswer answer = Objects.requireNonNull(sending.block(ANSWER_MAX));
            expect(line(), mode);
            expect(answer.events(), List.of(sent));
        });
    }

    private String line() {
        try {
            return String.valueOf(told.readLine());
        } catch (IOException e) {
            throw new BenchException("the receiver is gone", e);
        }
    }

    private static void expect(Object actual, Object expected) {
        if (!expected.equals(actual)) {
            throw new BenchException(actual + " came, expected " + expected);
        }
    }

    private void check(String what, Runnable step) {
        try {
            step.run();
            System.out.println("ok    " + what + " to the npm SDK");
        } catch (RuntimeException e) {
            failed++;
            System.out.println("FAIL  " + what + " to the npm SDK: " + e.getMessage());
        }
    }

    private static WireEvent event(String id, String subject) {
        return bare(id).subject(subject)
                .time("2026-01-02T03:04:05.678Z")
                .extension("region", "eu")
                .dataContentType("application/json")
                .data(EventData.of("{\"id\":7,\"note\":\"ä\"}".getBytes(StandardCharsets.UTF_8)))
                .build();
    }

    private static WireEvent.Builder bare(String id) {
        return WireEvent.builder()
                .id(id)
                .source("/interop")
                .type("dev.sluice.interop")
                .time("2026-01-02T03:04:05.678Z");
    }
}
