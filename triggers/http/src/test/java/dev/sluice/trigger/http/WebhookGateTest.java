package dev.sluice.trigger.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which deliveries of webhooks pass; time is moved by hand. */
class WebhookGateTest {
    /** Close to where the clock turns over, which it may do at any time. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(30).toNanos();

    private WebhookGate gate(WebhookPolicy policy) {
        return new WebhookGate(policy, () -> now);
    }

    private static HttpHeaders from(String origin) {
        return new DefaultHttpHeaders().add("webhook-request-origin", origin);
    }

    /** 0 when it passes, else the seconds after which it is to be tried again. */
    private static int wait(WebhookGate gate, String origin) {
        try {
            gate.check(from(origin));
            return 0;
        } catch (Refusal refusal) {
            assertThat(refusal.problem().status()).isEqualTo(429);
            return refusal.problem().retryAfterSeconds();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a.example, true",
        "A.Example, true",
        "b.example, false",
        "x.shop.example, true",
        "x.y.SHOP.example, true",
        "shop.example, false",
        "xshop.example, false",
        "'', false"
    })
    void agreesWithTheOriginsOfItsList(String origin, boolean agrees) {
        var gate = gate(WebhookPolicy.of(List.of("a.example", "*.shop.example")));

        assertThat(gate.agreesWith(origin)).isEqualTo(agrees);
        if (agrees) {
            gate.check(from(origin));
        } else {
            assertThatThrownBy(() -> gate.check(from(origin)))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal -> assertThat(refusal.problem().status()).isEqualTo(403));
        }
    }

    @Test
    void looksAtNoRequestThatIsNoWebhook() {
        var gate = gate(WebhookPolicy.of(List.of()).perMinute(1));

        for (var i = 0; i < 3; i++) {
            gate.check(new DefaultHttpHeaders().add("ce-id", "1"));
        }
        assertThat(gate.agreesWith("a.example")).isFalse();
    }

    @Test
    void grantsNoMoreThanIsAskedFor() {
        var limited = gate(WebhookPolicy.ANY.perMinute(120));

        assertThat(limited.granted(null)).isEqualTo("120");
        assertThat(limited.granted("*")).isEqualTo("120");
        assertThat(limited.granted("60")).isEqualTo("60");
        assertThat(limited.granted("999999999")).isEqualTo("120");
        assertThat(gate(WebhookPolicy.ANY).granted("60")).isEqualTo("*");
    }

    @Test
    void takesAMinutesWorthAtOnceAndThenEvenly() {
        var gate = gate(WebhookPolicy.ANY.perMinute(60));
        for (var i = 0; i < 60; i++) {
            assertThat(wait(gate, "a")).isZero();
        }
        assertThat(wait(gate, "a")).isEqualTo(1);
        assertThat(wait(gate, "A")).isEqualTo(1);
        assertThat(wait(gate, "b")).isZero();

        for (var second = 0; second < 90; second++) {
            now += Duration.ofSeconds(1).toNanos();
            assertThat(wait(gate, "a")).isZero();
            assertThat(wait(gate, "a")).isEqualTo(1);
        }
        now += Duration.ofMinutes(2).toNanos();
        for (var i = 0; i < 60; i++) {
            assertThat(wait(gate, "a")).isZero();
        }
        assertThat(wait(gate, "a")).isEqualTo(1);
    }

    @Test
    void tellsHowLongASlowRateIsToBeWaitedFor() {
        var gate = gate(WebhookPolicy.ANY.perMinute(2));
        wait(gate, "a");
        wait(gate, "a");

        assertThat(wait(gate, "a")).isEqualTo(30);
        now += Duration.ofMillis(10_500).toNanos();
        assertThat(wait(gate, "a")).isEqualTo(20);
        now += Duration.ofSeconds(20).toNanos();
        assertThat(wait(gate, "a")).isZero();
    }

    @Test
    void countsSoManyOriginsAndAllOthersTogether() {
        var gate = gate(WebhookPolicy.ANY.perMinute(1));
        for (var i = 0; i < WebhookGate.ORIGINS_MAX; i++) {
            assertThat(wait(gate, "o" + i)).isZero();
        }
        assertThat(wait(gate, "one-more")).isZero();
        assertThat(wait(gate, "another")).isEqualTo(60);
        assertThat(wait(gate, "o7")).isEqualTo(60);
    }

    @Test
    void countsOriginsForThemselvesAgainOnceOthersHaveUsedNothingForAMinute() {
        var gate = gate(WebhookPolicy.ANY.perMinute(1));
        for (var i = 0; i < WebhookGate.ORIGINS_MAX; i++) {
            assertThat(wait(gate, "invented" + i)).isZero();
        }
        now += Duration.ofSeconds(61).toNanos();

        assertThat(wait(gate, "honest")).isZero();
        assertThat(wait(gate, "another")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "*a", "a.*", "https://a.example", "a\n", "*."})
    void refusesOriginsThatAreNone(String origin) {
        var origins = List.of("a.example", origin);

        assertThatThrownBy(() -> WebhookPolicy.of(origins))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + origin + "'");
    }

    @Test
    void refusesARateOfNothing() {
        assertThatThrownBy(() -> WebhookPolicy.ANY.perMinute(0)).hasMessageContaining("at least 1");
    }
}
