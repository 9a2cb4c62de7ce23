package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The laws that any filters keep on any event. */
class FilterLawsTest {
    @Property(tries = 1_000)
    void notIsTheOppositeAndListsAreConjunctions(
            @ForAll("filters") Map<String, ?> left,
            @ForAll("filters") Map<String, ?> right,
            @ForAll("events") WireEvent event) {
        boolean l = test(left, event);
        boolean r = test(right, event);

        assertThat(test(Map.of("not", left), event)).isEqualTo(!l);
        assertThat(Filters.compile(List.of(left, right)).test(event)).isEqualTo(l && r);
        assertThat(test(Map.of("all", List.of(left, right)), event)).isEqualTo(l && r);
        assertThat(test(Map.of("any", List.of(left, right)), event)).isEqualTo(l || r);
        assertThat(Filters.compile(List.of(left)).describe()).isNotBlank();
    }

    private static boolean test(Map<String, ?> filter, WireEvent event) {
        return Filters.compile(List.of(filter)).test(event);
    }

    @Provide
    Arbitrary<Map<String, ?>> filters() {
        Arbitrary<Map<String, ?>> leaf = Arbitraries.of("exact", "prefix", "suffix")
                .flatMap(dialect -> Arbitraries.maps(Arbitraries.of("type", "subject", "ext"), texts())
                        .ofMinSize(1)
                        .map(attributes -> Map.of(dialect, attributes)));
        return Arbitraries.lazyOf(
                () -> leaf,
                () -> leaf,
                () -> filters().map(filter -> Map.of("not", filter)),
                () -> filters().list().ofMinSize(1).ofMaxSize(2).map(list -> Map.of("any", list)),
                () -> filters().list().ofMinSize(1).ofMaxSize(2).map(list -> Map.of("all", list)));
    }

    @Provide
    Arbitrary<WireEvent> events() {
        return texts().list().ofSize(3).map(texts -> WireEvent.builder()
                .id("1")
                .source("/s")
                .type(texts.get(0))
                .subject(texts.get(1).length() == 2 ? null : texts.get(1))
                .extension("ext", texts.get(2).length() == 2 ? null : texts.get(2))
                .build());
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab").ofMinLength(1).ofMaxLength(3);
    }
}
