package dev.sluice.server.manifest;

import dev.sluice.server.manifest.TriggerManifest.Webhooks;
import dev.sluice.trigger.http.WebhookPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code webhooks}, of an HTTP trigger or of the server: which senders are agreed with, and their rate. */
final class WebhooksReader {
    private static final String KEY = "webhooks";
    private static final String ORIGIN_RULE = "must be a host name, *. and the end of one, or *";
    private static final int ORIGINS_MAX = 100;
    private static final Pattern RATE = Pattern.compile("([1-9][0-9]{0,6})/(s|m)");
    private static final int MINUTE_SECONDS = 60;

    private WebhooksReader() {}

    /** Null when the key is missing, or wrong and told so. */
    static @Nullable Webhooks read(Section parent) {
        var section = parent.section(KEY);
        if (section == null) {
            return null;
        }
        var origins = origins(section);
        var rate = section.parsed("rate", "must be a rate such as 120/m or 2/s", WebhooksReader::perMinute);
        section.end();
        return new Webhooks(origins, rate.orElse(null));
    }

    private static List<String> origins(Section section) {
        if (!section.has("origins")) {
            section.value("origins");
            return List.of("*");
        }
        var origins = new ArrayList<String>();
        if (!(section.value("origins") instanceof Value.Items items)
                || items.values().size() > ORIGINS_MAX) {
            section.mistake("origins", "must be a list of at most " + ORIGINS_MAX + " host names");
            return origins;
        }
        var index = 0;
        for (var item : items.values()) {
            if (item instanceof Value.Scalar scalar && !scalar.absent() && WebhookPolicy.isOrigin(scalar.text())) {
                origins.add(scalar.text());
            } else {
                section.mistakes()
                        .add(item.place(), section.path("origins") + "[" + index + "]", item.shown(), ORIGIN_RULE);
            }
            index++;
        }
        return origins;
    }

    private static Optional<Integer> perMinute(String text) {
        var rate = RATE.matcher(text);
        if (!rate.matches()) {
            return Optional.empty();
        }
        return Optional.of(Integer.parseInt(rate.group(1)) * (rate.group(2).equals("s") ? MINUTE_SECONDS : 1));
    }
}
