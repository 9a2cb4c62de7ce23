package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A wall clock that is set: nothing that runs on durations notices. */
class WallClockTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final List<String> runs = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P1D", "P-3650D"})
    void retriesAfterTheSameWaitWhereverTheWallClockGoes(String jump) {
        var code = reactive(text -> {
            runs.add(text);
            return runs.size() == 1 ? Mono.error(new IllegalStateException("once")) : Mono.empty();
        });
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        test.attach(retries(1, Duration.ofSeconds(10)));
        var event = test.source.offer("a", "key");
        test.run();

        jump(test, jump);
        test.advance(Duration.ofMillis(9_999));
        assertThat(runs).hasSize(1);
        test.advance(Duration.ofMillis(1));

        assertThat(runs).hasSize(2);
        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.ids()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1H", "P1D", "P-3650D"})
    void endsARunAtItsDeadlineAndNotBeforeWhereverTheWallClockGoes(String jump) {
        var code = reactive(text -> {
            runs.add(text);
            return Flux.never();
        });
        var test = new TestDispatcher(function(code, 1, TIMEOUT));
        test.attach(retries(0));
        test.source.offer("a", "key");
        test.run();

        jump(test, jump);
        test.advance(TIMEOUT.minusMillis(1));
        assertThat(test.deadLetters.ids()).isEmpty();
        test.advance(Duration.ofMillis(1));

        assertThat(test.deadLetters.ids()).containsExactly("a");
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("exhausted");
        assertThat(test.deadLetters.only().getExtension("dltime").toString())
                .startsWith(String.valueOf(test.wallClock).substring(0, 16));
    }

    private static void jump(TestDispatcher test, String by) {
        test.wallClock = test.wallClock.plus(Duration.parse(by));
    }
}
