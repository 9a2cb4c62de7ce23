package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

/** What a trigger with a form sees of its topic, and that all else is the source's. */
class SourceFormTest {
    private static final String NAME = "/apis/v1/namespaces/a/kafkasources/b#orders";
    private static final SourceForm RENAMED = new SourceForm("orders", NAME, Map.of());
    private static final SourceForm EXTENDED = new SourceForm("orders", NAME, Map.of("shop", "north"));

    private static WireEvent event(String source, String id) {
        return WireEvent.builder()
                .id(id)
                .source(source)
                .type("dev.knative.kafka.event")
                .extension("shop", "south")
                .extension("key", "k")
                .data("text/plain", new byte[] {1})
                .build();
    }

    private static CloudEvent seen(SourceForm form, CloudEvent event) {
        return form.of(new FakeDelivery(3, 42, event));
    }

    @Test
    void namesTheSourceOfARecordThatIsNoEventAndNothingElse() {
        var record = event("/topics/orders", "partition:3/offset:42");

        assertThat(seen(RENAMED, record))
                .isEqualTo(record.toBuilder().source(NAME).build());
    }

    @Test
    void keepsTheSourceOfAnEventThatIsOneThoughItLooksLikeARecordOfAnotherPlace() {
        var elsewhere = event("/topics/orders", "partition:3/offset:41");
        var other = event("/topics/other", "partition:3/offset:42");

        assertThat(seen(RENAMED, elsewhere)).isSameAs(elsewhere);
        assertThat(seen(RENAMED, other)).isSameAs(other);
    }

    @Test
    void setsItsExtensionsOnEveryEventInPlaceOfThoseOfTheSameName() {
        var event = event("/s", "1");

        assertThat(seen(EXTENDED, event)).isEqualTo(event.with("shop", "north"));
    }

    @Test
    void leavesWhatIsNoValidEventAsItCame() {
        var raw = RawEvent.of("orders", 3, 42, null, List.of(), new byte[] {1}, "must not be so");

        assertThat(seen(EXTENDED, raw)).isSameAs(raw);
    }

    @Test
    void refusesWhatNoEventCanHave() {
        assertThatThrownBy(() -> new SourceForm("orders", NAME, Map.of("Shop", "a")))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("Shop");
    }

    @Test
    void handsDemandSettlementPausesAndTheEndToItsSource() {
        var source = new FakeSource();
        var formed = EXTENDED.over(source);
        var got = new ArrayList<Delivery>();

        StepVerifier.create(formed.receive(), 2)
                .then(() -> assertThat(source.requested).hasValue(2))
                .then(() -> source.deliver(3, 1))
                .consumeNextWith(got::add)
                .thenCancel()
                .verify();

        assertThat(source.cancels).hasValue(1);
        assertThat(got.get(0).event().getExtension("shop")).isEqualTo("north");
        assertThat(got.get(0).event()).as("made once").isSameAs(got.get(0).event());
        assertThat(got.get(0).sizeBytes()).isGreaterThan(100 + NAME.length());
        formed.pause(3);
        formed.resume(3);
        assertThat(source.pauses).containsExactly("pause 3", "resume 3");
    }

    @Test
    void settlesTheDeliveryThatItStandsFor() {
        var accepted = new FakeDelivery(3, 42);
        var released = new FakeDelivery(3, 43);

        StepVerifier.create(new FormedDelivery(accepted, EXTENDED, 0).accept()).verifyComplete();
        new FormedDelivery(released, EXTENDED, 0).release();

        assertThat(accepted.accepts).hasValue(1);
        assertThat(accepted.releases).hasValue(0);
        assertThat(released.releases).hasValue(1);
    }

    /** A default method of the interface that is not handed on would answer for the source. */
    @Test
    void answersNoQuestionForItsSource() {
        for (var type : List.of(EventSource.class, Delivery.class)) {
            var by = type == EventSource.class ? FormedSource.class : FormedDelivery.class;
            for (var method : type.getMethods()) {
                assertThat(by.getMethods())
                        .as(method.toString())
                        .anyMatch(own -> own.getName().equals(method.getName()) && own.getDeclaringClass() == by);
            }
        }
    }
}
