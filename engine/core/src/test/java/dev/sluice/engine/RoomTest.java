package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource.SharedDemand;
import io.cloudevents.CloudEvent;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

class RoomTest {
    private static final Delivery FIRST = new Arrived(true);
    private static final Delivery AGAIN = new Arrived(false);

    private static Room room(int deliveriesMax) {
        SharedDemand shared = () -> deliveriesMax;
        return new Room(shared);
    }

    @Test
    void takesAsManyRecordsAsThereArePlaces() {
        var room = new Room(null);

        assertThat(room.take(64)).isEqualTo(64);
        assertThat(room.take(64)).isZero();
    }

    @Test
    void takesMoreOnceHalfOfThePlacesAreFree() {
        var room = new Room(null);
        room.take(64);
        for (var i = 0; i < 31; i++) {
            room.arrived(FIRST);
        }
        assertThat(room.take(64)).isZero();
        room.arrived(FIRST);
        room.runnable(1);
        assertThat(room.take(64)).isZero();
        room.runnable(-1);
        assertThat(room.take(64)).isEqualTo(32);
    }

    @Test
    void aRecordThatGoesToSeveralTriggersTakesItsPlaceOnce() {
        var room = room(1);
        room.take(2);
        room.arrived(FIRST);
        room.arrived(AGAIN);
        room.arrived(AGAIN);

        assertThat(room.take(2)).isEqualTo(1);
    }

    @Test
    void asksForTwoRecordsAtLeast() {
        assertThat(room(1_000).take(64)).isEqualTo(2);
        assertThat(new Room(null).take(1)).isEqualTo(2);
    }

    /** Whatever each record is delivered to: those asked for, at their worst, and those runnable are within the limit. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 32})
    void runnableEventsStayWithinTheLimitAtTheWorst(int deliveriesMax) {
        var random = new Random(deliveriesMax);
        var room = room(deliveriesMax);
        var limit = 64;
        long requested = 0;
        var runnable = 0;
        for (var step = 0; step < 50_000; step++) {
            requested += room.take(limit);
            assertThat(runnable + requested * deliveriesMax).isLessThanOrEqualTo(limit);
            if (requested > 0 && random.nextBoolean()) {
                requested--;
                var deliveries = 1 + random.nextInt(deliveriesMax);
                for (var i = 0; i < deliveries; i++) {
                    room.arrived(i == 0 ? FIRST : AGAIN);
                }
                room.runnable(deliveries);
                runnable += deliveries;
            } else if (runnable > 0) {
                room.runnable(-1);
                runnable--;
            }
        }
    }

    private record Arrived(boolean takesDemand) implements Delivery {
        @Override
        public CloudEvent event() {
            return Fixtures.event("e");
        }

        @Override
        public String key() {
            return "k";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public int sizeBytes() {
            return 1;
        }

        @Override
        public Mono<Void> accept() {
            return Mono.empty();
        }

        @Override
        public void release() {}
    }
}
