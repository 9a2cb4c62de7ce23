package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Webhooks of CloudEvents on a served ingress: the handshake, and what is taken afterwards. */
class WebhooksTest {
    private static final String[] SHOP = {"WebHook-Request-Origin", "a.shop.example"};
    private static final String[] STRANGER = {"WebHook-Request-Origin", "stranger.example"};

    private final FakeSink own = new FakeSink("own");
    private final FakeSink open = new FakeSink("open");
    private final FakeSink orders = new FakeSink("orders");
    private final Ingress ingress = new Ingress(HttpIngress.builder()
            .topics(topic -> topic.equals("orders") ? orders : null)
            .routes(List.of(
                    HttpRoute.accept("/own", "POST", own, "own")
                            .webhooks(
                                    WebhookPolicy.of(List.of("*.shop.example")).perMinute(2)),
                    HttpRoute.accept("/open", "POST", open, "open")))
            .webhooks(WebhookPolicy.of(List.of("stranger.example")))
            .build());

    @AfterEach
    void close() {
        ingress.close();
    }

    private static String allowed(HttpResponse<?> answer) {
        return answer.headers().firstValue("webhook-allowed-origin").orElse("no") + " "
                + answer.headers().firstValue("webhook-allowed-rate").orElse("no");
    }

    private int deliver(String path, String... origin) {
        return ingress.post(path, new byte[0], Ingress.binary("1", origin)).statusCode();
    }

    @Test
    void aPathAgreesWithItsOwnOriginsAtItsOwnRate() {
        assertThat(allowed(ingress.request("OPTIONS", "/own", SHOP))).isEqualTo("a.shop.example 2");
        var refused = ingress.request("OPTIONS", "/own", STRANGER);
        assertThat(allowed(refused)).isEqualTo("no no");
        assertThat(refused.headers().firstValue("allow")).hasValue("OPTIONS, POST");
    }

    @Test
    void otherPathsAndTopicsAgreeWithTheIngresssOrigins() {
        for (var path : List.of("/open", "/topics/orders")) {
            assertThat(allowed(ingress.request("OPTIONS", path, STRANGER))).isEqualTo("stranger.example *");
            assertThat(allowed(ingress.request("OPTIONS", path, SHOP))).isEqualTo("no no");
            assertThat(deliver(path, SHOP)).isEqualTo(403);
            assertThat(deliver(path, STRANGER)).isEqualTo(202);
            assertThat(deliver(path)).isEqualTo(202);
        }
        assertThat(open.events).hasSize(2);
        assertThat(orders.events).hasSize(2);
    }

    @Test
    void deliveriesBeyondTheRateAreToComeLater() {
        assertThat(deliver("/own", SHOP)).isEqualTo(202);
        assertThat(deliver("/own", SHOP)).isEqualTo(202);

        var late = ingress.post("/own", new byte[0], Ingress.binary("3", SHOP));
        assertThat(late.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(late.headers().firstValue("retry-after").orElseThrow()))
                .isBetween(1, 30);
        assertThat(deliver("/own", "WebHook-Request-Origin", "b.shop.example")).isEqualTo(202);
        assertThat(deliver("/own")).isEqualTo(202);
        assertThat(own.events).hasSize(4);
    }

    @Test
    void refusesAPolicyWhereNoWebhooksAreTaken() {
        var put = HttpRoute.accept("/put", "PUT", own, "put");

        assertThatThrownBy(() -> put.webhooks(WebhookPolicy.ANY)).hasMessage("webhooks come by POST, not by PUT");
    }
}
