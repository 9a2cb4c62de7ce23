package dev.sluice.broker.kafka;

import static dev.sluice.broker.kafka.SourceFixture.PATIENCE;
import static dev.sluice.broker.kafka.SourceFixture.eventually;
import static dev.sluice.broker.kafka.SourceFixture.forAWhile;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource.Revocation;
import dev.sluice.broker.Start;
import dev.sluice.broker.kafka.SourceFixture.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Partitions that change hands in real groups, by every protocol that Kafka has for it. */
@Execution(ExecutionMode.CONCURRENT)
class KafkaRebalanceTest {
    private final SourceFixture fixture = new SourceFixture(4);

    /** How a group shares its partitions out. */
    enum Protocol {
        EAGER,
        COOPERATIVE,
        CONSUMER;

        void set(SourceFixture fixture) {
            if (this == EAGER) {
                fixture.with("partition.assignment.strategy", RangeAssignor.class.getName());
            } else if (this == CONSUMER) {
                fixture.withNewProtocol();
            }
        }
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void sendAll(String key, int from, int to) {
        for (var partition = 0; partition < 4; partition++) {
            fixture.send(partition, key + partition, from, to);
        }
    }

    private static List<String> all(int perPartition) {
        return IntStream.range(0, 4)
                .boxed()
                .flatMap(p -> IntStream.range(0, perPartition).mapToObj(i -> "k" + p + "-" + i))
                .toList();
    }

    private static List<String> ids(Reader... readers) {
        return Stream.of(readers).flatMap(reader -> reader.ids().stream()).toList();
    }

    @ParameterizedTest
    @EnumSource
    void losesAndDoublesNothingWhenMembersComeAndGoAndDrain(Protocol protocol) {
        protocol.set(fixture);
        var a = fixture.join("g").accepting().requestingAll().awaitOwning(4);
        sendAll("k", 0, 100);

        var b = fixture.join("g").accepting().requestingAll();
        sendAll("k", 100, 200);
        a.awaitOwning(2);
        b.awaitOwning(2);
        sendAll("k", 200, 300);
        eventually(() -> assertThat(ids(a, b)).hasSize(1_200));
        b.leave();
        a.awaitOwning(4);
        sendAll("k", 300, 400);

        eventually(() -> assertThat(ids(a, b)).hasSize(1_600));
        assertThat(ids(a, b)).containsExactlyInAnyOrderElementsOf(all(400));
        eventually(() -> assertThat(IntStream.range(0, 4)).allMatch(p -> fixture.committed("g", p) == 400));
    }

    @ParameterizedTest
    @EnumSource
    void waitsForWhatRunsAndStoresItBeforeTheNextOwnerReads(Protocol protocol) {
        protocol.set(fixture);
        sendAll("k", 0, 2);
        var a = new Reader(fixture.source("g", Start.EARLIEST))
                .keepingRevocations()
                .join()
                .requestingAll()
                .await(8);

        var b = fixture.join("g").requestingAll();
        eventually(() -> assertThat(a.revocations).hasSizeGreaterThanOrEqualTo(2));
        forAWhile(() -> assertThat(b.received).isEmpty());
        a.received.forEach(delivery -> delivery.accept().block(PATIENCE));
        a.revocations.forEach(Revocation::done);

        b.awaitOwning(2);
        sendAll("k", 2, 3);
        eventually(() -> assertThat(ids(a, b)).hasSize(12));
        assertThat(b.ids()).allMatch(id -> id.endsWith("-2"));
        assertThat(ids(a, b)).containsExactlyInAnyOrderElementsOf(all(3));
    }

    @ParameterizedTest
    @EnumSource
    void waitsNoLongerThanItsLimitForWhatDoesNotEnd(Protocol protocol) {
        protocol.set(fixture);
        fixture.drainTimeout = Duration.ofMillis(300);
        sendAll("k", 0, 1);
        var a = new Reader(fixture.source("g", Start.EARLIEST))
                .keepingRevocations()
                .join()
                .requestingAll()
                .await(4);

        var b = fixture.join("g").requestingAll().awaitOwning(2).await(2);

        var moved = b.received.stream().map(Delivery::partition).toList();
        a.received.stream()
                .filter(delivery -> moved.contains(delivery.partition()))
                .forEach(delivery -> delivery.accept().block(PATIENCE));
        forAWhile(() -> assertThat(moved).allMatch(partition -> fixture.committed("g", partition) == 0));
        b.received.forEach(delivery -> delivery.accept().block(PATIENCE));
        eventually(() -> assertThat(moved).allMatch(partition -> fixture.committed("g", partition) == 1));
    }

