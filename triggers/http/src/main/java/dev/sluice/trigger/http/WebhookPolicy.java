package dev.sluice.trigger.http;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which senders of webhooks a path agrees with, and how much each of them may deliver. A sender names its origin in {@code
 * WebHook-Request-Origin}, when it asks and with every delivery; that is its word, and proves nothing. Requests without
 * that header are not looked at.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md">HTTP 1.1 Web Hooks</a>
 */
public final class WebhookPolicy {
    private static final Pattern ORIGIN = Pattern.compile("\\*|(\\*\\.)?[A-Za-z0-9_-][A-Za-z0-9._:-]{0,254}");

    /** Any origin, at any rate. */
    public static final WebhookPolicy ANY = new WebhookPolicy(List.of("*"), 0);

    private final boolean any;
    private final Set<String> whole = new LinkedHashSet<>();
    private final List<String> endings = new ArrayList<>();
    private final int deliveriesPerMinute;

    private WebhookPolicy(List<String> origins, int deliveriesPerMinute) {
        for (var origin : origins) {
            if (!isOrigin(origin)) {
                throw new IllegalArgumentException(
                        "origin '" + origin + "' must be a host name, *. and the end of one, or *");
            }
            if (origin.startsWith("*.")) {
                endings.add(origin.substring(1).toLowerCase(Locale.ROOT));
            } else {
                whole.add(origin.toLowerCase(Locale.ROOT));
            }
        }
        any = whole.contains("*");
        this.deliveriesPerMinute = deliveriesPerMinute;
    }

    /**
     * These origins, at any rate.
     *
     * @param origins host names as senders write them, in any case; {@code *.} with the end of a name stands for all
     *     below it, {@code *} for all; none agrees with nobody
     * @throws IllegalArgumentException when one is not like that
     */
    public static WebhookPolicy of(List<String> origins) {
        return new WebhookPolicy(origins, 0);
    }

    /**
     * The same, each origin at a rate: so many deliveries at once, and from then on so many a minute, evenly. What is
     * beyond is answered 429.
     *
     * @throws IllegalArgumentException when it is not at least 1
     */
    public WebhookPolicy perMinute(int deliveries) {
        if (deliveries < 1) {
            throw new IllegalArgumentException("deliveries per minute are " + deliveries + " and must be at least 1");
        }
        var origins = new ArrayList<>(whole);
        endings.forEach(ending -> origins.add("*" + ending));
        return new WebhookPolicy(origins, deliveries);
    }

    /** Whether a text may stand in the list of origins. */
    public static boolean isOrigin(String text) {
        return ORIGIN.matcher(text).matches();
    }

    /** Whether it agrees with everybody at any rate, so that nothing is to be looked at. */
    boolean isAny() {
        return any && deliveriesPerMinute == 0;
    }

    boolean agreesWith(String origin) {
        var name = origin.toLowerCase(Locale.ROOT);
        return any || whole.contains(name) || endings.stream().anyMatch(name::endsWith);
    }

    /** Deliveries of one origin in a minute; 0 for any number. */
    int deliveriesPerMinute() {
        return deliveriesPerMinute;
    }
}
