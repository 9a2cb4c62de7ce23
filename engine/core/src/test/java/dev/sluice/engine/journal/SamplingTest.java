package dev.sluice.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NumericChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final String TRACED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final Sampling sampling = new Sampling(0.01);

    @Test
    void takesAllWhileFewCome() {
        for (var i = 0; i < 1_000; i++) {
            // 40 in a second, for 25 seconds.
            assertThat(sampling.takes(event("e" + i), i * SECOND / 40)).isTrue();
        }
    }

    @Test
    void takesTheShareOnceManyCome() {
        var taken = 0;
        for (var i = 0; i < 100_000; i++) {
            taken += sampling.takes(event("e" + i), i * SECOND / 10_000) ? 1 : 0;
        }

        assertThat(taken).isCloseTo(1_000, within(200));
    }

    @Test
    void takesAllAgainWhenItIsQuietAgain() {
        busy();

        assertThat(sampling.takes(event("quiet"), 3 * SECOND)).isTrue();
    }

    @Test
    void takesWhatIsTracedUpToALimit() {
        busy();
        var taken = IntStream.range(0, 1_000)
                .filter(i -> sampling.takes(traced("unchosen-0", TRACED), 3 * SECOND / 2))
                .count();

        assertThat(sampling.chosen("unchosen-0")).isFalse();
        assertThat(taken).isEqualTo(Sampling.ALL_MAX);
    }

    @ParameterizedTest
    @CsvSource({
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0?"
    })
    void takesNothingMoreForATraceThatIsNotSampled(String traceparent) {
        busy();

        assertThat(sampling.takes(traced("unchosen-0", traceparent), 3 * SECOND / 2))
                .isFalse();
    }

    @Test
    void takesNothingWhenItIsOff() {
        assertThat(new Sampling(0).takes(traced("e", TRACED), 0)).isFalse();
    }

    @Property(tries = 500)
    void takesAnEventTogetherWithAllThatComesOfIt(
            @ForAll @AlphaChars @NumericChars @StringLength(min = 1, max = 40) String id,
            @ForAll @IntRange(min = 1, max = 999) int answer,
            @ForAll @IntRange(max = 6) int hops) {
        var one = new Sampling(0.3);
        var last = id;
        for (var hop = 0; hop < hops; hop++) {
            last += ":trigger-" + hop + ":" + answer;
        }

        assertThat(one.chosen(last)).isEqualTo(one.chosen(id));
        assertThat(Sampling.rootEnd(last)).isEqualTo(id.length());
    }

    @ParameterizedTest
    @CsvSource({
        "order-1, order-1",
        "order-1:price:1, order-1",
        "order-1:price:1:ship-it:12, order-1",
        "urn:uuid:6e8bc430-9c3a, urn:uuid:6e8bc430-9c3a",
        "urn:order:1, urn:order:1",
        "urn:order:1:price:2, urn:order:1",
        "a:b, a:b",
        ":a:1, :a:1",
        "a:b:, a:b:",
        "a:b:1234567890, a:b:1234567890"
    })
    void findsTheEventAtTheBeginning(String id, String root) {
        assertThat(id.substring(0, Sampling.rootEnd(id))).isEqualTo(root);
    }

    @Test
    void takesItsShareOfAnyFormOfIds() {
        share("counters", i -> "order-" + i);
        share("padded counters", i -> "%012d@shop.example".formatted(i));
        share("UUIDs", i -> new UUID(0x6e8b_c430_9c3aL * i, 31L * i).toString());
        share("counters in front", i -> i + "-of-the-north-western-warehouse-of-acme");
    }

    private static void share(String what, IntFunction<String> id) {
        var one = new Sampling(0.05);
        var taken =
                IntStream.range(0, 20_000).filter(i -> one.chosen(id.apply(i))).count();
        assertThat(taken).as(what).isCloseTo(1_000, within(250L));
    }

    /** Two busy seconds, up to the middle of the second one. */
    private void busy() {
        for (var i = 0; i < 1_500; i++) {
            sampling.takes(event("b" + i), i * SECOND / 1_000);
        }
    }

    private static CloudEvent event(String id) {
        return WireEvent.builder().id(id).source("/s").type("t").build();
    }

    private static CloudEvent traced(String id, String traceparent) {
        return WireEvent.builder()
                .id(id)
                .source("/s")
                .type("t")
                .extension("traceparent", traceparent)
                .build();
    }
}
