package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class HttpEventClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final AddressRules LOOPBACK = AddressRules.PUBLIC.allowing("127.0.0.0/8");
    private static final HttpEvents CODEC = new HttpEvents();

    private final FakeSink sink = new FakeSink();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private HttpEventClient client = client(ClientLimits.DEFAULT);

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        sink.close();
    }

    @Test
    void postsInBinaryModeToTheWholeUri() {
        SinkAnswer answer = client.send(sink.uri(), event("1")).block(PATIENCE);

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.events()).isEmpty();
        FakeSink.Got got = sink.got.get(0);
        assertThat(got.method()).isEqualTo("POST");
        assertThat(got.uri()).isEqualTo("/events?key=v");
        assertThat(got.headers().get("host")).isEqualTo("127.0.0.1:" + sink.port());
        assertThat(got.headers().get("content-length")).isEqualTo("7");
        assertThat(got.headers().get("transfer-encoding")).isNull();
        assertThat(CODEC.readBinary(got.headers(), got.body().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(event("1"));
    }

    @Test
    void postsAnEventWithoutDataWithAnEmptyBody() {
        WireEvent bare = WireEvent.builder().id("1").source("/s").type("t").build();

        client.send(sink.uri(), bare).block(PATIENCE);

        assertThat(sink.got.get(0).headers().get("content-length")).isEqualTo("0");
        assertThat(CODEC.readBinary(sink.got.get(0).headers(), new byte[0])).isEqualTo(bare);
    }

    @Test
    void postsInStructuredMode() {
        client.sendStructured(sink.uri(), event("1")).block(PATIENCE);

        assertThat(sink.got.get(0).headers().get("content-type")).isEqualTo("application/cloudevents+json");
        assertThat(CODEC.readStructured(sink.got.get(0).body().getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(event("1"));
    }

    @Test
    void postsBatchesOfTheLimitsInOrder() {
        client = client(ClientLimits.DEFAULT.withBatch(3, 1 << 20));
        List<WireEvent> events =
                IntStream.range(0, 8).mapToObj(i -> event("e" + i)).toList();

        List<SinkAnswer> answers =
                client.sendBatches(sink.uri(), events).collectList().block(PATIENCE);

        assertThat(answers).hasSize(3);
        List<WireEvent> got = new ArrayList<>();
        for (FakeSink.Got request : sink.got) {
            assertThat(request.headers().get("content-type")).isEqualTo("application/cloudevents-batch+json");
            got.addAll(CODEC.readBatch(request.body().getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(got).isEqualTo(events);
        assertThat(client.sendBatches(sink.uri(), List.of()).collectList().block(PATIENCE))
                .isEmpty();
    }

    @Test
    void endsBatchesWithTheFirstThatIsRefused() {
        client = client(ClientLimits.DEFAULT.withBatch(1, 1 << 20));
        sink.answering(got -> FakeSink.Answer.of(got.body().contains("\"e1\"") ? 400 : 202));

        List<SinkAnswer> answers = new CopyOnWriteArrayList<>();
        Flux<SinkAnswer> sending = client.sendBatches(sink.uri(), List.of(event("e0"), event("e1"), event("e2")))
                .doOnNext(answers::add);

        assertThatThrownBy(() -> sending.blockLast(PATIENCE)).isInstanceOf(SinkException.Refused.class);
        assertThat(answers).hasSize(1);
        assertThat(sink.got).hasSize(2);
    }

    @Test
    void readsAnswersInEveryMode() {
        WireEvent answer = event("a");
        var headers = Requests.headers();
        String body = new String(CODEC.writeBinary(answer, headers), StandardCharsets.UTF_8);
        sink.answering(new FakeSink.Answer(200, headers, Flux.empty()).with(body));
        assertThat(client.send(sink.uri(), event("1")).block(PATIENCE).events()).containsExactly(answer);

        var json = Requests.headers();
        String structured = new String(CODEC.writeStructured(answer, json), StandardCharsets.UTF_8);
        sink.answering(new FakeSink.Answer(201, json, Flux.empty()).with(structured));
        assertThat(client.send(sink.uri(), event("1")).block(PATIENCE).events()).containsExactly(answer);

        sink.answering(FakeSink.Answer.of(200, "content-type", "application/cloudevents-batch+json")
                .with("[" + structured + "," + structured + "]"));
        assertThat(client.send(sink.uri(), event("1")).block(PATIENCE).events()).containsExactly(answer, answer);

        sink.answering(FakeSink.Answer.of(200, "content-type", "text/html").with("<p>thanks</p>"));
        assertThat(client.send(sink.uri(), event("1")).block(PATIENCE).events()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void followsNoRedirect(int status) {
        sink.answering(FakeSink.Answer.of(status, "location", sink.uri().toString()));

        var refused = failure(SinkException.Refused.class);

        assertThat(refused.status()).isEqualTo(status);
        assertThat(refused.retryable()).isFalse();
        assertThat(sink.got).hasSize(1);
    }

    @Test
    void tellsWhatTheSinkSaysOfARefusal() {
        sink.answering(FakeSink.Answer.of(400, "content-type", "application/problem+json")
                .with("{\"title\":\"Bad Request\",\"x\":[{\"detail\":\"no\"}],\"detail\":\"id must\\nnot be empty\"}"));

        var refused = failure(SinkException.Refused.class);

        assertThat(refused.detail()).hasValue("id must\\u000anot be empty");
        assertThat(refused)
                .hasMessageContaining("refused with status 400")
                .hasMessageNotContainingAny("key=v", "/events");
        sink.answering(FakeSink.Answer.of(422, "content-type", "text/plain").with("no"));
        assertThat(failure(SinkException.Refused.class).detail()).isEmpty();
        sink.answering(FakeSink.Answer.of(422, "content-type", "application/problem+json")
                .with("{\"title\""));
        assertThat(failure(SinkException.Refused.class).detail()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "429, 7, 7",
        "503, 120, 120",
        "429, 'Fri, 06 Nov 2026 08:50:07 GMT', 60",
        "503, 'Fri, 06 Nov 2026 08:00:00 GMT', 0",
        "429, soon,"
    })
    void tellsHowLongABusySinkWantsToBeLeftAlone(int status, String header, Long seconds) {
        sink.answering(FakeSink.Answer.of(status, "retry-after", header));

        var busy = failure(SinkException.Busy.class);

        assertThat(busy.status()).isEqualTo(status);
        assertThat(busy.retryable()).isTrue();
        assertThat(busy.retryAfter().map(Duration::toSeconds).orElse(null)).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 504, 507})
    void takesOtherErrorsForFailuresThatMayPass(int status) {
        sink.answering(FakeSink.Answer.of(status));

        var failed = failure(SinkException.Failed.class);

        assertThat(failed.status()).isEqualTo(status);
        assertThat(failed.retryable()).isTrue();
    }

    @Test
    void saysThatASinkThatNobodyServesIsUnreachable() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + free + "/");

        assertThatThrownBy(() -> client.send(nobody, event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.Unreachable.class)
                .hasMessageContaining("http://127.0.0.1:" + free);
    }

    @Test
    void sendsNothingOnceItIsClosed() {
        client.close().block(PATIENCE);

        assertThatThrownBy(() -> client.send(sink.uri(), event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.Unreachable.class)
                .hasMessageContaining("the client is closed");
    }

    @Test
    void saysThatASinkThatClosesWithoutAWordIsUnreachable() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread closing = new Thread(() -> {
                try {
                    socket.accept().close();
                } catch (IOException ended) {
                    assertThat(socket.isClosed()).isTrue();
                }
            });
            closing.start();
            URI mute = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");

            assertThatThrownBy(() -> client.send(mute, event("1")).block(PATIENCE))
                    .isInstanceOf(SinkException.Unreachable.class);
        }
    }

    @Test
    void endsASendAtItsDeadlineWhereverItHangs() {
        client = client(ClientLimits.DEFAULT.withDeadline(Duration.ofMillis(300)));
        sink.answering(FakeSink.Answer.of(200, "content-type", "text/plain")
                .with(Flux.interval(Duration.ofMillis(50)).map(i -> new byte[] {'x'})));

        assertThatThrownBy(() -> client.send(sink.uri(), event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.TimedOut.class)
                .hasMessageContaining("300 ms");
        assertThat(registry.get("sluice.http.client.sends")
                        .tag("outcome", "timed-out")
                        .timer()
                        .count())
                .isEqualTo(1);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(gauge("connections")).isZero());
    }

    @Test
    void readsNoMoreOfAnAnswerThanTheLimit() {
        client = client(ClientLimits.DEFAULT.withAnswerBytes(1_000));
        sink.answering(FakeSink.Answer.of(200, "content-type", "application/cloudevents+json")
                .with(Flux.range(0, 1_000).map(i -> new byte[100])));
        assertThatThrownBy(() -> client.send(sink.uri(), event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.BadAnswer.class)
                .hasMessageContaining("larger than 1000 bytes");

        sink.answering(FakeSink.Answer.of(500).with(Flux.range(0, 1_000).map(i -> new byte[100])));
        assertThatThrownBy(() -> client.send(sink.uri(), event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.Failed.class);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(gauge("connections")).isZero());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/cloudevents+json | {\"id\":1}",
                "application/cloudevents+avro | x",
                "application/cloudevents-batch+json | [{}]"
            })
    void saysThatTheSinkHasTheEventWhenItsAnswerIsNoValidOne(String type, String body) {
        sink.answering(FakeSink.Answer.of(200, "content-type", type).with(body));

        var bad = failure(SinkException.BadAnswer.class);

        assertThat(bad.retryable()).isFalse();
    }

    @Test
    void sendsNothingWhenTheEventIsNotValid() {
        var bad = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/s"))
                .withType("t\r\nx: y")
                .build();

        assertThatThrownBy(() -> client.send(sink.uri(), bad).block(PATIENCE))
                .isInstanceOf(InvalidEventException.class);
        assertThat(sink.got).isEmpty();
    }

    @Test
    void boundsSendsInFlightAndThoseThatWaitForAConnection() {
        client = client(ClientLimits.DEFAULT.withSends(3).withPool(1, 1));
        sink.answering(FakeSink.Answer.of(200).with(Flux.never()));
        List<Throwable> errors = new CopyOnWriteArrayList<>();
        List<Disposable> sends = new ArrayList<>();
        sends.add(client.send(sink.uri(), event("1")).subscribe(a -> {}, errors::add));
        await().atMost(PATIENCE).until(() -> sink.got.size() == 1);
        sends.add(client.send(sink.uri(), event("2")).subscribe(a -> {}, errors::add));
        await().atMost(PATIENCE).until(() -> gauge("pending") == 1);

        assertThatThrownBy(() -> client.send(sink.uri(), event("3")).block(PATIENCE))
                .isInstanceOf(SinkException.Overloaded.class)
                .hasMessageContaining("wait for a connection");
        client = client(ClientLimits.DEFAULT.withSends(1));
        sends.add(client.send(sink.uri(), event("4")).subscribe(a -> {}, errors::add));
        assertThatThrownBy(() -> client.send(sink.uri(), event("5")).block(PATIENCE))
                .isInstanceOf(SinkException.Overloaded.class)
                .hasMessageContaining("1 sends are in flight");

        // Who waits for a connection leaves before who has it, or gets it.
        Collections.reverse(sends);
        sends.forEach(Disposable::dispose);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(gauge("in.flight")).isZero();
            assertThat(gauge("pending")).isZero();
        });
        assertThat(errors).isEmpty();
        assertThat(sink.got).extracting(got -> got.headers().get("ce-id")).doesNotContain("2", "3", "5");
    }

    @Test
    void usesAConnectionAgain() {
        for (int i = 0; i < 20; i++) {
            client.send(sink.uri(), event("" + i)).block(PATIENCE);
        }

        // The next send may come before the last connection is back.
        assertThat(gauge("connections")).isLessThan(10);
        assertThat(registry.get("sluice.http.client.sends")
                        .tag("outcome", "taken")
                        .timer()
                        .count())
                .isEqualTo(20);
    }

    @Test
    void sendsOncePerSubscription() {
        Mono<SinkAnswer> sending = client.send(sink.uri(), event("1"));

        assertThat(sink.got).isEmpty();
        sending.block(PATIENCE);
        sending.block(PATIENCE);

        assertThat(sink.got).hasSize(2);
    }

    private <T extends SinkException> T failure(Class<T> type) {
        return catchThrowableOfType(
                type, () -> client.send(sink.uri(), event("1")).block(PATIENCE));
    }

    private double gauge(String name) {
        return registry.get("sluice.http.client." + name).gauge().value();
    }

    private HttpEventClient client(ClientLimits limits) {
        registry.clear();
        return HttpEventClient.builder()
                .limits(limits)
                .addresses(LOOPBACK)
                .meters(registry)
                .clock(Clock.fixed(Instant.parse("2026-11-06T08:49:07Z"), ZoneOffset.UTC))
                .build();
    }

    private static WireEvent event(String id) {
        return WireEvent.builder()
                .id(id)
                .source("/shop")
                .type("com.acme.order")
                .subject("€ 5")
                .data("application/json", "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
