package dev.sluice.cloudevents.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FilterIndexTest {
    @Property(tries = 1_500)
    void findsWhatAskingEachFilterFinds(
            @ForAll("filterLists") List<List<Map<String, ?>>> lists, @ForAll("events") WireEvent event) {
        List<EventFilter> filters = lists.stream().map(Filters::compile).toList();
        int[] asked = IntStream.range(0, filters.size())
                .filter(i -> filters.get(i).test(event))
                .toArray();

        FilterIndex index = FilterIndex.of(filters);
        assertThat(index.passing(event)).isEqualTo(asked);
        assertThat(index.passing(CloudEventBuilder.v1(event).build())).isEqualTo(asked);
    }

    @Property(tries = 1_500)
    void knowsHowManyAnEventPassesAtMost(
            @ForAll("filterLists") List<List<Map<String, ?>>> lists, @ForAll("events") WireEvent event) {
        FilterIndex index = FilterIndex.of(lists.stream().map(Filters::compile).toList());
        int[] passing = index.passing(event);

        assertThat(passing.length).isLessThanOrEqualTo(index.passingMax(place -> true));
        assertThat(Arrays.stream(passing).filter(place -> place % 2 == 0).count())
                .isLessThanOrEqualTo(index.passingMax(place -> place % 2 == 0));
    }

    @Test
    void tellsApartTypesAndSourcesThatNoEventHasTogether() {
        List<EventFilter> filters = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            filters.add(Filters.compile(List.of(Map.of("exact", Map.of("type", "type-" + i)))));
        }
        assertThat(FilterIndex.of(filters).passingMax(place -> true)).isEqualTo(1);
        filters.add(Filters.compile(List.of(FiltersTest.prefix("type", "type-1"))));
        filters.add(Filters.compile(List.of(FiltersTest.prefix("type", "type-"))));
        filters.add(Filters.compile(List.of(FiltersTest.prefix("type", "other"))));
        assertThat(FilterIndex.of(filters).passingMax(place -> true)).isEqualTo(3);
        filters.add(Filters.compile(List.of(FiltersTest.prefix("source", "/a"))));
        filters.add(EventFilter.PASS);
        assertThat(FilterIndex.of(filters).passingMax(place -> true)).isEqualTo(5);
        assertThat(FilterIndex.of(filters).passingMax(place -> place < 100)).isEqualTo(1);
        assertThat(FilterIndex.of(filters).passingMax(place -> place == 104)).isEqualTo(1);
        assertThat(FilterIndex.of(List.of()).passingMax(place -> true)).isZero();
    }

    @Test
    void asksOnlyThoseWhoseTypeOrSourceFits() {
        AtomicInteger asked = new AtomicInteger();
        CesqlFunctions functions = CesqlFunctions.builder()
                .add("ASKED", List.of(), CesqlType.BOOLEAN, arguments -> asked.incrementAndGet() > 0)
                .build();
        Map<String, ?> counted = Map.of("cesql", "ASKED()");
        List<EventFilter> filters = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Map<String, ?> required =
                    switch (i % 5) {
                        case 0 -> Map.of("exact", Map.of("type", "type-" + i));
                        case 1 -> Map.of("prefix", Map.of("source", "/source-" + i + "/"));
                        case 2 ->
                            Map.of(
                                    "any",
                                    List.of(
                                            Map.of("exact", Map.of("source", "/a" + i)),
                                            FiltersTest.prefix("type", "x-" + i)));
                        case 3 -> Map.of("cesql", "true AND type = 'sql-" + i + "'");
                        default -> Map.of("cesql", "source LIKE '/like-" + i + "/%'");
                    };
            filters.add(Filters.compile(List.of(counted, required), functions));
        }
        FilterIndex index = FilterIndex.of(filters);

        assertThat(index.passing(event("type-500", "/other"))).containsExactly(500);
        assertThat(index.passing(event("other", "/source-501/a"))).containsExactly(501);
        assertThat(index.passing(event("x-502", "/a502"))).containsExactly(502);
        assertThat(index.passing(event("sql-503", "/like-504/a"))).containsExactly(503, 504);
        assertThat(asked).hasValue(5);
    }

    private static WireEvent event(String type, String source) {
        return WireEvent.builder().id("1").source(source).type(type).build();
    }

    @Provide
    Arbitrary<List<List<Map<String, ?>>>> filterLists() {
        return filters(2).list().ofMaxSize(2).list().ofMaxSize(12);
    }

    private static Arbitrary<Map<String, ?>> filters(int depth) {
        Arbitrary<String> attributes = Arbitraries.of("type", "type", "source", "ext");
        Arbitrary<Map<String, ?>> leaf = Arbitraries.oneOf(
                Combinators.combine(
                                Arbitraries.of("exact", "prefix", "prefix", "suffix"),
                                Arbitraries.maps(attributes, texts()).ofMinSize(1))
                        .as(Map::of),
                Combinators.combine(
                                attributes,
                                texts(),
                                Arbitraries.of(
                                        "%s = '%s'",
                                        "%s LIKE '%s%%'",
                                        "%s != '%s'",
                                        "ext = 'a' AND %s = '%s'",
                                        "ext = 'a' OR %s = '%s'",
                                        "%s NOT LIKE '%s%%'"))
                        .as((attribute, text, form) -> Map.of("cesql", String.format(form, attribute, text))));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<Map<String, ?>> inner = filters(depth - 1);
        return Arbitraries.oneOf(
                leaf,
                inner.map(filter -> Map.of("not", filter)),
                inner.list().ofMinSize(1).ofMaxSize(3).map(list -> Map.of("any", list)),
                inner.list().ofMinSize(1).ofMaxSize(3).map(list -> Map.of("all", list)));
    }

    @Provide
    Arbitrary<WireEvent> events() {
        return texts().list().ofSize(3).map(texts -> WireEvent.builder()
                .id("1")
                .source(texts.get(0))
                .type(texts.get(1))
                .extension("ext", texts.get(2).length() == 2 ? null : texts.get(2))
                .build());
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab").ofMinLength(1).ofMaxLength(3);
    }
}
