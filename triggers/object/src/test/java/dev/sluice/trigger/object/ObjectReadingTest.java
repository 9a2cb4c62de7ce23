package dev.sluice.trigger.object;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.trigger.object.ObjectReading.Ways;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

class ObjectReadingTest {
    private static final ObjectSpec SPEC =
            new ObjectSpec("in", "in.events", Duration.ofMillis(100), Duration.ZERO, Duration.ofDays(1), 1_000_000);

    @TempDir
    private Path dir;

    private final FakeControl control = new FakeControl();
    private final TestDisk disk = new TestDisk();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Scheduler threads = ObjectReading.threads();
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private Disposable running = () -> {};
    private ObjectReading reading;

    @BeforeEach
    void setUp() {
        reading = reading(false);
    }

    private ObjectReading reading(boolean transientEvents) {
        var ways = new Ways(disk, InstantSource.system(), System::nanoTime);
        return ObjectReading.of(SPEC, FolderSpec.of(dir), () -> 1 << 20, transientEvents, threads, registry, ways);
    }

    @AfterEach
    void stop() {
        running.dispose();
        threads.dispose();
        assertThat(failed.get()).isNull();
    }

    private void start() {
        running = ObjectReading.run(control, List.of(reading), source -> Mono.empty())
                .subscribe(nothing -> {}, failed::set);
    }

    private void files(int from, int to) throws IOException {
        for (var i = from; i < to; i++) {
            // A name with a dot is passed over, so that no half-written file is seen.
            var written = Files.writeString(dir.resolve(".f" + i), "x");
            Files.move(written, dir.resolve("f" + i));
        }
    }

    private void awaitEvents(int count) {
        await().atMost(20, SECONDS).until(() -> control.events().size() == count);
    }

    private void assertAllOnce(int count) {
        var ids = control.events().stream().map(CloudEvent::getId).toList();
        assertThat(ids.size()).isEqualTo(count);
        assertThat(new HashSet<>(ids).size()).isEqualTo(count);
    }

    @Test
    void looksOnlyWhileTheShardIsThisEngines() throws IOException {
        files(0, 3);
        start();
        assertThat(reading.status().state()).isEqualTo(ObjectStatus.State.ELSEWHERE);
        control.win();
        awaitEvents(3);
        await().untilAsserted(() -> assertThat(reading.status().known()).isEqualTo(3));
        assertThat(reading.status().state()).isEqualTo(ObjectStatus.State.LOOKING);
        assertThat(reading.status().scanned()).isEqualTo(3);
        assertThat(reading.status().stored()).isEqualTo(3);

        control.lose();
        await().untilAsserted(() -> assertThat(reading.status().state()).isEqualTo(ObjectStatus.State.ELSEWHERE));
    }

    @Test
    void storesEachOnceWhenACommitIsStoredAndNobodyIsTold() throws IOException {
        files(0, 2_500);
        control.failIn(2, new BrokerException.Unavailable("default", "cut off", null), true);
        start();
        control.win();
        awaitEvents(2_500);
        assertAllOnce(2_500);
    }

    @Test
    void storesEachOnceWhenACommitIsNotStored() throws IOException {
        files(0, 2_500);
        control.failIn(2, new BrokerException.Unavailable("default", "cut off", null), false);
        start();
        control.win();
        awaitEvents(2_500);
        assertAllOnce(2_500);
    }

    @Test
    void waitsWhileTheTopicIsFullAndSaysSo() throws IOException {
        files(0, 3);
        control.failIn(1, new BrokerException.Full("in.events", "1000000 events"), false);
        start();
        control.win();
        await().untilAsserted(() ->
                assertThat(reading.status().detail()).isEqualTo("it waits: topic 'in.events' is full: 1000000 events"));
        awaitEvents(3);
        await().untilAsserted(() -> assertThat(reading.status().state()).isEqualTo(ObjectStatus.State.LOOKING));
        assertAllOnce(3);
    }

    @Test
    void beginsAgainAfterAnotherEngineHasTakenOver() throws IOException {
        files(0, 3);
        start();
        control.win();
        awaitEvents(3);
        control.failIn(1, new Control.Fenced("object-in"), false);
        files(3, 5);
        await().untilAsserted(() ->
                assertThat(reading.status().detail()).isEqualTo("another engine has taken over; this one tries again"));
        awaitEvents(5);
        assertAllOnce(5);
    }

