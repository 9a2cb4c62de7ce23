package dev.sluice.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.test.StepVerifier;

/** States in files: what a restart, a torn write, damage and a full broker leave of them. */
class MemoryStateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private MemoryBroker broker;

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close().block(PATIENCE);
        }
    }

    private Control.Session start() {
        return start(MemoryLimits.DEFAULT);
    }

    private Control.Session start(MemoryLimits limits) {
        close();
        broker = MemoryBroker.create("Default", limits, folder, new SimpleMeterRegistry());
        return open();
    }

    private Control.Session open() {
        return Objects.requireNonNull(broker.control().open("sched/1").block(PATIENCE));
    }

    private Path file() {
        return folder.resolve("%44efault").resolve("sched%2f1.states");
    }

    private static void put(Control.Session session, String key, byte[] value) {
        session.commit(List.of(), List.of(Change.put(key, value))).block(PATIENCE);
    }

    @Test
    void findsStatesAfterARestart() {
        var session = start();
        put(session, "a", new byte[] {1, 2});
        put(session, "b", new byte[0]);
        put(session, "a", new byte[] {3});
        session.commit(List.of(), List.of(Change.remove("b"))).block(PATIENCE);

        assertThat(start().states()).containsOnlyKeys("a").containsEntry("a", new byte[] {3});
    }

    @Test
    void cutsOffACommitThatWasNotFinishedAndGoesOn() throws IOException {
        var session = start();
        put(session, "a", new byte[] {1});
        var whole = Files.size(file());
        put(session, "a", new byte[] {2});
        close();
        var bytes = Files.readAllBytes(file());

        for (var length = (int) whole; length < bytes.length; length += 3) {
            Files.write(file(), Arrays.copyOf(bytes, length));
            assertThat(start().states()).containsEntry("a", new byte[] {1});
            close();
            assertThat(Files.size(file())).isEqualTo(whole);
        }
        put(start(), "a", new byte[] {5});
        assertThat(start().states()).containsEntry("a", new byte[] {5});
    }

    @Test
    void cutsOffZerosWhereAWriteDidNotGetTo() throws IOException {
        put(start(), "a", new byte[] {1});
        close();
        Files.write(file(), new byte[500], StandardOpenOption.APPEND);

        assertThat(start().states()).containsEntry("a", new byte[] {1});
    }

    @Test
    void cutsOffAHeaderThatWasWrittenInPart() throws IOException {
        var session = start();
        put(session, "a", new byte[] {1});
        var whole = (int) Files.size(file());
        put(session, "a", new byte[] {2});
        close();
        var bytes = Files.readAllBytes(file());

        for (var written = 1; written <= StateRecord.HEADER_BYTES; written++) {
            Files.write(file(), Arrays.copyOf(Arrays.copyOf(bytes, whole + written), bytes.length + 5_000));
            assertThat(start().states()).containsEntry("a", new byte[] {1});
            close();
            assertThat(Files.size(file())).isEqualTo(whole);
        }
    }

    @Test
    void refusesDamageAnywhereButInTheLastCommit() throws IOException {
        var session = start();
        put(session, "a", new byte[] {1});
        var whole = (int) Files.size(file());
        put(session, "b", new byte[] {2});
        close();
        var bytes = Files.readAllBytes(file());

        for (var at = 0; at < whole; at += 3) {
            var flipped = bytes.clone();
            flipped[at] ^= 16;
            Files.write(file(), flipped);
            broker = MemoryBroker.create("Default", MemoryLimits.DEFAULT, folder, new SimpleMeterRegistry());
            StepVerifier.create(broker.control().open("sched/1"))
                    .expectErrorSatisfies(error -> assertThat(error)
                            .isInstanceOf(BrokerException.Unavailable.class)
                            .hasMessageContaining("state file " + file() + " is damaged at byte "))
                    .verify(PATIENCE);
            close();
            assertThat(Files.readAllBytes(file())).isEqualTo(flipped);
        }
    }

    @Test
    void keepsNothingOfASessionThatIsOnlyLookedFor() throws IOException {
        put(start(), "a", new byte[] {1});
        var control = broker.control();

        for (var n = 0; n < MemoryControl.SESSIONS_MAX; n++) {
            assertThat(control.read("unknown/" + n).block(PATIENCE)).isEmpty();
        }

        try (var files = Files.list(file().getParent())) {
            assertThat(files)
                    .extracting(Path::getFileName)
                    .extracting(Path::toString)
                    .containsExactlyInAnyOrder("lock", file().getFileName().toString());
        }
        assertThat(control.open("another").block(PATIENCE)).isNotNull();
        start();
        assertThat(broker.control().read("sched/1").block(PATIENCE)).containsOnlyKeys("a");
    }

    @Test
    void refusesAFolderThatIsInUse() {
        start();
        var second = MemoryBroker.create("Default", MemoryLimits.DEFAULT, folder, new SimpleMeterRegistry());

        StepVerifier.create(second.control().open("sched/1"))
                .expectErrorSatisfies(error -> assertThat(error)
                        .hasMessageContaining("state folder " + folder.resolve("%44efault") + " is in use"))
                .verify(PATIENCE);
        second.close().block(PATIENCE);
    }

    @Test
    void writesAFileAnewWhenMostOfItIsOutOfDate() throws IOException {
        var session = start();
        var random = new Random(1);
        var value = new byte[50_000];
        for (var n = 0; n < 100; n++) {
            random.nextBytes(value);
            put(session, "k" + n % 3, value.clone());
        }
        put(session, "kept", new byte[] {7});

        assertThat(Files.size(file())).isLessThan(2 * StateLog.COMPACT_MIN_BYTES);
        var states = start().states();
        assertThat(states).containsOnlyKeys("k0", "k1", "k2", "kept").containsEntry("k0", value);
    }

    @Test
    void storesNothingWhenATopicHasNoRoomUntilTheDeadline() {
        var limits = new MemoryLimits(1, 10, 2, 10_000_000, 10_000_000, 2, Duration.ofMillis(50), 1_000_000);
        var session = start(limits);
        var group = broker.source(new Subscription("full", "g", Start.EARLIEST))
                .receive()
                .subscribe();
        group.dispose();
        var events = List.of(outgoing("other", "1"), outgoing("full", "1"), outgoing("full", "2"));

        session.commit(events, List.of(Change.put("a", new byte[] {1}))).block(PATIENCE);
        StepVerifier.create(session.commit(events, List.of(Change.put("a", new byte[] {2}))))
                .expectErrorSatisfies(error -> assertThat(error).isInstanceOf(BrokerException.Full.class))
                .verify(PATIENCE);

        assertThat(broker.topic("other").status().partitions().get(0).end()).isEqualTo(1);
        assertThat(broker.topic("full").status().partitions().get(0).end()).isEqualTo(2);
        assertThat(open().states()).containsEntry("a", new byte[] {1});
    }

    @Test
    void answersACommitThatWaitsForRoomWhenItIsClosed() {
        var limits = new MemoryLimits(1, 10, 1, 10_000_000, 10_000_000, 2, Duration.ofHours(1), 1_000_000);
        var session = start(limits);
        broker.source(new Subscription("full", "g", Start.EARLIEST))
                .receive()
                .subscribe()
                .dispose();
        session.commit(List.of(outgoing("full", "1")), List.of()).block(PATIENCE);
        var waiting = session.commit(List.of(outgoing("full", "2")), List.of()).toFuture();
        var behind = session.commit(List.of(), List.of()).toFuture();
        open();

        broker.close().block(PATIENCE);

        for (var commit : List.of(waiting, behind)) {
            assertThat(commit)
                    .failsWithin(PATIENCE)
                    .withThrowableThat()
                    .withCauseInstanceOf(BrokerException.Unavailable.class);
        }
    }

    @Test
    void appendsToTheFileThatItWroteAnewThoughNoOtherCanBeOpened() throws IOException {
        var path = folder.resolve("log");
        var states = new HashMap<String, byte[]>();
        var left = new AtomicInteger(3); // the new file, the file as it is, and the one that is written anew
        var log = StateLog.open(path, states, (file, options) -> {
            if (left.getAndDecrement() == 0) {
                throw new IOException("too many open files");
            }
            return FileChannel.open(file, options);
        });
        var value = new byte[60_000];
        for (var bytes = 0; bytes < StateLog.COMPACT_MIN_BYTES; bytes += value.length) {
            log.append(List.of(Change.put("a", value)));
        }

        log.compactIfWorthIt(Map.of("a", value), value.length);
        log.append(List.of(Change.put("b", new byte[] {1})));
        log.close();

        assertThat(Files.size(path)).isLessThan(2 * value.length);
        StateLog.open(path, states).close();
        assertThat(states).containsOnlyKeys("a", "b");
    }

    @Test
    void leavesNothingBesideAFileThatCannotBeWrittenAnewAndTriesAgainWhenItIsTwiceAsLong() throws IOException {
        var path = folder.resolve("log");
        var opened = new AtomicInteger();
        var log = StateLog.open(path, new HashMap<>(), (file, options) -> {
            opened.incrementAndGet();
            return FileChannel.open(file, options);
        });
        // No file can be renamed to a folder.
        Files.delete(path);
        Files.createDirectories(path.resolve("full"));
        var value = new byte[60_000];
        var states = Map.of("a", value);
        var appends = (int) (StateLog.COMPACT_MIN_BYTES / value.length) + 1;
        append(log, value, appends);

        assertThatThrownBy(() -> log.compactIfWorthIt(states, value.length)).isInstanceOf(IOException.class);
        assertThat(folder.resolve("log.new")).doesNotExist();
        var tried = opened.get();
        append(log, value, appends);
        log.compactIfWorthIt(states, value.length);
        assertThat(opened).hasValue(tried);
        append(log, value, 1);
        assertThatThrownBy(() -> log.compactIfWorthIt(states, value.length)).isInstanceOf(IOException.class);
        assertThat(opened).hasValue(tried + 1);
        log.close();
    }

    private static void append(StateLog log, byte[] value, int times) throws IOException {
        for (var n = 0; n < times; n++) {
            log.append(List.of(Change.put("a", value)));
        }
    }

    private static Outgoing outgoing(String topic, String id) {
        return new Outgoing(topic, MemoryFixture.event(id, "k", 0), null);
    }
}
