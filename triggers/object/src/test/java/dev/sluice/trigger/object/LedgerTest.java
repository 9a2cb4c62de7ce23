package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.Control;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private static final int MANY = 1_000_000;

    private final Map<String, byte[]> states = new TreeMap<>();

    @Property(tries = 20)
    void knowsAfterARestartWhatAMapWouldKnow(@ForAll long seed) {
        var random = new Random(seed);
        var stored = new TreeMap<String, byte[]>();
        var ledger = new Ledger(MANY);
        var model = new HashMap<Long, Long>();
        for (var step = 0; step < 3_000; step++) {
            // Paths whose lowest bits are the same meet in the table.
            long path = 1 + ((long) random.nextInt(1_500) << (random.nextBoolean() ? 0 : 20));
            if (random.nextInt(3) > 0) {
                long version = 1 + random.nextInt(5);
                ledger.put(path, version, step);
                model.put(path, version);
            } else {
                ledger.forget(path);
                model.remove(path);
            }
            if (random.nextInt(50) == 0) {
                write(ledger, stored);
            }
            if (random.nextInt(1_000) == 0) {
                write(ledger, stored);
                ledger = Ledger.of(stored, MANY, step);
            }
        }
        write(ledger, stored);

        for (var known : new Ledger[] {ledger, Ledger.of(stored, MANY, 0)}) {
            assertThat(known.size()).isEqualTo(model.size());
            model.forEach(
                    (path, version) -> assertThat(known.has(path, version)).isTrue());
        }
    }

    private static void write(Ledger ledger, Map<String, byte[]> stored) {
        for (var change : ledger.takeChanges()) {
            var value = change.value();
            if (value == null) {
                stored.remove(change.key());
            } else {
                assertThat(value.length).isLessThanOrEqualTo(Control.VALUE_MAX_BYTES);
                stored.put(change.key(), value);
            }
        }
    }

    @Test
    void changesTwoStatesAtMostWhenAThousandObjectsCome() {
        var ledger = new Ledger(MANY);
        for (var batch = 0; batch < 20; batch++) {
            for (var i = 1; i <= 1_000; i++) {
                ledger.put(batch * 1_000L + i, 7, 0);
            }
            assertThat(ledger.changed()).isLessThanOrEqualTo(2);
            write(ledger, states);
        }
        assertThat(states).hasSize(20);
    }

    @Test
    void forgetsWhatWasNotSeenForLongEnoughAndKeepsTheRest() {
        var ledger = new Ledger(MANY);
        for (var path = 1L; path <= 10_000; path++) {
            ledger.put(path, 7, 100);
        }
        for (var path = 1L; path <= 10_000; path += 100) {
            ledger.seen(path, 200);
        }
        write(ledger, states);

        var commits = 0;
        for (var ended = false; !ended; commits++) {
            ended = ledger.sweep(150, 4);
            write(ledger, states);
        }

        assertThat(commits).isGreaterThan(1);
        assertThat(ledger.size()).isEqualTo(100);
        assertThat(ledger.has(101, 7)).isTrue();
        assertThat(ledger.has(102, 7)).isFalse();
        // What is left of ten states is moved together.
        assertThat(states.size()).isLessThanOrEqualTo(2);
        assertThat(Ledger.of(states, MANY, 0).size()).isEqualTo(100);
    }

    @Test
    void refusesAStateThatItCannotRead() {
        assertThatThrownBy(() -> Ledger.of(Map.of("known-1", new byte[] {9}), MANY, 0))
                .hasMessage("state 'known-1' was written by another version, and can't be read");
    }

    @Test
    void leavesOtherStatesAlone() {
        assertThat(Ledger.of(Map.of("marker", new byte[] {9}), MANY, 0).size()).isZero();
    }

    @Test
    void isFullAtItsLimit() {
        var ledger = new Ledger(2);
        ledger.put(1, 1, 0);
        assertThat(ledger.isFull()).isFalse();
        ledger.put(2, 1, 0);
        assertThat(ledger.isFull()).isTrue();
    }
}
