package dev.sluice.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Control.Change;
import dev.sluice.broker.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MarksTest {
    private final Map<String, byte[]> states =
            new HashMap<>(Map.of(Marks.TOPIC, "here".getBytes(StandardCharsets.UTF_8)));

    private void store(Mark mark, int partition, long... offsets) {
        var marks = Marks.of(states, "here");
        var letters = Arrays.stream(offsets)
                .mapToObj(offset -> new StoredEvent(
                        partition,
                        offset,
                        Instant.EPOCH,
                        null,
                        DeskFixture.letter("1").build()))
                .toList();
        marks.with(letters, mark).forEach(change -> states.put(change.key(), change.value()));
    }

    @Test
    void keepsAMarkPerLetterInOneStatePerChunk() {
        store(Mark.REDRIVEN, 3, 0, 4_095, 4_096, 10_000_000_000L);
        store(Mark.DISCARDED, 3, 1);

        var marks = Marks.of(states, "here");
        assertThat(marks.of(3, 0)).isEqualTo(Mark.REDRIVEN);
        assertThat(marks.of(3, 4_095)).isEqualTo(Mark.REDRIVEN);
        assertThat(marks.of(3, 4_096)).isEqualTo(Mark.REDRIVEN);
        assertThat(marks.of(3, 10_000_000_000L)).isEqualTo(Mark.REDRIVEN);
        assertThat(marks.of(3, 1)).isEqualTo(Mark.DISCARDED);
        assertThat(marks.of(3, 2)).isEqualTo(Mark.OPEN);
        assertThat(marks.of(2, 0)).isEqualTo(Mark.OPEN);
        assertThat(marks.count(Mark.REDRIVEN, 3, 0)).isEqualTo(4);
        assertThat(marks.count(Mark.REDRIVEN, 3, 4_096)).isEqualTo(2);
        assertThat(marks.count(Mark.DISCARDED, 3, 0)).isEqualTo(1);
        assertThat(marks.firstOpen(3, 0)).isEqualTo(2);
        assertThat(marks.firstOpen(3, 4_095)).isEqualTo(4_097);
        assertThat(states).hasSize(4);
    }

    @Test
    void removesWhatTheTopicDoesNotHaveAnyMore() {
        store(Mark.REDRIVEN, 0, 1, 4_097, 9_000);

        var marks = Marks.of(states, "here");
        marks.prune(Map.of(0, 8_192L));

        assertThat(marks.due(10)).extracting(Change::key).containsExactlyInAnyOrder("0/0", "0/1");
        assertThat(marks.of(0, 9_000)).isEqualTo(Mark.REDRIVEN);
        assertThat(marks.of(0, 1)).isEqualTo(Mark.OPEN);
    }

    @Test
    void forgetsTheMarksOfAnotherTopicOfTheSameName() {
        store(Mark.REDRIVEN, 0, 1);

        var marks = Marks.of(states, "elsewhere");

        assertThat(marks.of(0, 1)).isEqualTo(Mark.OPEN);
        assertThat(marks.due(10)).extracting(Change::key).containsExactlyInAnyOrder(Marks.TOPIC, "0/0");
        var due = marks.due(10);
        marks.apply(due);
        assertThat(marks.due(10)).isEmpty();
        assertThat(List.of(due.size())).containsExactly(2);
    }
}
