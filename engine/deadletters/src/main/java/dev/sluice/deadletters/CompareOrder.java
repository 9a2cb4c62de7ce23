package dev.sluice.deadletters;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Intake;
import dev.sluice.broker.ReadRange;
import dev.sluice.cloudevents.sql.EventFilter;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which events a function is called with, and which answers its own are compared with.
 *
 * @param events the topic that they stand on
 * @param range which part of it
 * @param filters which of these: all must hold
 * @param trigger whose answers stand
 * @param answerType the type of those of the trigger's answers that the function gives as data
 * @param answers the topics that they stand on
 * @param function what is called
 * @param intake its entrance
 * @param busy tells the failures that say that it takes no call now, which are worth another try
 * @param limit with how many at most
 * @param perSecond with how many a second at most; infinite for as fast as it takes them
 * @param dryRun whether nothing is called, and only told what would be
 */
public record CompareOrder(
        Place events,
        ReadRange range,
        List<EventFilter> filters,
        String trigger,
        String answerType,
        List<Place> answers,
        String function,
        Intake intake,
        Predicate<Throwable> busy,
        long limit,
        double perSecond,
        boolean dryRun) {
    /** A topic of a broker. */
    public record Place(Broker broker, String topic) {}

    /** @throws IllegalArgumentException naming what can't be */
    public CompareOrder {
        filters = List.copyOf(filters);
        answers = List.copyOf(answers);
        if (limit < 1) {
            throw new IllegalArgumentException("limit is " + limit + ", must be at least 1");
        }
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("rate is " + perSecond + "/s, must be above 0");
        }
    }
}