    @Test
    void saysWhatIsWrongWithAFolderAndGoesOnWhenItIsMended() throws IOException {
        files(0, 1);
        disk.denied.add(dir);
        start();
        control.win();
        await().untilAsserted(() -> {
            var status = reading.status();
            assertThat(status.state()).isEqualTo(ObjectStatus.State.TROUBLED);
            assertThat(status.detail()).isEqualTo("folder '" + dir + "' can't be read: access is denied");
        });
        assertThat(registry.get("sluice.object.troubled").gauge().value()).isEqualTo(1);
        disk.denied.clear();
        awaitEvents(1);
        await().untilAsserted(() -> assertThat(reading.status().detail()).isEmpty());
    }

    @Test
    void tellsEachFileAgainInTheNextProcessWhenItsEventsEndedWithThisOne() throws IOException {
        files(0, 3);
        start();
        control.win();
        awaitEvents(3);
        running.dispose();

        reading = reading(true);
        running = reading.run(control).subscribe(nothing -> {}, failed::set);
        awaitEvents(6);
        running.dispose();

        // What is stored in this process is known in this process, whoever looked in between.
        running = reading.run(control).subscribe(nothing -> {}, failed::set);
        files(3, 4);
        awaitEvents(7);
    }

    private CountDownLatch hungAtRead(CountDownLatch hangs) {
        var free = new CountDownLatch(1);
        disk.beforeRead = file -> {
            hangs.countDown();
            // As a mount that hangs, which does not hear an interrupt.
            while (free.getCount() > 0) {
                try {
                    free.await();
                } catch (InterruptedException unheard) {
                    continue;
                }
            }
        };
        return free;
    }

    @Test
    void closesTheFolderThatItReadsWhenItLosesItsShard() throws Exception {
        // More than a step takes, so that the folder is open at its end.
        files(0, 1_200);
        var hangs = new CountDownLatch(1);
        var free = hungAtRead(hangs);
        start();
        control.win();
        assertThat(hangs.await(20, SECONDS)).isTrue();
        assertThat(disk.openFolders).hasPositiveValue();

        control.lose();
        free.countDown();

        await().untilAsserted(() -> assertThat(disk.openFolders).hasValue(0));
    }

    @Test
    void looksAtOtherFoldersWhileOneDoesNotAnswer() throws Exception {
        files(0, 1);
        var hangs = new CountDownLatch(1);
        var free = hungAtRead(hangs);
        var all = Disposables.composite(reading.run(control).subscribe(nothing -> {}, failed::set));
        assertThat(hangs.await(20, SECONDS)).isTrue();
        var controls = Stream.generate(FakeControl::new).limit(8).toList();
        for (var i = 0; i < controls.size(); i++) {
            var other = Files.createDirectory(dir.resolve("other" + i));
            Files.writeString(other.resolve("a"), "x");
            var ways = new Ways(new TestDisk(), InstantSource.system(), System::nanoTime);
            var spec = new ObjectSpec("other" + i, "in.events", SPEC.poll(), SPEC.settle(), SPEC.remember(), 1_000);
            all.add(ObjectReading.of(spec, FolderSpec.of(other), () -> 1 << 20, false, threads, registry, ways)
                    .run(controls.get(i))
                    .subscribe(nothing -> {}, failed::set));
        }

        await().untilAsserted(() -> assertThat(controls)
                .allSatisfy(each -> assertThat(each.events()).hasSize(1)));

        assertThat(control.events()).isEmpty();
        free.countDown();
        awaitEvents(1);
        all.dispose();
    }

    @Test
    void looksWhileTheTopicOfAnotherTriggerIsNotThere() throws IOException {
        files(0, 1);
        var spec = new ObjectSpec("other", "closed.events", SPEC.poll(), SPEC.settle(), SPEC.remember(), 1_000);
        var ways = new Ways(disk, InstantSource.system(), System::nanoTime);
        var closed = ObjectReading.of(spec, FolderSpec.of(dir), () -> 1 << 20, false, threads, registry, ways);
        running = ObjectReading.run(
                        control, List.of(closed, reading), source -> source == closed ? Mono.never() : Mono.empty())
                .subscribe(nothing -> {}, failed::set);
        control.win();

        awaitEvents(1);

        assertThat(closed.status().state()).isEqualTo(ObjectStatus.State.ELSEWHERE);
    }
}
