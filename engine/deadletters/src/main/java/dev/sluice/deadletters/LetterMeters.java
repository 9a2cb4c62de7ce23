package dev.sluice.deadletters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The meters of work on dead letters. */
final class LetterMeters {
    private static final String LETTERS = "sluice.deadletters.settled";
    private static final String JOBS = "sluice.deadletters.jobs";

    private final MeterRegistry registry;

    LetterMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    static List<DeadLetterDesk.MeterDoc> docs() {
        return List.of(
                new DeadLetterDesk.MeterDoc(
                        LETTERS,
                        "counter",
                        "letters",
                        List.of("broker", "topic", "outcome"),
                        "dead letters that jobs redrove, discarded or refused"),
                new DeadLetterDesk.MeterDoc(
                        JOBS, "gauge", "jobs", List.of(), "jobs on dead letters, and comparisons, that run now"));
    }

    <T> void jobs(T thing, ToDoubleFunction<T> running) {
        Gauge.builder(JOBS, thing, running)
                .baseUnit("jobs")
                .description(docs().get(1).description())
                .register(registry);
    }

    void settled(LetterTopic topic, LetterOrder.Action action, int letters) {
        count(topic, action == LetterOrder.Action.REDRIVE ? "redriven" : "discarded", letters);
    }

    void refused(LetterTopic topic) {
        count(topic, "refused", 1);
    }

    private void count(LetterTopic topic, String outcome, int letters) {
        Counter.builder(LETTERS)
                .tags("broker", topic.broker().name(), "topic", topic.topic(), "outcome", outcome)
                .baseUnit("letters")
                .description(docs().get(0).description())
                .register(registry)
                .increment(letters);
    }
}
