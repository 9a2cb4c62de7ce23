package dev.sluice.server.manifest;

import dev.sluice.engine.Backoff;
import dev.sluice.engine.DeliveryPolicy;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code delivery}. */
final class DeliveryReader {
    private static final Duration DAY = Duration.ofDays(1);

    /** The function's own timeout is the limit, unless the trigger names a shorter one. */
    /** What holds where nothing is written. */
    static final DeliveryPolicy STANDARD = new DeliveryPolicy(
            DeliveryPolicy.DEFAULT.retry(),
            DeliveryPolicy.DEFAULT.backoff(),
            DAY,
            DeliveryPolicy.DEFAULT.maxAge(),
            DeliveryPolicy.DEFAULT.deadLetterFailure());

    private static final List<String> TOPIC_ONLY = List.of(
            "retry",
            "backoff-policy",
            "backoff-delay",
            "backoff-max",
            "max-age",
            "dead-letter",
            "on-dead-letter-failure");

    private final TopicReader topics;

    DeliveryReader(TopicReader topics) {
        this.topics = topics;
    }

    /**
     * How hard a trigger tries, and where it gives up to.
     *
     * @param deadLetters null without a topic
     */
    record Delivery(DeliveryPolicy policy, @Nullable TopicRef deadLetters) {}

    /**
     * @param topic that the trigger reads, if it does
     * @param calls whether its callers wait for the answer
     */
    Delivery read(Section spec, @Nullable TopicRef topic, boolean calls) {
        var standard = topic == null ? null : new TopicRef(topic.broker(), topic.name() + ".dlq");
        var section = spec.section("delivery");
        if (section == null) {
            return new Delivery(STANDARD, standard);
        }
        if (calls) {
            TOPIC_ONLY.stream().filter(section::has).forEach(key -> {
                section.value(key);
                section.mistake(key, "has no use in mode reply: the caller has the retry and the dead letter");
            });
            var timeout = section.duration("timeout", DAY, Duration.ofMillis(1), DAY);
            section.end();
            return new Delivery(
                    new DeliveryPolicy(0, STANDARD.backoff(), timeout, STANDARD.maxAge(), STANDARD.deadLetterFailure()),
                    null);
        }
        var policy = new DeliveryPolicy(
                section.whole("retry", STANDARD.retry(), 0, 1_000),
                backoff(section),
                section.duration("timeout", STANDARD.timeout(), Duration.ofMillis(1), DAY),
                section.duration("max-age", STANDARD.maxAge(), Duration.ofMillis(1), Duration.ofDays(365)),
                section.word("on-dead-letter-failure", STANDARD.deadLetterFailure()));
        var delivery = deadLetters(section, policy, standard);
        section.end();
        return delivery;
    }

    private static Backoff backoff(Section section) {
        var standard = Backoff.DEFAULT;
        var policy = section.word("backoff-policy", standard.policy());
        var delay = section.duration("backoff-delay", standard.delay(), Duration.ZERO, DAY);
        var max = section.duration("backoff-max", standard.max(), Duration.ZERO, DAY);
        if (max.compareTo(delay) < 0) {
            var key = section.has("backoff-max") ? "backoff-max" : "backoff-delay";
            section.mistake(
                    key,
                    "backoff-max, " + Durations.text(max) + ", must reach backoff-delay, " + Durations.text(delay));
            return standard;
        }
        return new Backoff(policy, delay, max);
    }

    private Delivery deadLetters(Section delivery, DeliveryPolicy policy, @Nullable TopicRef standard) {
        var section = delivery.section("dead-letter");
        if (section == null) {
            return new Delivery(policy, standard);
        }
        if (section.keys().isEmpty()) {
            delivery.mistake("dead-letter", "must have one of topic, knative, max-redrives");
        }
        var topic = section.has("topic") ? topics.read(section, "topic").orElse(standard) : standard;
        var marked = policy.withDeadLetters(
                section.flag("knative", policy.knative()),
                section.whole("max-redrives", policy.redrivesMax(), 0, 1_000));
        section.end();
        return new Delivery(marked, topic);
    }
}
