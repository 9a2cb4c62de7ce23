package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.mappings.EventMapping;
import io.cloudevents.CloudEvent;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Paths whose requests are in a service's own form. */
class AdapterTest {
    private static final String SECRET = "canary-3f9a";
    private static final EventMapping GITHUB =
            EventMapping.github(EventLimits.DEFAULT, InstantSource.system(), SECRET.getBytes(StandardCharsets.UTF_8));
    private static final EventMapping S3 = EventMapping.s3(EventLimits.DEFAULT, InstantSource.system());

    private static final String PUSH =
            "{\"ref\":\"refs/heads/main\",\"repository\":{\"url\":\"https://github.com/acme/shop\"}}";
    private static final String THREE = "{\"Records\":[" + record("a") + "," + record("b") + "," + record("c") + "]}";

    private final Ingress ingress = new Ingress();
    private final FakeSink stored = ingress.topic("stored");
    private final FakeIntake called = ingress.function("called").answering();

    @AfterEach
    void close() {
        ingress.close();
    }

    @Test
    void keepsTheLimitsOfTheIngress() {
        try (var large = new Ingress(limits -> limits.withBodyBytes(4 << 20))) {
            large.http.routes(
                    List.of(HttpRoute.accept("/s3", "POST", stored, "s3").adapted(S3)));
            var padded = THREE + " ".repeat(2 << 20);

            assertThat(large.post("/s3", padded).statusCode()).isEqualTo(202);
            assertThat(stored.events).hasSize(3);
        }
    }

    @Test
    void storesASignedWebhook() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/hook", "POST", stored, "hook").adapted(GITHUB)));

        assertThat(deliver("push", PUSH, signature(PUSH)).statusCode()).isEqualTo(202);

