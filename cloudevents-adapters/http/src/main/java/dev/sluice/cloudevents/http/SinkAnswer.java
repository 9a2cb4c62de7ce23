package dev.sluice.cloudevents.http;

import dev.sluice.cloudevents.WireEvent;
import java.util.List;

/**
 * What a sink that took an event answered.
 *
 * @param status 200 to 299; 202 says that the sink has the event and has not handled it yet
 * @param events the events of the answer, in any content mode; none when it is no event
 */
public record SinkAnswer(int status, List<WireEvent> events) {
    public SinkAnswer {
        events = List.copyOf(events);
    }
}
