package dev.sluice.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.sluice.cloudevents.InvalidEventException;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a function answered into events. An answer that is no CloudEvent gets the policy's type and source and the
 * id {@code <input id>:<trigger>:<n>}, n from 1, so that a repeated answer can be recognised. Every answer carries {@code
 * causationid}, the input's correlation and trace, and counts one hop more than its input.
 */
final class Answers {
    /** Counts the functions that an event has come through. */
    static final String HOPS = "sluicehops";

    private final String function;
    private final String trigger;
    private final AnswerPolicy policy;

    Answers(String function, String trigger, AnswerPolicy policy) {
        this.function = function;
        this.trigger = trigger;
        this.policy = policy;
    }

    /**
     * The event for the n-th answer to an input; {@link FunctionException.BadAnswer} when it makes none.
     *
     * @param hops the functions that the input, or all that the answer comes of, has come through
     * @param json writes what the version that answered answers
     */
    CloudEvent of(@Nullable Object answer, CloudEvent input, int hops, int n, ObjectWriter json) {
        if (answer == null) {
            throw new FunctionException.BadAnswer(function, "answered null");
        }
        try {
            var builder = answer instanceof CloudEvent event ? WireEvent.builder(event) : made(answer, input, n, json);
            builder.extension(HOPS, hops + 1);
            copyIfAbsent(builder, "causationid", input.getId());
            copyIfAbsent(builder, "correlationid", input.getExtension("correlationid"));
            if (!builder.hasExtension("traceparent")) {
                // The state belongs to its trace: never the input's beside a trace of the function's own.
                copyIfAbsent(builder, "tracestate", input.getExtension("tracestate"));
                copyIfAbsent(builder, "traceparent", input.getExtension("traceparent"));
            }
            return builder.build();
        } catch (InvalidEventException e) {
            throw new FunctionException.BadAnswer(function, "answered an event that is not valid: " + e.getMessage());
        }
    }

    /**
     * The event for an answer of which nobody says to what it is one.
     *
     * @param id that of an event made from data
     * @param hops the functions that what came before it has come through
     */
    CloudEvent unbound(@Nullable Object answer, String id, int hops, ObjectWriter json) {
        if (answer == null) {
            throw new FunctionException.BadAnswer(function, "answered null");
        }
        try {
            if (answer instanceof CloudEvent event) {
                return WireEvent.builder(event)
                        .extension(HOPS, Math.max(hops(event), hops + 1))
                        .build();
            }
            return data(answer, id, json).extension(HOPS, hops + 1).build();
        } catch (InvalidEventException e) {
            throw new FunctionException.BadAnswer(function, "answered an event that is not valid: " + e.getMessage());
        }
    }

    private WireEvent.Builder made(Object answer, CloudEvent input, int n, ObjectWriter json) {
        var builder = data(answer, input.getId() + ":" + trigger + ":" + n, json);
        copyIfAbsent(builder, "partitionkey", input.getExtension("partitionkey"));
        return builder;
    }

    private WireEvent.Builder data(Object answer, String id, ObjectWriter json) {
        var builder = WireEvent.builder().id(id).type(policy.type()).source(policy.source());
        if (answer instanceof byte[] bytes) {
            return builder.data("application/octet-stream", bytes);
        }
        if (answer instanceof String text) {
            return builder.data("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
        }
        try {
            return builder.data("application/json", json.writeValueAsBytes(answer));
        } catch (JsonProcessingException e) {
            throw new FunctionException.BadAnswer(
                    function,
                    "answered a " + answer.getClass().getSimpleName() + " that can't be written as JSON: "
                            + e.getOriginalMessage());
        }
    }

    private static void copyIfAbsent(WireEvent.Builder builder, String name, @Nullable Object value) {
        if (value != null && !builder.hasExtension(name)) {
            builder.extension(name, value);
        }
    }

    /** The hops that an event has behind it; 0 when it says nothing usable. */
    static int hops(CloudEvent event) {
        var value = event.getExtension(HOPS);
        if (value instanceof Number number) {
            return Math.max(0, number.intValue());
        }
        if (value instanceof String text) {
            try {
                return Math.max(0, Integer.parseInt(text));
            } catch (NumberFormatException notANumber) {
                return 0;
            }
        }
        return 0;
    }
}
