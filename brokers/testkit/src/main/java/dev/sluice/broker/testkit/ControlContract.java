package dev.sluice.broker.testkit;

import static dev.sluice.broker.testkit.BrokerContract.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import dev.sluice.broker.Control.Session;
import dev.sluice.broker.Control.Shard;
import dev.sluice.broker.Start;
import dev.sluice.cloudevents.WireEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

/** {@link Control}: states, their holders, what is stored with them, and the sharing out of work. */
abstract class ControlContract extends ContractPart {
    private final String name = "session-" + UUID.randomUUID();

    private Control control() {
        return broker().control();
    }

    private Session open() {
        return Objects.requireNonNull(control().open(name).block(patience()));
    }

    private Session reopened(Session session) {
        session.close().block(patience());
        return open();
    }

    private static Change put(String key, String value) {
        return Change.put(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> texts(Session session) {
        var texts = new TreeMap<String, String>();
        session.states().forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    private Outgoing outgoing(String id, String key) {
        return new Outgoing(topic(), event(id, key), null);
    }

    @Test
    void keepsStatesForTheNextHolder() {
        var session = open();
        assertThat(session.states()).isEmpty();
        session.commit(List.of(), List.of(put("a", "1"), put("b", "2"), put("c", "")))
                .block(patience());
        session.commit(List.of(), List.of(put("a", "3"), Change.remove("b"), Change.remove("never")))
                .block(patience());

        var next = reopened(session);

        assertThat(texts(next)).containsExactlyInAnyOrderEntriesOf(Map.of("a", "3", "c", ""));
        next.commit(List.of(), List.of(put("a", "4"))).block(patience());
        var read = Objects.requireNonNull(control().read(name).block(patience()));
        assertThat(read).containsOnlyKeys("a", "c").containsEntry("a", new byte[] {'4'});
        next.commit(List.of(), List.of(put("a", "5"))).block(patience());
        next.close().block(patience());
    }

    @Test
    void keepsTheStatesOfSessionsApart() {
        var session = open();
        var other = Objects.requireNonNull(control().open(name + "-other").block(patience()));
        session.commit(List.of(), List.of(put("a", "1"))).block(patience());
        other.commit(List.of(), List.of(put("a", "2"))).block(patience());

        assertThat(texts(reopened(session))).isEqualTo(Map.of("a", "1"));
        other.close().block(patience());
    }

    @Test
    void storesEventsWithTheirStates() {
        var member = join("g", Start.EARLIEST).requestingAll();
        var session = open();

        session.commit(
                        List.of(outgoing("k-0", "k"), outgoing("k-1", "k"), outgoing("l-0", "l")),
                        List.of(put("last", "3")))
                .block(patience());
        session.commit(List.of(outgoing("k-2", "k")), List.of()).block(patience());

        eventually(() -> assertThat(member.ids()).hasSize(4));
        assertThat(member.ids()).containsSubsequence("k-0", "k-1", "k-2").contains("l-0");
        assertThat(texts(reopened(session))).isEqualTo(Map.of("last", "3"));
    }

    @Test
    void fencesTheHolderThatWasThereBefore() {
        var member = join("g", Start.EARLIEST).requestingAll();
        var former = open();
        former.commit(List.of(outgoing("1", "k")), List.of(put("n", "1"))).block(patience());

        var holder = open();
        StepVerifier.create(former.commit(List.of(outgoing("lost", "k")), List.of(put("n", "lost"))))
                .expectError(Control.Fenced.class)
                .verify(patience());
        assertThat(texts(holder)).isEqualTo(Map.of("n", "1"));
        holder.commit(List.of(outgoing("2", "k")), List.of(put("n", "2"))).block(patience());

        eventually(() -> assertThat(member.ids()).containsExactly("1", "2"));
        forAWhile(() -> assertThat(member.ids()).containsExactly("1", "2"));
        assertThat(texts(reopened(holder))).isEqualTo(Map.of("n", "2"));
    }

    @Test
    void storesNothingWhenAnEventIsTooLarge() {
        var member = join("g", Start.EARLIEST).requestingAll();
        var session = open();
        var large = WireEvent.builder()
                .id("large")
                .source("/contract")
                .type("t")
                .extension("partitionkey", "k")
                .data(
                        "application/octet-stream",
                        new byte[broker().sink(topic()).sizeMaxBytes() + 1])
                .build();

        StepVerifier.create(session.commit(
                        List.of(outgoing("small", "k"), new Outgoing(topic(), large, null)), List.of(put("n", "1"))))
                .expectError(BrokerException.TooLarge.class)
                .verify(patience());
        session.commit(List.of(outgoing("next", "k")), List.of(put("m", "2"))).block(patience());

        eventually(() -> assertThat(member.ids()).containsExactly("next"));
        assertThat(texts(reopened(session))).isEqualTo(Map.of("m", "2"));
    }

    @Test
    void refusesATopicThatCanNotBe() {
        var session = open();

        StepVerifier.create(session.commit(
                        List.of(new Outgoing("no/slash", event("1", "k"), null)), List.of(put("n", "1"))))
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(BrokerException.class))
                .verify(patience());

        assertThat(open().states()).isEmpty();
    }

    @Test
    void makesCommitsOneAfterAnother() {
        var session = open();

        Flux.range(0, 20)
                .flatMap(n -> session.commit(List.of(outgoing("k-" + n, "k")), List.of(put("n", "" + n))), 20)
                .blockLast(patience());

        var member = join("g", Start.EARLIEST).requestingAll();
        eventually(() -> assertThat(member.ids()).hasSize(20));
        assertThat(member.ids()).doesNotHaveDuplicates();
        assertThat(texts(reopened(session)))
                .isEqualTo(Map.of("n", member.ids().get(19).substring(2)));
    }

    @Test
    void makesACommitThoughItsCallerWasTooImpatientToSeeIt() {
        var member = join("g", Start.EARLIEST).requestingAll();
        var session = open();

        session.commit(List.of(outgoing("k-0", "k")), List.of(put("m", "0"), put("n", "0")))
                .subscribe()
                .dispose();
        session.commit(List.of(outgoing("k-1", "k")), List.of(put("n", "1"))).block(patience());

        assertThat(texts(reopened(session))).isEqualTo(Map.of("m", "0", "n", "1"));
        eventually(() -> assertThat(member.ids()).containsExactly("k-0", "k-1"));
        forAWhile(() -> assertThat(member.ids()).containsExactly("k-0", "k-1"));
    }

    @Test
    void refusesToCommitOnceClosed() {
        var session = open();
        session.close().block(patience());
        session.close().block(patience());

        StepVerifier.create(session.commit(List.of(), List.of(put("n", "1"))))
                .expectError(BrokerException.Unavailable.class)
                .verify(patience());
        assertThat(open().states()).isEmpty();
    }

    @Test
    void refusesWhatPassesItsLimits() {
        var session = open();
        var outgoing = outgoing("1", "k");

        assertThatThrownBy(() -> session.commit(Collections.nCopies(Control.EVENTS_MAX + 1, outgoing), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a commit has 1001 events, must be at most 1000");
        assertThatThrownBy(() ->
                        session.commit(List.of(), List.of(Change.put("big", new byte[Control.VALUE_MAX_BYTES + 1]))))
                .hasMessage("state 'big' has 65537 bytes, must have at most 65536");
        assertThatThrownBy(() -> session.commit(List.of(), List.of(put("", "1"))))
                .hasMessage("the key of a state has 0 characters, must have 1 to 249");
        assertThatThrownBy(() -> control().open("x".repeat(Control.NAME_MAX + 1)))
                .hasMessage("the name of a session has 250 characters, must have 1 to 249");
    }

    @Test
    void sharesWorkOutAndHandsItOver() {
        var first = new Worker(name);
        eventually(() -> assertThat(first.owned).isNotEmpty().hasSize(first.count));
        var second = new Worker(name);
        eventually(() -> {
            assertThat(second.owned).isNotEmpty();
            assertThat(first.owned).doesNotContainAnyElementsOf(second.owned);
            assertThat(first.owned.size() + second.owned.size()).isEqualTo(first.count);
        });

        first.leaving.dispose();

        Set<Integer> all = new HashSet<>();
        for (var number = 0; number < second.count; number++) {
            all.add(number);
        }
        eventually(() -> assertThat(second.owned).isEqualTo(all));
        eventually(() -> assertThat(first.owned).isEmpty());
        second.leaving.dispose();
    }

    /** A member of a group that shares work out, and what it has of it. */
    private final class Worker {
        private final Set<Integer> owned = ConcurrentHashMap.newKeySet();
        private final Disposable leaving;
        private volatile int count;

        private Worker(String group) {
            leaving = control().shards(group).subscribe(this::take);
        }

        private void take(Shard shard) {
            count = shard.count();
            owned.add(shard.number());
            var unused = shard.lost().subscribe(nothing -> {}, error -> {}, () -> owned.remove(shard.number()));
        }
    }

    @Test
    void sharesNothingOutOnceClosed() {
        broker().close().block(patience());

        StepVerifier.create(control().shards(name))
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(BrokerException.class))
                .verify(patience());
        StepVerifier.create(control().open(name))
                .expectError(BrokerException.Unavailable.class)
                .verify(Duration.ofSeconds(30));
    }
}
