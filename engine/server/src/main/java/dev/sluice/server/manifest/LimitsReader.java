package dev.sluice.server.manifest;

import dev.sluice.engine.Rate;
import dev.sluice.engine.RepeatPolicy;
import dev.sluice.engine.TriggerLimits;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code rate}, {@code concurrency} and {@code dedupe} of a trigger. */
final class LimitsReader {
    private static final Pattern RATE = Pattern.compile("(\\d{1,7})/(s|m|h|d)");
    private static final String RATE_RULE =
            "must be events in a time, 1 to 1000000 of them, such as 100/s, 30/m, 5/h or 1/d";
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9]{0,63}(\\+[a-z][a-z0-9]{0,63}){0,7}");
    private static final String KEY_RULE =
            "must be 1 to 8 names of attributes or extensions, joined by +, such as source+id";
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final int CONCURRENCY_MAX = 100_000;

    private LimitsReader() {}

    /** @param calls whether callers of the trigger wait for the answer */
    static TriggerLimits read(Section spec, boolean calls) {
        var rate = spec.parsed("rate", RATE_RULE, LimitsReader::rate).orElse(null);
        var concurrency = spec.whole("concurrency", TriggerLimits.UNLIMITED, 1, CONCURRENCY_MAX);
        if (calls && spec.has("dedupe")) {
            spec.value("dedupe");
            spec.mistake("dedupe", "has no use in mode reply: each caller waits for an answer of its own");
            return new TriggerLimits(rate, concurrency, null);
        }
        return new TriggerLimits(rate, concurrency, repeats(spec));
    }

    static Optional<Rate> rate(String text) {
        var match = RATE.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var events = Integer.parseInt(match.group(1));
        var per =
                switch (match.group(2)) {
                    case "s" -> Duration.ofSeconds(1);
                    case "m" -> Duration.ofMinutes(1);
                    case "h" -> Duration.ofHours(1);
                    default -> Duration.ofDays(1);
                };
        return events < 1 || events > 1_000_000 ? Optional.empty() : Optional.of(new Rate(events, per));
    }

    private static @Nullable RepeatPolicy repeats(Section spec) {
        var section = spec.section("dedupe");
        if (section == null) {
            return null;
        }
        var policy = new RepeatPolicy(
                section.duration("window", WINDOW, Duration.ofMillis(1), Duration.ofDays(1)),
                attributes(section),
                section.whole("entries-max", RepeatPolicy.ENTRIES_MAX, 1, 10_000_000),
                section.bytes("bytes-max", RepeatPolicy.BYTES_MAX, 1_024));
        section.end();
        return policy;
    }

    private static List<String> attributes(Section section) {
        var key = section.matching("key", KEY, KEY_RULE).map(text -> Arrays.asList(text.split("\\+")));
        key.filter(names -> names.contains("data"))
                .ifPresent(names -> section.mistake("key", "must not name data, which is no attribute"));
        return key.orElse(RepeatPolicy.SOURCE_AND_ID);
    }
}
