package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.event;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.engine.FakeSource.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a source tells of records: tries that readers before this one began, and records that are no events. */
class EarlierReadersTest {
    private final List<String> runs = new ArrayList<>();
    private final FunctionCode code = reactive(text -> {
        runs.add(text);
        if (text.startsWith("never")) {
            return Mono.never();
        }
        return text.startsWith("bad") ? Mono.error(new IllegalStateException("no")) : Mono.just(text);
    });
    private final TestDispatcher test = new TestDispatcher(function(code, 4, Duration.ofMinutes(1)));

    @Test
    void tellsTheSourceOfEachTryBeforeItEnds() {
        test.attach(retries(2, Duration.ofSeconds(1)));
        var event = test.source.offer("bad");
        test.run();
        assertThat(event.tries).isEqualTo(1);
        test.advance(Duration.ofSeconds(1));
        assertThat(event.tries).isEqualTo(2);
    }

    @Test
    void goesOnWithTheTriesThatAnEarlierReaderLeft() {
        test.attach(retries(5));
        test.source.offer(event("bad"), null, 0, 4);
        test.advance(Duration.ofSeconds(1));

        assertThat(runs).hasSize(2);
        assertThat(test.deadLetters.only().getExtension("dlattempts")).isEqualTo(6);
    }

    @Test
    void makesADeadLetterOfAnEventWhoseLastTryEndedItsReaderAndDoesNotRunIt() {
        test.attach(retries(5));
        var event = test.source.offer(event("kills"), null, 0, 6);
        test.run();

        assertThat(runs).isEmpty();
        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("exhausted");
        assertThat((String) test.deadLetters.only().getExtension("dlerror")).contains("did not end its last try");
    }

    @Test
    void runsTheLastTryWhenAllButOneWereBegunBefore() {
        test.attach(retries(5));
        var event = test.source.offer(event("in"), null, 0, 5);
        test.run();

        assertThat(runs).containsExactly("in");
        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void doesNotCountATryThatARevocationCutShort() {
        test.attach(retries(5));
        var event = test.source.offer("never", null, 3);
        test.run();
        assertThat(event.tries).isEqualTo(1);

        test.source.revoke(3, () -> {});
        test.advance(Duration.ofSeconds(5));
        assertThat(event.state()).isEqualTo(State.RELEASED);
        assertThat(event.tries).isZero();
    }

    @Test
    void putsARecordThatIsNoEventAsideByteForByteWithoutRunningIt() {
        test.attach(retries(5));
        byte[] value = {(byte) 0xFF, 0, 1};
        var raw = RawEvent.of(
                "orders",
                2,
                41,
                new byte[] {7},
                List.of(new RawEvent.Header("ce_id", new byte[0])),
                value,
                "id must not be empty");
        var record = test.source.offer(raw, null, 2);
        test.run();

        assertThat(runs).isEmpty();
        assertThat(record.accepted()).isTrue();
        var deadLetter = (RawEvent) test.deadLetters.only();
        assertThat(deadLetter.value()).isEqualTo(value);
        assertThat(deadLetter.key()).containsExactly(7);
        assertThat(deadLetter.headers()).extracting(RawEvent.Header::name).containsExactly("ce_id");
        assertThat(deadLetter.getExtension("dlreason")).isEqualTo("undecodable");
        assertThat((String) deadLetter.getExtension("dlerror")).contains("id must not be empty");
    }

    @Test
    void holdsTheKeyOfARecordThatIsNoEventWhileItsDeadLetterIsRefused() {
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        test.attach(retries(5));
        var raw = RawEvent.of("orders", 0, 1, null, List.of(), new byte[] {1}, "it is none");
        var record = test.source.offer(raw, "a", 0);
        var behind = test.source.offer("behind", "a");
        var other = test.source.offer("other", "b");
        test.run();
        assertThat(other.accepted()).isTrue();
        assertThat(behind.state()).isEqualTo(State.LENT);

        test.deadLetters.failing(null);
        test.advance(Duration.ofSeconds(60));
        assertThat(record.accepted()).isTrue();
        assertThat(behind.accepted()).isTrue();
        assertThat(runs).containsExactly("other", "behind");
    }

    @Test
    void takesOffADeadLetterOfALoopThatComesToATriggerAgain() {
        test.attach(retries(5));
        var looped = event("in").toBuilder()
                .extension(Answers.HOPS, DeadLetters.HOPS_MAX + 1)
                .extension("dlreason", "loop")
                .build();
        var event = test.source.offer(looped, null, 0);
        test.run();

        assertThat(runs).isEmpty();
        assertThat(event.accepted()).isTrue();
        assertThat(test.deadLetters.stored).isEmpty();
    }
}