        var event = stored.events.get(0);
        assertThat(event.getType()).isEqualTo("com.github.push");
        assertThat(event.getId()).isEqualTo("d-1");
        assertThat(new String(event.getData().toBytes(), StandardCharsets.UTF_8))
                .isEqualTo(PUSH);
        assertThat(ingress.registry
                        .get("sluice.http.events")
                        .tag("route", "accept")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void answers401AndStoresNothingWithoutTheRightSignature() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/hook", "POST", stored, "hook").adapted(GITHUB)));

        var wrong = deliver("push", PUSH, signature(PUSH + " "));
        var missing = ingress.post("/hook", PUSH, "X-GitHub-Event", "push", "X-GitHub-Delivery", "d-1");

        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(wrong.headers().firstValue("www-authenticate")).isPresent();
        assertThat(wrong.body()).contains("X-Hub-Signature-256").doesNotContain(SECRET);
        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(stored.events).isEmpty();
        assertThat(ingress.registry
                        .get("sluice.http.refused")
                        .tag("reason", "unsigned")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void answers204ToAPing() {
        ingress.http.routes(List.of(
                HttpRoute.accept("/hook", "POST", stored, "hook").adapted(GITHUB),
                HttpRoute.reply("/ask", "POST", called, "ask").adapted(GITHUB)));

        assertThat(deliver("ping", "{\"zen\":\"x\"}", signature("{\"zen\":\"x\"}"))
                        .statusCode())
                .isEqualTo(204);
        var asked = ingress.post("/ask", "{}", "X-GitHub-Event", "ping", "X-Hub-Signature-256", signature("{}"));
        assertThat(asked.statusCode()).isEqualTo(204);
        assertThat(stored.events).isEmpty();
        assertThat(called.calls).isEmpty();
    }

    @Test
    void answers400WithTheFieldThatIsMissing() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/hook", "POST", stored, "hook").adapted(GITHUB)));
        var body = "{\"repository\":{\"url\":\"/r\"}}";

        var answer = deliver("issues", body, signature(body));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("the field /action is missing");
        assertThat(deliver("push", "no JSON", signature("no JSON")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void answers415ToAForm() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/hook", "POST", stored, "hook").adapted(S3)));

        var answer = ingress.post("/hook", "payload=x", "Content-Type", "application/x-www-form-urlencoded");

        assertThat(answer.statusCode()).isEqualTo(415);
    }

    @Test
    void storesAllEventsOfANotificationBeforeItAnswers() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/s3", "POST", stored, "s3").adapted(S3)));

        assertThat(ingress.post("/s3", THREE).statusCode()).isEqualTo(202);
        assertThat(stored.events.stream().map(CloudEvent::getSubject)).containsExactly("a", "b", "c");
        assertThat(ingress.post("/s3", "{\"Event\":\"s3:TestEvent\"}").statusCode())
                .isEqualTo(204);
    }

    /** A 207 would look like success to a sender that knows nothing of events: what was refused would be lost. */
    @Test
    void answersTheRefusalWhenOneOfSeveralEventsIsNotStored() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/s3", "POST", stored, "s3").adapted(S3)));
        stored.answering(event -> "b".equals(event.getSubject())
                ? Mono.error(new BrokerException.Full("stored", "is full"))
                : Mono.empty());

        var answer = ingress.post("/s3", THREE);

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void doesNotReadARequestOfAnAdaptedPathAsAnEvent() {
        ingress.http.routes(
                List.of(HttpRoute.accept("/s3", "POST", stored, "s3").adapted(S3)));

        assertThat(ingress.post("/s3", "{\"n\":1}", Ingress.binary("1")).statusCode())
                .isEqualTo(400);
        assertThat(ingress.post("/s3", Ingress.structured("1"), "Content-Type", "application/cloudevents+json")
                        .statusCode())
                .isEqualTo(400);
        assertThat(stored.events).isEmpty();
    }

    @Test
    void grantsNoDeliveryOfEventsOnAnAdaptedPath() {
        ingress.http.routes(List.of(
                HttpRoute.accept("/s3", "POST", stored, "s3").adapted(S3),
                HttpRoute.accept("/plain", "POST", stored, "plain")));
        String[] asks = {"WebHook-Request-Origin", "events.example.com"};

        assertThat(ingress.request("OPTIONS", "/plain", asks).headers().firstValue("webhook-allowed-origin"))
                .isPresent();
        assertThat(ingress.request("OPTIONS", "/s3", asks).headers().firstValue("webhook-allowed-origin"))
                .isEmpty();
    }

    @Test
    void callsAFunctionWithTheEventOfAWebhook() {
        var answer =
                WireEvent.builder().id("a").source("/s").type("t").data("ok").build();
        called.answering(answer);
        ingress.http.routes(
                List.of(HttpRoute.reply("/hook", "POST", called, "hook").adapted(GITHUB)));

        var response = deliver("push", PUSH, signature(PUSH));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ok");
        assertThat(called.calls.get(0).event().getType()).isEqualTo("com.github.push");
    }

    @Test
    void refusesToReplyToWhatMayMakeSeveralEvents() {
        var route = HttpRoute.reply("/s3", "POST", called, "s3");

        assertThatThrownBy(() -> route.adapted(S3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("adapter s3 may make several events of a request, and a reply answers one");
    }

    private HttpResponse<String> deliver(String event, String body, String signature) {
        return ingress.post(
                "/hook", body, "X-GitHub-Event", event, "X-GitHub-Delivery", "d-1", "X-Hub-Signature-256", signature);
    }

    private static String record(String key) {
        return "{\"eventSource\":\"aws:s3\",\"awsRegion\":\"eu-central-1\",\"eventTime\":\"2026-11-20T09:00:00Z\","
                + "\"eventName\":\"ObjectCreated:Put\",\"responseElements\":{\"x-amz-request-id\":\"" + key
                + "\",\"x-amz-id-2\":\"z\"},\"s3\":{\"bucket\":{\"name\":\"inbox\"},\"object\":{\"key\":\"" + key
                + "\"}}}";
    }

    private static String signature(String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
