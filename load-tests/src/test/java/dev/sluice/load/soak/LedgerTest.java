package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Run.Phase.class)
    void readsARunAsItWasWritten(Run.Phase phase) {
        var run = new Run(phase, new SoakEvent(12, 345), 6789, 3, 1_700_000_000_123L);

        assertThat(Run.of(run.line())).isEqualTo(run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "B", "X k1-2 1 2 3 4 5", "B k1-2 1 3 4 5 6", "B k1-2 1 2 3 4", "B k1-2 1 2 x 4 5"})
    void refusesWhatIsNoRun(String line) {
        assertThatThrownBy(() -> Run.of(line)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1-2", "k1", "k1-", "k-1-2", "k1-2x", "k1234567-1", "k1-9999999999"})
    void knowsIdsThatAreNotItsOwn(String id) {
        assertThat(SoakEvent.of(id)).isEmpty();
    }

    @Test
    void knowsItsIds() {
        assertThat(SoakEvent.of(new SoakEvent(96, 123_456_789).id())).contains(new SoakEvent(96, 123_456_789));
    }

    @Test
    void writesWhatAPublicationSays() {
        assertThat(new Publication(new SoakEvent(1, 2), 3, 4, 5).line()).isEqualTo("k1-2 1 2 3 4 5");
    }

    @Test
    void keepsLinesWholeWhenSeveralThreadsWrite() throws Exception {
        var file = folder.resolve("ledger");
        var threads = 4;
        var lines = 500;
        var done = new CountDownLatch(threads);
        for (var i = 0; i < threads; i++) {
            var pid = i;
            new Thread(() -> {
                        try (var ledger = new Ledger(file)) {
                            for (var seq = 0; seq < lines; seq++) {
                                ledger.append(new Run(Run.Phase.BEGAN, new SoakEvent(1, seq), pid, 1, seq).line());
                            }
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();

        var seqs = new int[threads];
        try (var tail = new LedgerTail(file)) {
            tail.read(line -> {
                var run = Run.of(line);
                assertThat(run.event().seq()).isEqualTo(seqs[(int) run.pid()]++);
            });
        }
        assertThat(seqs).containsOnly(lines);
    }

    @Test
    void waitsForTheEndOfALineThatIsStillWritten() throws Exception {
        var file = folder.resolve("ledger");
        var read = new ArrayList<String>();
        try (var tail = new LedgerTail(file)) {
            Files.writeString(file, "one\ntw", StandardOpenOption.APPEND);
            tail.read(read::add);
            assertThat(read).containsExactly("one");

            Files.writeString(file, "o\nthree\n", StandardOpenOption.APPEND);
            tail.read(read::add);
        }
        assertThat(read).isEqualTo(List.of("one", "two", "three"));
    }

    @Test
    void countsWhatAnotherSetLacks() {
        var all = new EventSet();
        var some = new EventSet();
        for (var seq = 0; seq < 5; seq++) {
            assertThat(all.add(new SoakEvent(1, seq))).isTrue();
            assertThat(all.add(new SoakEvent(1, seq))).isFalse();
        }
        some.add(new SoakEvent(1, 3));
        some.add(new SoakEvent(2, 0));

        assertThat(all.size()).isEqualTo(5);
        assertThat(all.countWithout(some)).isEqualTo(4);
        assertThat(all.without(some, 2)).containsExactly(new SoakEvent(1, 0), new SoakEvent(1, 1));
    }
}
