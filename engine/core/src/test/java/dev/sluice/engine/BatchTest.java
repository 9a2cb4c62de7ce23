package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.batching;
import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.sql.EventFilter;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.BatchResult;
import dev.sluice.function.Invocation;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Functions of a list of events, in virtual time. */
class BatchTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WITHIN = Duration.ofMillis(100);

    private final List<List<String>> batches = new ArrayList<>();

    private TestDispatcher batchesOf(int size, Function<List<String>, BatchResult> verdict) {
        return batchesOf(size, batching(texts -> {
            batches.add(List.copyOf(texts));
            return verdict.apply(texts);
        }));
    }

    private static TestDispatcher batchesOf(int size, FunctionCode code) {
        return new TestDispatcher(function("fn", code, 1, TIMEOUT, new BatchPolicy(size, WITHIN)));
    }

    @Test
    void startsABatchAtOnceWhenItIsFull() {
        var test = batchesOf(3, texts -> BatchResult.DONE);
        test.attach(retries(0));
        for (var id : List.of("a", "b", "c", "d")) {
            test.source.offer(id);
        }
        test.run();

        assertThat(batches).containsExactly(List.of("a", "b", "c"));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void startsASmallerBatchWhenItsFirstEventHasWaitedLongEnough() {
        var test = batchesOf(3, texts -> BatchResult.DONE);
        test.attach(retries(0));
        test.source.offer("a");
        test.advance(WITHIN.dividedBy(2));
        test.source.offer("b");
        test.advance(WITHIN.dividedBy(2).minusMillis(1));
        assertThat(batches).isEmpty();

        test.advanceMillis(1);
        assertThat(batches).containsExactly(List.of("a", "b"));
    }

    @Test
    void keepsTheOrderOfAKeyInsideAndAcrossBatches() {
        var test = batchesOf(4, texts -> BatchResult.DONE);
        test.attach(retries(0));
        for (var i = 0; i < 20; i++) {
            test.source.offer("key" + i % 3 + "-" + (char) ('a' + i), "key" + i % 3);
        }
        test.advance(Duration.ofSeconds(2));

        var seen = batches.stream().flatMap(List::stream).toList();
        assertThat(seen).hasSize(20);
        for (var key : List.of("key0", "key1", "key2")) {
            assertThat(seen.stream().filter(text -> text.startsWith(key))).isSorted();
        }
        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeLessThanOrEqualTo(4));
    }

    @Test
    void failsTheNamedEventAndRunsTheLaterOnesOfItsKeyAgain() {
        var failed = new ArrayList<String>();
        var test = batchesOf(5, texts -> {
            var at = texts.indexOf("a2");
            if (at < 0 || !failed.isEmpty()) {
                return BatchResult.DONE;
            }
            failed.add("a2");
            return BatchResult.failed(Map.of(at, new IllegalStateException("not this one")));
        });
        test.attach(retries(1, Duration.ofSeconds(1)));
        for (var id : List.of("a1", "b1", "a2", "b2", "a3")) {
            test.source.offer(id, id.substring(0, 1));
        }
        test.run();
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);

        test.advance(Duration.ofSeconds(2));
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(5);
        var seen = batches.stream().flatMap(List::stream).toList();
        assertThat(seen.stream().filter(text -> text.startsWith("b"))).containsExactly("b1", "b2");
        assertThat(seen.stream().filter(text -> text.startsWith("a"))).containsExactly("a1", "a2", "a3", "a2", "a3");
        assertThat(test.deadLetters.stored).isEmpty();
    }

    @Test
    void isolatesThePoisonEventOfABatchThatFailsAsAWhole() {
        var test = batchesOf(8, texts -> {
            if (texts.contains("poison")) {
                throw new IllegalStateException("poisoned");
            }
            return BatchResult.DONE;
        });
        test.attach(retries(0));
        for (var id : List.of("a", "b", "c", "d", "poison", "e", "f", "g")) {
            test.source.offer(id, id);
        }
        test.advance(Duration.ofSeconds(2));

        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(8);
        assertThat(test.deadLetters.ids()).containsExactly("poison");
        assertThat(test.deadLetters.only().getExtension("dlattempts")).isEqualTo(1);
        assertThat(test.deadLetters.only().getExtension("dlerror"))
                .isEqualTo("java.lang.IllegalStateException: poisoned");
        var well = batches.stream()
                .filter(batch -> !batch.contains("poison"))
                .flatMap(List::stream)
                .toList();
        assertThat(well).containsExactlyInAnyOrder("a", "b", "c", "d", "e", "f", "g");
        assertThat(batches).last().isNotEqualTo(batches.get(0));
    }

    @Test
    void repeatsABatchThatIsNotToBeBisectedAsItWas() {
        var code = batching(texts -> {
            batches.add(List.copyOf(texts));
            if (texts.contains("poison")) {
                throw new IllegalStateException("poisoned");
            }
            return BatchResult.DONE;
        });
        var test = new TestDispatcher(function("fn", code, 1, TIMEOUT, new BatchPolicy(3, WITHIN, false)));
        test.attach(retries(1, Duration.ofSeconds(1)));
        for (var id : List.of("a", "poison", "b")) {
            test.source.offer(id, id);
        }
        test.advance(Duration.ofSeconds(5));

        assertThat(batches).containsExactly(List.of("a", "poison", "b"), List.of("a", "poison", "b"));
        assertThat(test.deadLetters.ids()).containsExactlyInAnyOrder("a", "poison", "b");
        assertThat(test.deadLetters.stored).allSatisfy(letter -> assertThat(letter.getExtension("dlattempts"))
                .isEqualTo(2));
    }

    @Test
    void deadLettersTheOneEventThatCannotBeRead() {
        var read = new ArrayList<String>();
        Consumer<List<JsonNode>> handler = nodes -> nodes.forEach(node -> read.add(node.asText()));
        var test = batchesOf(3, Fixtures.code(TypedFunction.of(new TypeRef<Consumer<List<JsonNode>>>() {}, handler)));
        test.attach(retries(5));
        test.source.offer(Fixtures.event("1", "\"one\""), "k", 0);
        test.source.offer(Fixtures.event("2", "no json"), "k", 0);
        test.source.offer(Fixtures.event("3", "\"three\""), "k", 0);
        test.advance(Duration.ofSeconds(1));

        assertThat(read).containsExactly("one", "three");
        assertThat(test.deadLetters.ids()).containsExactly("2");
        assertThat(test.deadLetters.only().getExtension("dlreason")).isEqualTo("undecodable");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
    }

    @Test
    void waitsWithTheKeyOfAnEventThatCannotBeReadWhileItsDeadLetterIsRefused() {
        var read = new ArrayList<String>();
        Consumer<List<JsonNode>> handler = nodes -> nodes.forEach(node -> read.add(node.asText()));
        var test = batchesOf(3, Fixtures.code(TypedFunction.of(new TypeRef<Consumer<List<JsonNode>>>() {}, handler)));
        test.deadLetters.failing(new IllegalStateException("dlq is gone"));
        var pipeline = test.attach(retries(5));
        test.source.offer(Fixtures.event("1", "\"one\""), "k", 0);
        test.source.offer(Fixtures.event("2", "no json"), "k", 0);
        test.source.offer(Fixtures.event("3", "\"three\""), "k", 0);
        test.advance(Duration.ofSeconds(59));
        assertThat(read).containsExactly("one");
        assertThat(pipeline.status().parked()).isEqualTo(1);
        assertThat(pipeline.counts.deadLetterFailures.get()).isEqualTo(1);

        test.deadLetters.failing(null);
        test.advance(Duration.ofSeconds(2));
        assertThat(read).containsExactly("one", "three");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(3);
        assertThat(pipeline.status().parked()).isZero();
        assertThat(pipeline.status().runnable()).isZero();
    }

    @Test
    void runsACallAloneWithoutWaitingForCompany() {
        var test = batchesOf(100, texts -> BatchResult.DONE);
        var pipeline = test.attach(Fixtures.calls(EventFilter.PASS));
        var one = new FakeCall("one");
        var two = new FakeCall("two");
        assertThat(test.dispatcher.submit(pipeline, one)).isInstanceOf(Admission.Admitted.class);
        assertThat(test.dispatcher.submit(pipeline, two)).isInstanceOf(Admission.Admitted.class);
        test.run();

        assertThat(batches).containsExactly(List.of("one"), List.of("two"));
        assertThat(one.accepted()).isTrue();
        assertThat(two.accepted()).isTrue();
    }

    @Test
    void tellsTheHighestAttemptOfItsEvents() {
        var attempts = new ArrayList<Integer>();
        BiFunction<List<CloudEvent>, Invocation, BatchResult> handler = (events, invocation) -> {
            attempts.add(invocation.attempt());
            for (var i = 0; i < events.size(); i++) {
                if (events.get(i).getId().equals("old") && attempts.size() == 1) {
                    return BatchResult.failed(Map.of(i, new IllegalStateException("once")));
                }
            }
            return BatchResult.DONE;
        };
        var test = batchesOf(
                2,
                Fixtures.code(TypedFunction.of(
                        new TypeRef<BiFunction<List<CloudEvent>, Invocation, BatchResult>>() {}, handler)));
        test.attach(retries(3, WITHIN));
        test.source.offer("old", "o");
        test.advance(WITHIN);
        assertThat(attempts).containsExactly(1);
        test.advance(WITHIN.minusMillis(1));
        test.source.offer("new", "n");
        test.advance(WITHIN.multipliedBy(3));

        assertThat(attempts).containsExactly(1, 2);
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(2);
    }

    @Test
    void failsABatchWhoseVerdictNamesAnEventThatItDoesNotHave() {
        var test = batchesOf(1, texts -> BatchResult.failed(Map.of(7, new IllegalStateException("which?"))));
        test.attach(retries(0));
        test.source.offer("event");
        test.advance(WITHIN);

        assertThat(test.deadLetters.only().getExtension("dlerror"))
                .isEqualTo("BadAnswer: function 'fn' named event 7 of a batch of 1 as failed");
        assertThat(test.source.count(State.ACCEPTED)).isEqualTo(1);
    }
}
