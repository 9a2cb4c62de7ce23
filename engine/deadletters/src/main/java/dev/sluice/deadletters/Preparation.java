package dev.sluice.deadletters;

import dev.sluice.broker.Control.Outgoing;
import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a dead letter the event that goes back: without what tells why it is one, and with one more in {@code
 * dlredrives}. Or says why it can't.
 */
final class Preparation {
    /** The hops are among it: an event that went in circles would be a letter again before the mended function saw it. */
    private static final Set<String> TELLING = Set.of(
            "sluicehops",
            "dlreason",
            "dlattempts",
            "dlerror",
            "dlfunction",
            "dltrigger",
            "dltopic",
            "dlpartition",
            "dloffset",
            "dltime",
            "knativeerrordest",
            "knativeerrorcode",
            "knativeerrordata");

    private static final String REDRIVES = "dlredrives";

    private final LetterOrder order;
    private final @Nullable Edit edit;
    private final Origins origins;

    Preparation(LetterOrder order, @Nullable Edit edit, Origins origins) {
        this.order = order;
        this.edit = edit;
        this.origins = origins;
    }

    /**
     * What is known of where letters come from.
     *
     * @param topics those that there are on the letters' broker
     * @param sizeMaxBytes the largest event that a topic takes
     * @param redrivesMax how often a trigger's letters may be redriven, by its name
     */
    record Origins(Set<String> topics, ToIntFunction<String> sizeMaxBytes, ToIntFunction<String> redrivesMax) {}

    /** A letter that is not redriven, and why. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private Refused(String why) {
            super(why, null, false, false);
        }
    }

    /** What goes where. */
    Outgoing of(StoredEvent letter) throws Refused {
        var event = letter.event();
        var topic = topicOf(event);
        var redrives = redrives(event);
        var max = origins.redrivesMax().applyAsInt(String.valueOf(WireEvent.textOf(event, "dltrigger")));
        if (redrives >= max) {
            throw new Refused("redriven " + redrives + " times already: max-redrives is " + max);
        }
        if (!order.raw() && event.getType().equals(RawEvent.TYPE)) {
            throw new Refused("undecodable, and would be so again: say raw to send it as it is");
        }
        var sent = event instanceof RawEvent raw ? raw(raw) : decoded(event, redrives + 1);
        var size = sent instanceof RawEvent raw ? raw.sizeBytes() : WireEvent.sizeOf(sent);
        var sizeMax = origins.sizeMaxBytes().applyAsInt(topic);
        if (size > sizeMax) {
            throw new Refused("too large for topic '" + topic + "', which takes " + sizeMax + " bytes");
        }
        return new Outgoing(topic, sent, letter.key());
    }

    private String topicOf(CloudEvent event) throws Refused {
        var to = order.to();
        var topic = to != null ? to : WireEvent.textOf(event, "dltopic");
        if (topic == null) {
            throw new Refused("it does not say which topic it came from: name one to send it to");
        }
        if (!origins.topics().contains(topic)) {
            throw new Refused("there is no topic '" + topic + "' on its broker");
        }
        return topic;
    }

    /** A record that is no event has no place for the count: its header is taken off with the rest. */
    private CloudEvent raw(RawEvent raw) throws Refused {
        if (edit != null) {
            throw new Refused("undecodable: there is no JSON data to edit");
        }
        return raw.with(view -> {
            TELLING.forEach(name -> view.extension(name, null));
            return view.extension(REDRIVES, null);
        });
    }

    private CloudEvent decoded(CloudEvent event, int redrives) throws Refused {
        try {
            var sent = edit == null ? WireEvent.of(event) : edit.apply(event);
            var builder = sent.toBuilder();
            TELLING.forEach(name -> builder.extension(name, null));
            return builder.extension(REDRIVES, redrives).build();
        } catch (Edit.Failed wrong) {
            throw new Refused(String.valueOf(wrong.getMessage()));
        } catch (InvalidEventException invalid) {
            throw new Refused("not valid any more: " + invalid.getMessage());
        }
    }

    private static int redrives(CloudEvent event) {
        var text = WireEvent.textOf(event, REDRIVES);
        try {
            return text == null ? 0 : Math.max(0, Integer.parseInt(text));
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
