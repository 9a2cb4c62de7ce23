package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BatchesTest {
    private static final JsonEventFormat JSON = new JsonEventFormat();

    @Property(tries = 100)
    void everyEventIsInOneBatchInOrderWithinCountAndBytes(
            @ForAll @Size(max = 40) List<@IntRange(max = 300) Integer> dataBytes,
            @ForAll @IntRange(min = 1, max = 7) int eventsMax,
            @ForAll @IntRange(min = 500, max = 1_500) int bytesMax) {
        List<WireEvent> events = new ArrayList<>();
        dataBytes.forEach(bytes -> events.add(event("e" + events.size(), bytes)));
        List<List<WireEvent>> batches = new ArrayList<>();

        var cut = new Batches(JSON, events, eventsMax, bytesMax);
        while (cut.hasNext()) {
            byte[] batch = cut.next();
            assertThat(batch.length).isLessThanOrEqualTo(bytesMax);
            batches.add(JSON.readBatch(batch, 0, batch.length));
        }

        assertThat(batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, eventsMax));
        assertThat(batches.stream().flatMap(List::stream).toList()).isEqualTo(events);
    }

    /** As full as they can be: the next event would not have fitted. */
    @Property(tries = 30)
    void noBatchIsCutShort(@ForAll @IntRange(min = 1, max = 60) int count) {
        List<WireEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event("" + (100 + i), 100));
        }
        int each = JSON.write(events.get(0)).length;

        byte[] first = new Batches(JSON, events, 1_000, 2 + 10 * each + 9).next();

        assertThat(JSON.readBatch(first, 0, first.length)).hasSize(Math.min(count, 10));
    }

    @Example
    void anEventThatFitsNoBatchIsRefusedWithItsIndex() {
        var cut = new Batches(JSON, List.of(event("1", 10), event("2", 2_000)), 10, 1_000);

        assertThat(cut.next()).isNotEmpty();
        assertThatThrownBy(cut::next).isInstanceOfSatisfying(InvalidEventException.class, refused -> {
            assertThat(refused.isTooLarge()).isTrue();
            assertThat(refused.index()).isEqualTo(1);
        });
    }

    @Example
    void anEventThatIsNotValidIsRefusedWithItsIndex() {
        CloudEvent bad = CloudEventBuilder.v1()
                .withId("1")
                .withSource(URI.create("/s"))
                .withType("a\nb")
                .build();

        assertThatThrownBy(() -> new Batches(JSON, List.of(event("1", 1), bad), 10, 1_000).next())
                .isInstanceOfSatisfying(InvalidEventException.class, refused -> assertThat(refused.index())
                        .isEqualTo(1));
        assertThatThrownBy(() -> new Batches(JSON, List.of(), 10, 1_000).next())
                .isInstanceOf(NoSuchElementException.class);
    }

    private static WireEvent event(String id, int dataBytes) {
        return WireEvent.builder()
                .id(id)
                .source("/s")
                .type("t")
                .data("text/plain", "x".repeat(dataBytes).getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
