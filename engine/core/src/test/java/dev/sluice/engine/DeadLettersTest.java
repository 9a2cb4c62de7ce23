package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a dead letter says. */
class DeadLettersTest {
    private final TestDispatcher test =
            new TestDispatcher(Fixtures.function(Fixtures.reactive(text -> null), 1, Duration.ofSeconds(1)));
    private final Pipeline pipeline = test.attach(Fixtures.retries(0));

    private CloudEvent letter(CloudEvent event, String reason, Throwable error, int tries) {
        var letters = new DeadLetters("fn", pipeline.spec(), () -> TestDispatcher.NOW);
        var task = new Task(pipeline, new FakeSource.Lent(event, "key", 3, 9_000_000_000L, 100));
        task.tries = tries;
        return letters.of(task, reason, error);
    }

    @Test
    void keepsTheEventAndSaysWhyItIsDead() {
        var event = Fixtures.event("in").toBuilder()
                .subject("order 7")
                .extension("partitionkey", "customer-1")
                .build();
        var letter = letter(event, "exhausted", new IllegalStateException("no stock"), 6);

        assertThat(letter.getId()).isEqualTo("in");
        assertThat(letter.getSource()).isEqualTo(event.getSource());
        assertThat(letter.getType()).isEqualTo(event.getType());
        assertThat(letter.getSubject()).isEqualTo("order 7");
        assertThat(letter.getData()).isEqualTo(event.getData());
        assertThat(letter.getExtension("partitionkey")).isEqualTo("customer-1");
        assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted");
        assertThat(letter.getExtension("dlattempts")).isEqualTo(6);
        assertThat(letter.getExtension("dlerror")).isEqualTo("java.lang.IllegalStateException: no stock");
        assertThat(letter.getExtension("dlfunction")).isEqualTo("fn");
        assertThat(letter.getExtension("dltrigger")).isEqualTo("tr");
        assertThat(letter.getExtension("dltopic")).isEqualTo("topic");
        assertThat(letter.getExtension("dlpartition")).isEqualTo(3);
        assertThat(letter.getExtension("dloffset")).isEqualTo("9000000000");
        assertThat(letter.getExtension("dltime")).isEqualTo("2026-01-02T03:04:05.678Z");
        assertThat(letter.getExtension("dlredrives")).isEqualTo(0);
        assertThat(letter.getExtension("sluicehops")).isEqualTo(1);
    }

    @Test
    void keepsTheNumberOfRedrivesAndReplacesWhatAnEarlierDeathSaid() {
        var event = Fixtures.event("in").toBuilder()
                .extension("dlredrives", 2)
                .extension("dlreason", "rejected")
                .extension("dltopic", "another")
                .build();
        var letter = letter(event, "exhausted", new FunctionException.Retry("busy", Duration.ZERO), 6);

        assertThat(letter.getExtension("dlredrives")).isEqualTo(2);
        assertThat(letter.getExtension("dlreason")).isEqualTo("exhausted");
        assertThat(letter.getExtension("dltopic")).isEqualTo("topic");
        assertThat(letter.getExtension("dlerror")).isEqualTo("Retry: busy");
    }

    @Test
    void saysItInKnativesExtensionsWhereTheTriggerAsksForThem() {
        var knative = test.attach(Fixtures.trigger(
                "kn",
                new FakeSource(),
                Ordering.KEY,
                test.answers,
                Fixtures.retries(0).withDeadLetters(true, 3),
                test.deadLetters,
                1));
        var letters = new DeadLetters("fn", knative.spec(), () -> TestDispatcher.NOW);
        var task = new Task(knative, new FakeSource.Lent(Fixtures.event("in"), "key", 3, 1, 100));

        var failed = letters.of(task, "exhausted", new IllegalStateException("no stock"));
        assertThat(failed.getExtension("knativeerrordest")).isEqualTo("/functions/fn");
        assertThat(failed.getExtension("knativeerrorcode")).isEqualTo(500);
        assertThat(failed.getExtension("knativeerrordata"))
                .isEqualTo("amF2YS5sYW5nLklsbGVnYWxTdGF0ZUV4Y2VwdGlvbjogbm8gc3RvY2s=");
        assertThat(letters.of(task, "rejected", new FunctionException.Rejected("x".repeat(2_000)))
                        .getExtension("knativeerrordata"))
                .asString()
                .hasSize(1_024);
        assertThat(letters.of(task, "rejected", new FunctionException.Rejected("x"))
                        .getExtension("knativeerrorcode"))
                .isEqualTo(400);
        assertThat(letters.of(task, "exhausted", new FunctionException.TimedOut("fn", Duration.ofSeconds(1)))
                        .getExtension("knativeerrorcode"))
                .isEqualTo(504);
        assertThat(letter(Fixtures.event("in"), "loop", null, 0).getExtension("knativeerrordest"))
                .as("none where it is not asked for")
                .isNull();
    }

    @Test
    void saysNoneWhenThereIsNoError() {
        assertThat(letter(Fixtures.event("in"), "loop", null, 0).getExtension("dlerror"))
                .isEqualTo("none");
        assertThat(DeadLetters.describe(new IllegalStateException((String) null)))
                .isEqualTo("java.lang.IllegalStateException");
    }

    @Test
    void cutsTheErrorAtOneKibibyteOfUtf8BetweenCharacters() {
        var described = DeadLetters.describe(new FunctionException.Rejected("\uD83D\uDE00".repeat(1_000)));

        var bytes = described.getBytes(StandardCharsets.UTF_8).length;
        assertThat(bytes).isBetween(1_021, 1_024);
        assertThat(described).startsWith("Rejected: \uD83D\uDE00").endsWith("\uD83D\uDE00");
        assertThat(DeadLetters.describe(new FunctionException.Rejected("x".repeat(5_000))))
                .hasSize(1_024);
        assertThat(DeadLetters.describe(new FunctionException.Rejected("x".repeat(1_014))))
                .hasSize(1_024);
    }

    @Test
    void replacesCharactersThatNoAttributeMayHave() {
        var letter = letter(
                Fixtures.event("in"),
                "exhausted",
                new FunctionException.Retry("a\nb\u0000c\u0085d\uD800e\uFFFFf\uFDD0g\u00e4", Duration.ZERO),
                1);

        assertThat(letter.getExtension("dlerror")).isEqualTo("Retry: a b c d e f g\u00e4");
    }
}
