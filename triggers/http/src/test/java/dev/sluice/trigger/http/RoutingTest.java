package dev.sluice.trigger.http;

import static dev.sluice.trigger.http.Ingress.binary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutingTest {
    private final Ingress ingress = new Ingress();
    private final FakeSink orders = ingress.topic("orders");
    private final FakeIntake quote = ingress.function("quote").answering();

    @AfterEach
    void close() {
        ingress.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nothing",
                "/topics",
                "/topics/",
                "/topics/unknown",
                "/topics/orders/x",
                "/functions/unknown",
                "/functions/"
            })
    void answers404ToWhatIsNotThere(String path) {
        var answer = ingress.post(path, "x", binary("1"));

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("\"title\":\"Not Found\"");
    }

    @Test
    void answers405WithTheMethodsOfThePath() {
        assertThat(ingress.request("PUT", "/topics/orders").headers().firstValue("allow"))
                .hasValue("GET, OPTIONS, POST");
        assertThat(ingress.request("DELETE", "/topics/orders").statusCode()).isEqualTo(405);
        assertThat(ingress.request("GET", "/functions/quote").headers().firstValue("allow"))
                .hasValue("OPTIONS, POST");
    }

    @Test
    void answersACallOnAPathInReplyMode() {
        ingress.http.routes(List.of(HttpRoute.reply("/quote", "POST", quote, "quotes")));

        assertThat(ingress.post("/quote", "x").statusCode()).isEqualTo(204);
        assertThat(quote.calls.get(0).event().getSource()).hasToString("/quote");
    }

    @Test
    void storesARequestOnAPathInAcceptMode() {
        ingress.http.routes(List.of(HttpRoute.accept("/in/orders", "PUT", orders, "in")));

        assertThat(ingress.request("PUT", "/in/orders").statusCode()).isEqualTo(202);
        assertThat(orders.events.get(0).getSource()).hasToString("/in/orders");
        var wrong = ingress.post("/in/orders", "x");
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("allow")).hasValue("OPTIONS, PUT");
    }

    @Test
    void keepsTheEventThatAnAcceptModeRequestCarries() {
        ingress.http.routes(List.of(HttpRoute.accept("/in", "POST", orders, "in")));

        ingress.post("/in", "x", binary("mine"));

        assertThat(orders.ids()).containsExactly("mine");
    }

    @Test
    void replacesCustomPathsWhileRunning() {
        ingress.http.routes(List.of(HttpRoute.reply("/old", "POST", quote, "old")));
        ingress.http.routes(List.of(HttpRoute.reply("/new", "POST", quote, "new")));

        assertThat(ingress.post("/old", "x").statusCode()).isEqualTo(404);
        assertThat(ingress.post("/new", "x").statusCode()).isEqualTo(204);
    }

    @Test
    void refusesTwoRoutesOnOnePathAndMethodAndKeepsTheOldOnes() {
        ingress.http.routes(List.of(HttpRoute.reply("/a", "POST", quote, "first")));

        assertThatThrownBy(() -> ingress.http.routes(List.of(
                        HttpRoute.reply("/b", "POST", quote, "first"),
                        HttpRoute.accept("/b", "POST", orders, "second"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("POST /b is claimed by trigger 'first' and by trigger 'second'");
        assertThat(ingress.post("/a", "x").statusCode()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quote",
                "/topics/x",
                "/functions",
                "/a//b",
                "/a/../b",
                "/a/",
                "/a%20b",
                "/a b",
                "/a;b",
                "/..",
                ""
            })
    void refusesAPathThatNoRequestCouldHave(String path) {
        assertThatThrownBy(() -> HttpRoute.reply(path, "POST", quote, "bad"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path '" + path + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"OPTIONS", "HEAD", "post", "", "CONNECT"})
    void refusesAMethodThatIsNotATriggersToTake(String method) {
        assertThatThrownBy(() -> HttpRoute.reply("/a", method, quote, "bad"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("method '" + method + "'");
    }

    @Test
    void grantsAWebhookSenderItsOrigin() {
        var answer = ingress.request(
                "OPTIONS",
                "/topics/orders",
                "WebHook-Request-Origin",
                "events.example.com",
                "WebHook-Request-Rate",
                "120");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("webhook-allowed-origin")).hasValue("events.example.com");
        assertThat(answer.headers().firstValue("webhook-allowed-rate")).hasValue("*");
        assertThat(answer.headers().firstValue("allow")).hasValue("GET, OPTIONS, POST");
    }

    @Test
    void grantsNothingToOptionsThatAskForNothing() {
        var answer = ingress.request("OPTIONS", "/functions/quote");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("webhook-allowed-origin")).isEmpty();
        assertThat(answer.headers().firstValue("allow")).hasValue("OPTIONS, POST");
    }

    @Test
    void refusesAHandshakeWithABadOriginOrRate() {
        assertThat(ingress.request("OPTIONS", "/topics/orders", "WebHook-Request-Origin", "a b")
                        .statusCode())
                .isEqualTo(400);
        assertThat(ingress.request(
                                "OPTIONS", "/topics/orders", "WebHook-Request-Origin", "a", "WebHook-Request-Rate", "0")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void answers503AndClosesWhileDraining() {
        ingress.http.draining(true);

        var publish = ingress.post("/topics/orders", "x", binary("1"));
        var call = ingress.post("/functions/quote", "x", binary("1"));

        assertThat(publish.statusCode()).isEqualTo(503);
        assertThat(publish.headers().firstValue("retry-after")).hasValue("5");
        assertThat(publish.headers().firstValue("connection")).hasValue("close");
        assertThat(call.statusCode()).isEqualTo(503);
        assertThat(orders.events).isEmpty();
        assertThat(quote.calls).isEmpty();
    }

    @Test
    void finishesWhatIsUnderWayWhenDrainingBeginsAndThenCloses() {
        quote.running(call -> {
            ingress.http.draining(true);
            call.accept().subscribe();
        });

        var answer = ingress.post("/functions/quote", "x");

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("connection")).hasValue("close");
    }

    @Test
    void servesAgainOnceDrainingIsTakenBack() {
        ingress.http.draining(true);
        ingress.http.draining(false);

        assertThat(ingress.post("/topics/orders", "x", binary("1")).statusCode())
                .isEqualTo(202);
    }

    @Test
    void countsRequestsByRouteAndReason() {
        ingress.post("/topics/orders", "x", binary("1"));
        ingress.post("/nothing", "x");

        assertThat(ingress.registry
                        .get("sluice.http.requests")
                        .tags("route", "publish", "status", "2xx")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(ingress.registry
                        .get("sluice.http.refused")
                        .tag("reason", "not-found")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(ingress.registry.getMeters().stream()
                        .map(meter -> meter.getId().getName())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(HttpIngress.meters().stream()
                        .map(HttpIngress.MeterInfo::name)
                        .toList());
    }

    @Test
    void answersWithAStatusWhenALookUpFails() {
        ingress.http.routes(List.of());
        var failing = HttpIngress.builder()
                .topics(topic -> {
                    throw new dev.sluice.broker.BrokerException.Unavailable("default", "gone", null);
                })
                .functions(function -> {
                    throw new IllegalStateException("secret");
                })
                .build();
        try (var other = new Ingress(failing)) {
            assertThat(other.post("/topics/a", "x", binary("1")).statusCode()).isEqualTo(503);
            var call = other.post("/functions/a", "x");
            assertThat(call.statusCode()).isEqualTo(500);
            assertThat(call.body()).doesNotContain("secret");
        }
    }

    @Test
    void endsOpenTailsWhenDrainingBegins() {
        try (var other = new Ingress(limits -> limits.withHeartbeat(java.time.Duration.ofMillis(50)));
                var client = other.raw()) {
            other.tail("orders", after -> reactor.core.publisher.Flux.never());
            client.send("GET /topics/orders HTTP/1.1\r\nHost: x\r\n\r\n");
            client.readUntil(":\n\n");
            other.http.draining(true);

            assertThat(client.readToEnd()).endsWith("0\r\n\r\n");
            assertThat(other.request("GET", "/topics/orders").statusCode()).isEqualTo(503);
        }
    }
}
