package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** An event made from one before is the same, and refused for the same, as one made of its parts. */
class SuccessorTest {
    private static final EventLimits SMALL = new EventLimits(150, 3, 8, 40, 1, 1, 1);

    private record Change(String attribute, String value) {}

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<String> names = Arbitraries.of(
                "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "a", "b", "cc", "Bad");
        Arbitrary<String> values = Arbitraries.of(
                        "1", "é😀", "", "/shop", "urn:x:y", "2018-04-05T17:31:00Z", "a/b", "\u0001", "x".repeat(41))
                .injectNull(0.15);
        return Combinators.combine(names, values).as(Change::new).list().ofMaxSize(6);
    }

    private static void set(WireEvent.Builder event, List<Change> changes) {
        changes.forEach(change -> event.attribute(change.attribute(), change.value()));
    }

    /** The event, or why there is none. */
    private static String built(WireEvent.Builder event, EventLimits limits) {
        try {
            var built = event.build(limits);
            return built + " " + built.sizeBytes() + " " + built.getSource() + " " + built.getDataSchema();
        } catch (InvalidEventException refused) {
            return "refused";
        }
    }

    @Property(tries = 3_000)
    void isAsIfBuiltOfItsParts(
            @ForAll("changes") List<Change> first,
            @ForAll("changes") List<Change> second,
            @ForAll("changes") List<Change> third) {
        var begun = Samples.minimal();
        set(begun, first);
        if (built(begun, SMALL).equals("refused")) {
            return;
        }
        var event = begun.build(SMALL);

        for (var changes : List.of(second, third)) {
            var successor = event.successor().data("x");
            var whole = event.toBuilder().data("x");
            set(successor, changes);
            set(whole, changes);

            assertThat(built(successor, SMALL)).isEqualTo(built(whole, SMALL));
        }
    }

    @Test
    void sharesTheUriOfTheSameSource() {
        var event = Samples.minimal().build();
        var source = event.getSource();

        assertThat(event.successor().id("2").build().getSource()).isSameAs(source);
        assertThat(event.successor().source("/other").build().getSource()).isEqualTo(URI.create("/other"));
    }

    @Test
    void refusesDataThatMakesItTooLarge() {
        var event = Samples.minimal().build(SMALL);

        assertThat(built(event.successor().data("x".repeat(150)), SMALL)).isEqualTo("refused");
    }
}
