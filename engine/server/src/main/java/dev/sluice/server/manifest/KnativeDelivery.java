package dev.sluice.server.manifest;

import dev.sluice.engine.Backoff;
import dev.sluice.engine.DeliveryPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code delivery} and references of {@code eventing.knative.dev/v1}. */
final class KnativeDelivery {
    private static final Duration DAY = Duration.ofDays(1);

    /** Knative knows no end of the tries by age. */
    private static final Duration AGE_MAX = Duration.ofDays(365);

    private static final int RETRY_MAX = 1_000;
    private static final Set<String> FUNCTION_KINDS = Set.of("Service", "Function", "KService");

    private final Set<String> functions;
    private final Function<String, Optional<TopicRef>> brokers;

    /**
     * @param functions that references may name
     * @param brokers the topics of Brokers, by name
     */
    KnativeDelivery(Set<String> functions, Function<String, Optional<TopicRef>> brokers) {
        this.functions = functions;
        this.brokers = brokers;
    }

    /**
     * How hard a Trigger tries, and where it gives up to.
     *
     * @param source the topic that is read
     * @param deadLetters a Broker's topic; null for a topic of the trigger's own
     * @param function gets the dead letters; null when they only stay on their topic
     */
    record Delivery(
            DeliveryPolicy policy,
            TopicRef source,
            @Nullable TopicRef deadLetters,
            @Nullable String function) {
        /** Where the trigger's dead letters go. */
        TopicRef topicOf(String trigger) {
            var own = function == null ? source.name() + ".dlq" : source.name() + "." + trigger + ".dlq";
            return deadLetters == null ? new TopicRef(source.broker(), own) : deadLetters;
        }
    }

    /** What holds where neither a Trigger nor its Broker says anything. */
    Delivery standard(TopicRef source) {
        return new Delivery(policy(DeliveryPolicy.DEFAULT.retry(), Backoff.DEFAULT, DAY), source, null, null);
    }

    private static DeliveryPolicy policy(int retry, Backoff backoff, Duration timeout) {
        return new DeliveryPolicy(retry, backoff, timeout, AGE_MAX, DeliveryPolicy.DEFAULT.deadLetterFailure())
                .withDeadLetters(true, DeliveryPolicy.DEFAULT.redrivesMax());
    }

    Delivery read(Section section, TopicRef source) {
        section.notYet("retryAfterMax");
        if (section.has("format")) {
            section.value("format");
            section.warning("format", "has no effect: the function gets the event and no request");
        }
        var retry = section.whole("retry", 0, 0, RETRY_MAX);
        var policy = policy(retry, backoff(section, retry), timeout(section));
        var sink = section.section("deadLetterSink");
        TopicRef deadLetters = null;
        String function = null;
        if (sink != null) {
            deadLetters = brokerTopic(sink);
            function = deadLetters == null ? function(sink) : null;
            sink.end();
        }
        section.end();
        return new Delivery(policy, source, deadLetters, function == null || function.isEmpty() ? null : function);
    }

    private static Duration timeout(Section section) {
        return section.duration("timeout", DAY, Duration.ofMillis(1), DAY);
    }

    /** The cap is the longest wait that the policy comes to, as Knative has none. */
    private static Backoff backoff(Section section, int retry) {
        var linear = section.has("backoffPolicy") && section.word("backoffPolicy", Words.EXPONENTIAL) == Words.LINEAR;
        var policy = linear ? Backoff.Policy.LINEAR : Backoff.Policy.EXPONENTIAL;
        var delay = section.duration("backoffDelay", Backoff.DEFAULT.delay(), Duration.ZERO, DAY);
        var times = linear ? Math.max(1, retry) : 1L << Math.min(30, Math.max(0, retry - 1));
        // At most a day by 2^30: no overflow.
        var longest = Math.min(DAY.toMillis(), delay.toMillis() * times);
        return new Backoff(policy, delay, Duration.ofMillis(longest).plusMillis(1));
    }

    private enum Words {
        EXPONENTIAL,
        LINEAR
    }

    /** The topic of the Broker that the reference names; null when it names none. */
    private @Nullable TopicRef brokerTopic(Section sink) {
        if (!(sink.value("ref") instanceof Value.Fields)) {
            return null;
        }
        var ref = sink.section("ref");
        if (ref == null || !ref.text("kind").filter("Broker"::equals).isPresent()) {
            return null;
        }
        var name = name(ref);
        var topic = brokers.apply(name);
        if (topic.isEmpty() && !name.isEmpty()) {
            ref.mistake("name", "is no Broker of eventing.knative.dev/v1 in these files");
        }
        ref.end();
        return topic.orElse(new TopicRef("", name));
    }

    private static String name(Section ref) {
        ref.value("apiVersion");
        ref.value("namespace");
        return ref.required("name", "the name of what is meant");
    }

    /** The function that a destination names; empty, and a mistake told, when it names none. */
    String function(Section destination) {
        for (var key : new String[] {"uri", "CACerts", "audience"}) {
            if (destination.has(key)) {
                destination.value(key);
                destination.mistake(key, "is not in this version: name a Function of these files as ref");
            }
        }
        var ref = destination.has("uri") && !destination.has("ref")
                ? null
                : destination.requiredSection("ref", "a map with kind and name of a function");
        if (ref == null) {
            return "";
        }
        var kind = ref.required("kind", "Service");
        if (!kind.isEmpty() && !FUNCTION_KINDS.contains(kind)) {
            ref.mistake("kind", "is not in this version: must be Service, whose name is that of a Function");
        }
        var name = name(ref);
        ref.end();
        if (!name.isEmpty() && FUNCTION_KINDS.contains(kind) && !functions.contains(name)) {
            ref.mistake("name", "is no Function in these files" + Nearest.hint(name, functions));
        }
        return name;
    }
}
