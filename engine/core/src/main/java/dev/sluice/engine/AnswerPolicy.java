package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;

/**
 * Where a trigger's answers go and what answers that are no CloudEvents become.
 *
 * @param sink their destination; {@link AnswerSink#NONE} drops them
 * @param type the type of events made from data
 * @param source the source of events made from data, a URI reference
 */
public record AnswerPolicy(AnswerSink sink, String type, String source) {
    /** Drops answers of the function. */
    public static AnswerPolicy none(String function) {
        return to(AnswerSink.NONE, function);
    }

    /** Sends answers to the sink; events made from data are of type {@code dev.sluice.answer}, from the function. */
    public static AnswerPolicy to(AnswerSink sink, String function) {
        return new AnswerPolicy(sink, "dev.sluice.answer", "/functions/" + function);
    }
}
