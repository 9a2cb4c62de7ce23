package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.WireEvent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class WebhookSenderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String ORIGIN = "events.example.com";

    private final FakeSink receiver = new FakeSink();
    private final AtomicLong seconds = new AtomicLong();
    private final HttpEventClient client = HttpEventClient.builder()
            .addresses(AddressRules.PUBLIC.allowing("127.0.0.1"))
            .build();

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        receiver.close();
    }

    @Test
    void asksTheVeryUriOnceAndThenNamesItselfInEveryDelivery() {
        agreeing("120", 201);
        WebhookSender sender = sender().rate(120).build();

        Flux.range(0, 5).flatMap(i -> sender.deliver(event("" + i)), 5).blockLast(PATIENCE);

        assertThat(receiver.got).hasSize(6);
        FakeSink.Got question = receiver.got.get(0);
        assertThat(question.method()).isEqualTo("OPTIONS");
        assertThat(question.uri()).isEqualTo("/events?key=v");
        assertThat(question.headers().get("WebHook-Request-Origin")).isEqualTo(ORIGIN);
        assertThat(question.headers().get("WebHook-Request-Rate")).isEqualTo("120");
        assertThat(question.headers().contains("WebHook-Request-Callback")).isFalse();
        assertThat(deliveries()).hasSize(5).allSatisfy(got -> {
            assertThat(got.method()).isEqualTo("POST");
            assertThat(got.uri()).isEqualTo("/events?key=v");
            assertThat(got.headers().get("WebHook-Request-Origin")).isEqualTo(ORIGIN);
        });
    }

    @Test
    void asksAgainWhenTheAgreementHasLastedItsTime() {
        agreeing("*", 201);
        WebhookSender sender = sender().grantFor(Duration.ofMinutes(10)).build();
        sender.deliver(event("1")).block(PATIENCE);
        seconds.set(599);
        sender.deliver(event("2")).block(PATIENCE);
        assertThat(questions()).isEqualTo(1);

        seconds.set(600);
        sender.deliver(event("3")).block(PATIENCE);

        assertThat(questions()).isEqualTo(2);
    }

    @Test
    void sendsNothingToWhoDoesNotAgreeWhateverTheStatus() {
        for (int status : new int[] {200, 204, 405, 404}) {
            receiver.answering(FakeSink.Answer.of(status, "allow", "POST"));
            WebhookSender sender = sender().build();

            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE))
                        .isInstanceOfSatisfying(SinkException.NotGranted.class, denied -> assertThat(denied.retryable())
                                .isFalse());
            }
        }

        assertThat(deliveries()).isEmpty();
        assertThat(questions()).isEqualTo(4);
    }

    @Test
    void asksAgainAtOnceWhenTheQuestionFailed() {
        receiver.answering(FakeSink.Answer.of(500));
        WebhookSender sender = sender().build();
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE)).isInstanceOf(SinkException.Failed.class);

        agreeing("*", 204);

        assertThat(sender.deliver(event("1")).block(PATIENCE).status()).isEqualTo(204);
    }

    @Test
    void sendsOnceTheReceiverHasCalledBack() {
        receiver.answering(FakeSink.Answer.of(202));
        URI callback = URI.create("http://events.example.com/granted?secret=s3");
        WebhookSender sender = sender().rate(60).callback(callback).build();
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE))
                .isInstanceOfSatisfying(SinkException.NotGranted.class, later -> assertThat(later.retryable())
                        .isTrue());
        assertThat(receiver.got.get(0).headers().get("WebHook-Request-Callback"))
                .isEqualTo(callback.toString());

        sender.calledBack(null);

        assertThat(sender.deliver(event("1")).block(PATIENCE).status()).isEqualTo(202);
    }

    @Test
    void keepsTheGrantedRateAndFailsWhatWouldWaitTooLong() {
        agreeing("2", 201);
        WebhookSender sender =
                sender().rate(1_000).patience(Duration.ofSeconds(20)).build();
        sender.deliver(event("1")).block(PATIENCE);

        assertThatThrownBy(() -> sender.deliver(event("2")).block(PATIENCE))
                .isInstanceOfSatisfying(SinkException.Busy.class, busy -> assertThat(busy.retryAfter())
                        .hasValue(Duration.ofSeconds(30)));
        seconds.set(30);
        sender.deliver(event("2")).block(PATIENCE);

        assertThat(deliveries()).hasSize(2);
    }

    @Test
    void letsADeliveryWaitForItsTurn() {
        agreeing("60", 201);
        WebhookSender sender = sender().rate(60).waitingMax(1).build();
        Flux.range(0, 6).concatMap(i -> sender.deliver(event("" + i))).blockLast(PATIENCE);

        // The clock stands still, so the next turns are 1.1 s and 2.2 s from now.
        List<Object> ended = Flux.merge(outcome(sender), outcome(sender), outcome(sender))
                .collectList()
                .block(PATIENCE);

        assertThat(ended).filteredOn(SinkException.Overloaded.class::isInstance).hasSize(2);
        assertThat(ended).filteredOn(SinkAnswer.class::isInstance).hasSize(1);
        assertThat(deliveries()).hasSize(7);
    }

    @Test
    void sendsNothingToABusyReceiverUntilRetryAfterIsOver() {
        agreeing("*", 429);
        WebhookSender sender = sender().patience(Duration.ofMillis(500)).build();
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE)).isInstanceOf(SinkException.Busy.class);
        agreeing("*", 201);

        seconds.set(59);
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE))
                .isInstanceOf(SinkException.Busy.class)
                .hasMessageContaining("1 s");
        assertThat(deliveries()).hasSize(1);
        seconds.set(60);

        assertThat(sender.deliver(event("1")).block(PATIENCE).status()).isEqualTo(201);
    }

    @Test
    void sendsNothingThatWaitedOnceTheReceiverIsGone() {
        agreeing("60", 201);
        WebhookSender sender = sender().rate(60).build();
        Flux.range(0, 5).concatMap(i -> sender.deliver(event("" + i))).blockLast(PATIENCE);
        agreeing("60", 410);

        // The first one has its turn at once, the other one in 1.1 s.
        List<Object> ended =
                Flux.merge(outcome(sender), outcome(sender)).collectList().block(PATIENCE);

        assertThat(ended).filteredOn(SinkException.Refused.class::isInstance).hasSize(1);
        assertThat(ended).filteredOn(SinkException.NotGranted.class::isInstance).hasSize(1);
        assertThat(deliveries()).hasSize(6);
    }

    @Test
    void stopsForGoodWhenTheReceiverIsGone() {
        agreeing("*", 410);
        WebhookSender sender = sender().build();
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE))
                .isInstanceOfSatisfying(SinkException.Refused.class, gone -> assertThat(gone.status())
                        .isEqualTo(410));
        assertThat(sender.stopped()).isTrue();

        assertThatThrownBy(() -> sender.deliver(event("2")).block(PATIENCE))
                .isInstanceOf(SinkException.NotGranted.class)
                .hasMessageContaining("gone");

        assertThat(deliveries()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {415, 400, 302})
    void takesRefusalsForGoodAndGoesOnWithTheNextEvent(int status) {
        agreeing("*", status);
        WebhookSender sender = sender().build();
        assertThatThrownBy(() -> sender.deliver(event("1")).block(PATIENCE))
                .isInstanceOfSatisfying(SinkException.Refused.class, refused -> {
                    assertThat(refused.status()).isEqualTo(status);
                    assertThat(refused.retryable()).isFalse();
                });
        agreeing("*", 200);

        assertThat(sender.deliver(event("2")).block(PATIENCE).status()).isEqualTo(200);
        assertThat(sender.stopped()).isFalse();
    }

    @Test
    void showsItsTokenToDeliveriesAloneAndInOnePlace() {
        agreeing("*", 201);
        sender().bearer("abc.DEF-1=").build().deliver(event("1")).block(PATIENCE);
        assertThat(receiver.got.get(0).headers().contains("authorization")).isFalse();
        assertThat(receiver.got.get(1).headers().get("authorization")).isEqualTo("Bearer abc.DEF-1=");
        receiver.got.clear();

        WebhookSender query = sender().accessToken("a b&c").build();
        query.deliver(event("1")).block(PATIENCE);

        assertThat(receiver.got.get(0).uri()).isEqualTo("/events?key=v");
        assertThat(receiver.got.get(1).uri()).isEqualTo("/events?key=v&access_token=a+b%26c");
        assertThat(receiver.got.get(1).headers().get("cache-control")).isEqualTo("no-store");
        agreeing("*", 400);
        assertThatThrownBy(() -> query.deliver(event("1")).block(PATIENCE))
                .message()
                .doesNotContain("a+b");
    }

    /** A webhook has a body and its type. */
    @Test
    void sendsWhatHasNoDataOrTypeInStructuredMode() {
        agreeing("*", 201);
        WebhookSender sender = sender().build();
        WireEvent.Builder bare = WireEvent.builder().id("1").source("/s").type("t");

        sender.deliver(bare.build()).block(PATIENCE);
        sender.deliver(bare.data("x").build()).block(PATIENCE);
        sender.deliver(event("1")).block(PATIENCE);

        assertThat(deliveries())
                .extracting(got -> got.headers().get("content-type"))
                .containsExactly("application/cloudevents+json", "application/cloudevents+json", "application/json");
        assertThat(deliveries()).noneMatch(got -> got.body().isEmpty());
    }

    @Test
    void refusesWhatTheSpecificationForbids() {
        URI http = URI.create("http://a.example/");
        URI https = URI.create("https://a.example/");

        assertThatThrownBy(() -> WebhookSender.to(client, http, ORIGIN).build()).hasMessageContaining("https");
        assertThatThrownBy(() ->
                        WebhookSender.to(client, https, ORIGIN).callback(http).build())
                .hasMessageContaining("callback");
        assertThatThrownBy(() -> WebhookSender.to(client, https, "a b").build()).hasMessageContaining("DNS name");
        assertThatThrownBy(() -> sender().bearer("a b")).hasMessageNotContaining("a b");
        assertThatThrownBy(() -> sender().rate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sender().bearer("a").accessToken("b").build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(WebhookSender.to(client, https, ORIGIN).build().stopped()).isFalse();
    }

    private static Mono<Object> outcome(WebhookSender sender) {
        return sender.deliver(event("x")).cast(Object.class).onErrorResume(SinkException.class, Mono::just);
    }

    /** Agrees to the rate, and answers deliveries with the status; busy for a minute when that is 429. */
    private void agreeing(String rate, int status) {
        receiver.answering(got -> got.method().equals("OPTIONS")
                ? FakeSink.Answer.of(200, "WebHook-Allowed-Origin", ORIGIN, "WebHook-Allowed-Rate", rate)
                : FakeSink.Answer.of(status, "retry-after", status == 429 ? "60" : ""));
    }

    private long questions() {
        return receiver.got.stream()
                .filter(got -> got.method().equals("OPTIONS"))
                .count();
    }

    private List<FakeSink.Got> deliveries() {
        return receiver.got.stream().filter(got -> got.method().equals("POST")).toList();
    }

    private WebhookSender.Builder sender() {
        return WebhookSender.to(client, receiver.uri(), ORIGIN).allowHttp().nanos(() -> seconds.get() * 1_000_000_000L);
    }

    private static WireEvent event(String id) {
        return WireEvent.builder()
                .id(id)
                .source("/shop")
                .type("com.acme.order")
                .data("application/json", "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