    @Test
    void storesWhatOthersAreDoneWithWhileItWaitsForOne() {
        sendAll("k", 0, 1);
        var a = new Reader(fixture.source("g", Start.EARLIEST))
                .keepingRevocations()
                .join()
                .requestingAll()
                .await(4);
        fixture.join("g");
        eventually(() -> assertThat(a.revocations).isNotEmpty());
        var leaving = a.revocations.stream().map(Revocation::partition).toList();
        var staying = a.received.stream()
                .filter(delivery -> !leaving.contains(delivery.partition()))
                .findFirst()
                .orElseThrow();

        staying.accept().block(PATIENCE);

        eventually(() -> assertThat(fixture.committed("g", staying.partition())).isEqualTo(1));
        a.revocations.forEach(Revocation::done);
    }

    @Test
    void givesNothingOfAPartitionOnceItsRevocationWasSignalled() {
        fixture.drainTimeout = Duration.ofMillis(500);
        var source = fixture.source("g", Start.EARLIEST);
        var a = new Reader(source).accepting();
        var late = new ArrayList<Delivery>();
        var revoked = new HashSet<Integer>();
        source.revocations().subscribe(revocation -> revoked.add(revocation.partition()));
        a.on(delivery -> {
            if (revoked.contains(delivery.partition())) {
                late.add(delivery);
            }
            delivery.accept().subscribe();
        });
        a.join().requestingAll().awaitOwning(4);

        var b = fixture.join("g").accepting().requestingAll();
        for (var i = 0; i < 20; i++) {
            sendAll("k", 50 * i, 50 * i + 50);
        }

        b.awaitOwning(2);
        eventually(() -> assertThat(new HashSet<>(ids(a, b))).hasSize(4_000));
        assertThat(revoked).hasSize(2);
        assertThat(late).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aStaticMemberComesBackToItsPartitionsWithoutARebalance(Protocol protocol) {
        protocol.set(fixture);
        fixture.instanceId = "one";
        var a = new Reader(fixture.source("g", Start.EARLIEST))
                .join()
                .accepting()
                .requestingAll();
        fixture.instanceId = "two";
        var b = new Reader(fixture.source("g", Start.EARLIEST))
                .keepingRevocations()
                .join();
        a.awaitOwning(2);
        b.requestingAll().awaitOwning(2);
        var had = a.owned();
        b.revocations.clear();

        a.leave();
        sendAll("k", 0, 1);
        fixture.instanceId = "one";
        var again = new Reader(fixture.source("g", Start.EARLIEST)).join().requestingAll();

        again.awaitOwning(2).awaitExactly(2);
        assertThat(again.owned()).isEqualTo(had);
        assertThat(b.revocations).isEmpty();
        b.awaitExactly(2);
    }

    @Test
    void joinsInTheNewProtocolOnceTheMemberBeforeItHasGivenItsInstanceIdFree() {
        Protocol.CONSUMER.set(fixture);
        fixture.instanceId = "one";
        var before = fixture.join("g").requestingAll().awaitOwning(4);
        var after = fixture.join("g").requestingAll();
        eventually(() -> assertThat(after.troubles()).anyMatch(reason -> reason.contains("instance")));
        assertThat(after.troubles()).noneMatch(reason -> reason.contains("can the cluster be reached"));

        before.leave();

        after.awaitOwning(4);
        eventually(() -> assertThat(after.troubles()).isEmpty());
    }

    @Test
    void endsWithAnErrorWhenAnotherMemberTakesItsInstanceId() {
        fixture.instanceId = "one";
        var a = fixture.join("g").requestingAll().awaitOwning(4);

        var b = fixture.join("g").requestingAll().awaitOwning(4);

        eventually(() -> assertThat(a.failure).hasMessageContaining("instance-id"));
        assertThat(b.failure).isNull();
    }
}
