package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two parsers could read in two ways, or that never end: none becomes an event, all end the connection. */
class HostileRequestTest {
    private static final String EVENT = "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\n";

    private final Ingress ingress = new Ingress();
    private final FakeSink orders = ingress.topic("orders");

    @AfterEach
    void close() {
        ingress.close();
    }

    private String answerTo(String request) {
        try (var client = ingress.raw()) {
            return client.send(request).readToEnd();
        }
    }

    private void assertRefused(String request, String status) {
        assertThat(answerTo(request)).startsWith("HTTP/1.1 " + status).containsIgnoringCase("connection: close");
        assertThat(orders.events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/topics/%2e%2e/orders",
                "/topics/../topics/orders",
                "/topics/..;/orders",
                "/topics/.;/orders",
                "//topics/orders",
                "/topics//orders",
                "/./topics/orders",
                "/topics/orders/..",
                "/topics/or%64ers",
                "/topics/orders%00",
                "/topics\\orders",
                "topics/orders",
                "http://other/topics/orders",
                "ftp://x/topics/orders",
                "http://x",
                "/topics/orders#x"
            })
    void refusesTargetsThatCanBeReadInTwoWays(String target) {
        assertRefused("POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + EVENT + "\r\nx", "400");
    }

    @Test
    void takesAnAbsoluteTargetOfItsOwnHost() {
        var answer = answerTo("POST http://X/topics/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Length: 1\r\n" + EVENT + "\r\nx");

        assertThat(answer).startsWith("HTTP/1.1 202");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host: x\r\nHost: x\r\n",
                "Host: x\r\nHost: y\r\n",
                "Host:\r\n",
                "Host: a b\r\n",
                "Host: x@y\r\n",
                "Host: x/y\r\n"
            })
    void refusesAnythingButOneHost(String hosts) {
        assertRefused("POST /topics/orders HTTP/1.1\r\n" + hosts + "Content-Length: 1\r\n" + EVENT + "\r\nx", "400");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
                "Content-Length: 1\r\nContent-Length: 2\r\n",
                "Content-Length: 1, 2\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: +1\r\n",
                "Content-Length: 1x\r\n",
                "Transfer-Encoding: gzip, chunked\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: \u000bchunked\r\n",
                "Content-Length : 1\r\n",
                "X-Folded: a\r\n b\r\nContent-Length: 1\r\n",
                "X-Folded: a\r\n\tb\r\nContent-Length: 1\r\n",
                "X-Null: \u0000\r\nContent-Length: 1\r\n"
            })
    void refusesLengthsAndHeadersThatCanBeReadInTwoWays(String headers) {
        assertRefused(
                "POST /topics/orders HTTP/1.1\r\nHost: x\r\n" + headers + EVENT + "\r\n1\r\nx\r\n0\r\n\r\n", "400");
    }

    @Test
    void refusesAFoldedHeaderOfTheSecondRequestOnAConnection() {
        var first = "POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + EVENT + "\r\n\n x";
        try (var client = ingress.raw()) {
            client.send(first + "POST /topics/orders HTTP/1.1\r\nHost: x\r\nX-Folded: a\r\n b\r\n" + EVENT + "\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 202").contains("HTTP/1.1 400");
        }
        assertThat(orders.events).hasSize(1);
    }

    @Test
    void refusesACompressedBody() {
        assertRefused(
                "POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n" + EVENT
                        + "\r\nx",
                "415");
    }

    /** Neither from its first byte on nor by an upgrade, so that none of its frames is ever read. */
    @Test
    void servesNoHttp2() {
        assertRefused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "");

        var answer =
                answerTo("POST /topics/orders HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\n"
                        + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\nContent-Length: 1\r\n" + EVENT
                        + "\r\nx");
        assertThat(answer).startsWith("HTTP/1.1 202").doesNotContain("101 Switching");
    }

    @Test
    void refusesMoreThan100Headers() {
        assertRefused("GET /topics/orders HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(100) + "\r\n", "431");
    }

    @Test
    void refusesMoreThan8KibOfHeaders() {
        assertRefused("GET /topics/orders HTTP/1.1\r\nHost: x\r\na: " + "b".repeat(9_000) + "\r\n\r\n", "431");
    }

    @Test
    void refusesARequestLineThatIsTooLong() {
        assertRefused("GET /" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", "414");
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-1\r\n", "1\r\nxy\r\n", "5 5\r\n", "ffffffffff\r\n"})
    void neverTakesABodyWithABadChunkForAnEvent(String second) {
        var request = "POST /topics/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + EVENT + "\r\n";
        try (var client = ingress.raw()) {
            assertThat(client.send(request + "1\r\nx\r\n" + second).readToEnd()).startsWith("HTTP/1.1 400");
        }
        assertThat(orders.events).isEmpty();
        await().until(() -> ingress.http.inFlight() == 0);
    }

    @Test
    void neverTakesABodyThatEndsEarlyForAnEvent() {
        for (var framing : new String[] {"Content-Length: 10", "Transfer-Encoding: chunked"}) {
            try (var client = ingress.raw()) {
                client.send(
                        "POST /topics/orders HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n" + EVENT + "\r\n1\r\nx\r\n");
                await().until(() -> ingress.http.inFlight() == 1);
                client.finishSending();
                client.readToEnd();
            }
            await().until(() -> ingress.http.inFlight() == 0);
        }
        assertThat(orders.events).isEmpty();
    }

    @Test
    void withdrawsAPublishThatWaitsWhenItsClientLeaves() {
        orders.answering(event -> reactor.core.publisher.Mono.never());
        try (var client = ingress.raw()) {
            client.send("POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + EVENT + "\r\nx");
            await().until(() -> orders.events.size() == 1);
            client.reset();
            await().until(() -> orders.cancelled.get() == 1);
        }
        await().until(() -> ingress.http.inFlight() == 0);
        assertThat(ingress.registry.get("sluice.http.in.flight.bytes").gauge().value())
                .isZero();
        assertThat(ingress.registry
                        .get("sluice.http.aborted")
                        .tag("route", "publish")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() {
        var one = "POST /topics/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n" + EVENT + "\r\nx";
        try (var client = ingress.raw()) {
            client.send(one + one.replace("/orders", "/nothing") + one + "GET / HTTP/1.1\r\n\r\n");
            var answers = client.readToEnd();

            assertThat(answers.replaceAll("(?s)HTTP/1.1 (\\d+).*?(?=HTTP|$)", "$1 "))
                    .isEqualTo("202 404 202 400 ");
        }
    }

    @Test
    void escapesWhatItQuotes() {
        var answer = answerTo("POST /topics/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n"
                + "ce-specversion: 1.0\r\nce-source: /s\r\nce-type: t\r\nce-id: 1\r\n"
                + "ce-time: \"<script>\\\"\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"attribute\":\"time\"");
        assertThat(answer.substring(answer.indexOf("\r\n\r\n")).chars().filter(c -> c < ' '))
                .containsOnly((int) '\r', (int) '\n');
    }

    @Test
    void answersHeadWithoutABodySoThatTheNextAnswerIsReadRight() {
        try (var client = ingress.raw()) {
            client.send("HEAD /topics/orders HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 405").containsPattern("\r\n\r\nHTTP/1.1 404");
        }
    }

    @Test
    void tellsAClientThatAsksFirstToGoOnUnlessItsBodyIsTooLarge() {
        var head = "POST /topics/orders HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + EVENT;
        try (var client = ingress.raw()) {
            client.send(head + "Content-Length: 1\r\n\r\n");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 100");
            client.send("x");
            assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 202");
        }
        try (var client = ingress.raw()) {
            client.send(head + "Content-Length: 2000000\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 413");
        }
    }
}
