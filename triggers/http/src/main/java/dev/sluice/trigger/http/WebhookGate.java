package dev.sluice.trigger.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds deliveries of webhooks to a policy: what its origin may deliver is counted for each of them, up to a limit of
 * origins, beyond which all others share one count. From any thread; takes no lock.
 */
final class WebhookGate {
    static final String ORIGIN = "WebHook-Request-Origin";
    static final int ORIGINS_MAX = 1_000;
    private static final String OTHERS = "";
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final WebhookPolicy policy;
    private final LongSupplier nanos;
    /** By the origin: when all that it has delivered would have been due at its rate. */
    private final ConcurrentHashMap<String, AtomicLong> due = new ConcurrentHashMap<>();

    WebhookGate(WebhookPolicy policy, LongSupplier nanos) {
        this.policy = policy;
        this.nanos = nanos;
    }

    boolean agreesWith(String origin) {
        return policy.agreesWith(origin);
    }

    /** The rate that a sender is granted, in the header's form: never more than it asks for. */
    String granted(@Nullable String asked) {
        var limit = policy.deliveriesPerMinute();
        if (limit == 0) {
            return "*";
        }
        var wanted = asked == null || asked.equals("*") ? limit : Integer.parseInt(asked);
        return Integer.toString(Math.min(limit, wanted));
    }

    /** Lets a request pass, unless it is a delivery that is not agreed to, or comes too soon. */
    void check(HttpHeaders headers) {
        if (policy.isAny()) {
            return;
        }
        var origin = headers.get(ORIGIN);
        if (origin == null) {
            return;
        }
        if (!policy.agreesWith(origin)) {
            throw new Refusal(Problem.of(403, "webhooks of the origin that " + ORIGIN + " names are not taken here"));
        }
        if (policy.deliveriesPerMinute() > 0) {
            take(origin.toLowerCase(Locale.ROOT));
        }
    }

    private void take(String origin) {
        var every = MINUTE_NANOS / policy.deliveriesPerMinute();
        var count = count(origin);
        var now = nanos.getAsLong();
        while (true) {
            var before = count.get();
            // Times are compared by their differences: the clock may be below zero.
            var next = (before - now > 0 ? before : now) + every;
            var early = next - now - MINUTE_NANOS;
            if (early > 0) {
                var seconds = (int) TimeUnit.NANOSECONDS.toSeconds(early + TimeUnit.SECONDS.toNanos(1) - 1);
                throw new Refusal(Problem.of(
                                429,
                                "more than " + policy.deliveriesPerMinute() + " webhooks a minute of the origin that "
                                        + ORIGIN + " names")
                        .retryAfter(seconds));
            }
            if (count.compareAndSet(before, next)) {
                return;
            }
        }
    }

    private AtomicLong count(String origin) {
        var known = due.get(origin);
        if (known != null) {
            return known;
        }
        if (due.size() >= ORIGINS_MAX) {
            // Those that have used nothing of their minute lose nothing by being forgotten.
            var now = nanos.getAsLong();
            due.values().removeIf(count -> count.get() - now <= 0);
        }
        var name = due.size() >= ORIGINS_MAX ? OTHERS : origin;
        return due.computeIfAbsent(name, any -> new AtomicLong(nanos.getAsLong()));
    }
}
