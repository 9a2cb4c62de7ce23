package dev.sluice.cloudevents.http;

import io.cloudevents.CloudEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Delivers events to one receiver of webhooks, as the specification asks: the receiver is asked first whether it agrees,
 * its rate is kept, and it is left alone once it says that it is gone. Safe for any number of threads; never blocks.
 *
 * <p>The question (OPTIONS) is asked with the first delivery, once for all that wait for it, and again when the agreement
 * has lasted its time. A receiver that gives no word of consent gets nothing, and is asked again after a minute. After 429
 * or 503 nothing is sent until {@code Retry-After} is over. A delivery that would wait for its turn longer than the patience
 * fails at once with {@link SinkException.Busy}, one beyond the limit of those that wait with
 * {@link SinkException.Overloaded}. After 410 every delivery fails with {@link SinkException.NotGranted}.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md">HTTP 1.1 Web Hooks</a>
 */
public final class WebhookSender {
    private static final Pattern ORIGIN = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
    private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]{1,4096}=*");
    private static final String REQUEST_ORIGIN = "WebHook-Request-Origin";

    private final HttpEventClient client;
    private final Target delivery;
    private final HttpHeaders delivered;
    private final Turns turns;

    private WebhookSender(Builder from) {
        this.client = from.client;
        this.delivery = Target.of(from.receiver, from.queryToken);
        this.delivered = new DefaultHttpHeaders().set(REQUEST_ORIGIN, from.origin);
        if (from.bearer != null) {
            delivered.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + from.bearer);
        }
        if (from.queryToken != null) {
            delivered.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        }
        Target receiver = Target.of(from.receiver);
        this.turns = new Turns(
                receiver, from.terms(), from.waitingMax, from.nanos, question(client, receiver, from.asked()));
    }

    /**
     * Begins a sender.
     *
     * @param receiver an https URI; http only with {@link Builder#allowHttp}
     * @param origin the sender's name in the question and in every delivery, a DNS name such as {@code events.example.com}
     */
    public static Builder to(HttpEventClient client, URI receiver, String origin) {
        return new Builder(client, receiver, origin);
    }

    /**
     * Delivers an event: in binary mode when it has data and a datacontenttype, else in structured mode, as a webhook must
     * have a body and its type. Cold. Completes with the answer once the receiver has taken it; 415 and other refusals are
     * {@link SinkException.Refused}, for good.
     */
    public Mono<SinkAnswer> deliver(CloudEvent event) {
        boolean structured =
                event.getData() == null || event.getData().toBytes().length == 0 || event.getDataContentType() == null;
        Mono<SinkAnswer> sent = client.send(delivery, event, delivered, structured);
        return turns.next().then(sent.doOnError(turns::learn));
    }

    /**
     * The receiver has called the callback URI, with GET or POST, and so agreed: to be called by whoever serves that URI,
     * once it has checked the URI's secret.
     *
     * @param allowedRate the header {@code WebHook-Allowed-Rate}; the rate that was asked for if absent
     * @throws IllegalArgumentException when it is no rate
     */
    public void calledBack(@Nullable String allowedRate) {
        turns.calledBack(allowedRate);
    }

    /** Whether the receiver has said that it is gone (410); nothing is sent any more. */
    public boolean stopped() {
        return turns.stopped();
    }

    /** An answer without a word of consent that is an error is that error, and not a refusal. */
    private static Mono<Reply> question(HttpEventClient client, Target receiver, HttpHeaders asked) {
        return client.ask(HttpMethod.OPTIONS, receiver, asked).handle((reply, sink) -> {
            boolean agreed = reply.headers().contains("WebHook-Allowed-Origin");
            SinkException error = agreed ? null : client.errorOf(receiver, reply);
            if (error != null && error.retryable()) {
                sink.error(error);
            } else {
                sink.next(reply);
            }
        });
    }

    /** Collects a sender's parts. For one thread. */
    public static final class Builder {
        private final HttpEventClient client;
        private final URI receiver;
        private final String origin;
        private int rate = Pace.ANY;
        private boolean http;
        private @Nullable URI callback;
        private @Nullable String bearer;
        private @Nullable String queryToken;
        private Duration grantFor = Duration.ofHours(1);
        private Duration refusedFor = Duration.ofMinutes(1);
        private Duration patience = Duration.ofSeconds(30);
        private int waitingMax = 1_000;
        private LongSupplier nanos;

        private Builder(HttpEventClient client, URI receiver, String origin) {
            this.client = Objects.requireNonNull(client);
            this.receiver = Objects.requireNonNull(receiver);
            this.origin = Objects.requireNonNull(origin);
            long start = System.nanoTime();
            this.nanos = () -> System.nanoTime() - start;
        }

        /** Deliveries a minute to ask for; none is named if absent. The receiver's word decides, not this. */
        public Builder rate(int perMinute) {
            if (perMinute < 1) {
                throw new IllegalArgumentException("rate = " + perMinute + " must be at least 1 per minute");
            }
            this.rate = perMinute;
            return this;
        }

        /**
         * Where the receiver may agree later, with GET or POST; none if absent. Should hold a secret that is hard to guess.
         * Whoever serves it tells the sender by {@link WebhookSender#calledBack}.
         */
        public Builder callback(URI https) {
            this.callback = Objects.requireNonNull(https);
            return this;
        }

        /** Shows a token in the header {@code Authorization: Bearer} of every delivery. */
        public Builder bearer(String token) {
            if (!BEARER.matcher(token).matches()) {
                throw new IllegalArgumentException("the token must be letters, digits and . _ ~ + / - , up to 4,096");
            }
            this.bearer = token;
            return this;
        }

        /** Shows a token as {@code access_token} in the query of every delivery, for receivers that want it there. */
        public Builder accessToken(String token) {
            this.queryToken = "access_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8);
            return this;
        }

        /** Lets receiver and callback be http, against the specification: for tests and closed networks. */
        public Builder allowHttp() {
            this.http = true;
            return this;
        }

        /** How long an agreement is taken to hold before it is asked for again; 1 h if absent. */
        public Builder grantFor(Duration lasting) {
            this.grantFor = atLeastOneMilli("grant-for", lasting);
            return this;
        }

        /** How long a receiver that did not agree is left alone before it is asked again; 1 min if absent. */
        public Builder refusedFor(Duration lasting) {
            this.refusedFor = atLeastOneMilli("refused-for", lasting);
            return this;
        }

        /** How long a delivery waits for its turn at most; 30 s if absent. */
        public Builder patience(Duration longest) {
            this.patience = atLeastOneMilli("patience", longest);
            return this;
        }

        /** How many deliveries wait for their turn at most; 1,000 if absent. */
        public Builder waitingMax(int deliveries) {
            if (deliveries < 1) {
                throw new IllegalArgumentException("waiting-max = " + deliveries + " must be at least 1");
            }
            this.waitingMax = deliveries;
            return this;
        }

        /** The time that passes, from some start; the system's if absent. */
        Builder nanos(LongSupplier passing) {
            this.nanos = passing;
            return this;
        }

        /**
         * The sender. It asks the receiver with its first delivery.
         *
         * @throws IllegalArgumentException when origin, receiver or callback are not as they must be
         */
        public WebhookSender build() {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException("origin '" + origin + "' must be a DNS name");
            }
            requireHttps(receiver, "receiver");
            if (callback != null) {
                requireHttps(callback, "callback");
            }
            if (bearer != null && queryToken != null) {
                throw new IllegalArgumentException("a token is shown in the header or in the query, not in both");
            }
            return new WebhookSender(this);
        }

        private HttpHeaders asked() {
            HttpHeaders headers = new DefaultHttpHeaders().set(REQUEST_ORIGIN, origin);
            if (rate != Pace.ANY) {
                headers.setInt("WebHook-Request-Rate", rate);
            }
            if (callback != null) {
                headers.set("WebHook-Request-Callback", callback.toASCIIString());
            }
            return headers;
        }

        private Grant.Terms terms() {
            return new Grant.Terms(
                    origin, rate, callback != null, grantFor.toNanos(), refusedFor.toNanos(), patience.toNanos());
        }

        private void requireHttps(URI uri, String what) {
            Target target = Target.of(uri);
            if (!target.secure() && !http) {
                throw new IllegalArgumentException(what + " '" + target.shown() + "' must be an https URI");
            }
        }

        private static Duration atLeastOneMilli(String name, Duration value) {
            if (value.toMillis() < 1) {
                throw new IllegalArgumentException(name + " = " + value + " must be at least 1 ms");
            }
            return value;
        }
    }
}
