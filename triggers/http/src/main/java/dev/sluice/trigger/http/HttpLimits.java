package dev.sluice.trigger.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much the ingress takes in, keeps and waits for. Every limit is at least 1 (1 ms for durations).
 *
 * @param bodyBytes one request's body; larger is 413
 * @param batchEvents events of one batch; more is 413
 * @param headersMax headers of one request; more is 431
 * @param headerBytes all headers of one request together; more is 431
 * @param requestsInFlight publishes and calls that are read or wait for their answer; beyond, 503 at once
 * @param bytesInFlight their bodies together; beyond, 503 at once
 * @param publishConcurrency events of one batch that wait for the broker at once
 * @param answersMax answers of one call; more is 502
 * @param answerBytes the answers of one call together; more is 502
 * @param tailSubscribers live tails at once; beyond, 503
 * @param heartbeat time between comments on a live tail
 * @param patience how long a call waits for a free slot of its function
 * @param readTimeout the longest gap between two reads inside one request; then the connection is closed
 * @param requestTimeout from a request's first byte to its last; then the connection is closed
 * @param idleTimeout how long a connection stays open without a request
 */
public record HttpLimits(
        int bodyBytes,
        int batchEvents,
        int headersMax,
        int headerBytes,
        int requestsInFlight,
        long bytesInFlight,
        int publishConcurrency,
        int answersMax,
        int answerBytes,
        int tailSubscribers,
        Duration heartbeat,
        Duration patience,
        Duration readTimeout,
        Duration requestTimeout,
        Duration idleTimeout) {
    /** The size that every consumer of CloudEvents should accept: a smaller body limit is refused. */
    private static final int ALWAYS_ACCEPTED_BYTES = 64 << 10;

    /**
     * Bodies of 1 MiB, batches of 1,000 events, 100 headers and 8 KiB of them, 10,000 requests in flight with an eighth of
     * the heap, 64 events of a batch on their way, 1,000 answers of 4 MiB, 100 tails, a heartbeat every 15 s, patience of
     * 30 s; time-outs: read 10 s, request 30 s, idle 60 s.
     */
    public static final HttpLimits DEFAULT = new HttpLimits(
            1 << 20,
            1_000,
            100,
            8 << 10,
            10_000,
            Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 8),
            64,
            1_000,
            4 << 20,
            100,
            Duration.ofSeconds(15),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60));

    /** @throws IllegalArgumentException that names every limit out of range */
    public HttpLimits {
        var mistakes = new ArrayList<String>();
        atLeast(mistakes, "body-bytes", bodyBytes, ALWAYS_ACCEPTED_BYTES);
        atLeast(mistakes, "batch-events", batchEvents, 1);
        atLeast(mistakes, "headers-max", headersMax, 1);
        atLeast(mistakes, "header-bytes", headerBytes, 1);
        atLeast(mistakes, "requests-in-flight", requestsInFlight, 1);
        atLeast(mistakes, "bytes-in-flight", bytesInFlight, bodyBytes);
        atLeast(mistakes, "publish-concurrency", publishConcurrency, 1);
        atLeast(mistakes, "answers-max", answersMax, 1);
        atLeast(mistakes, "answer-bytes", answerBytes, 1);
        atLeast(mistakes, "tail-subscribers", tailSubscribers, 1);
        atLeastOneMilli(mistakes, "heartbeat", heartbeat);
        atLeastOneMilli(mistakes, "patience", patience);
        atLeastOneMilli(mistakes, "read-timeout", readTimeout);
        atLeastOneMilli(mistakes, "request-timeout", requestTimeout);
        atLeastOneMilli(mistakes, "idle-timeout", idleTimeout);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("HTTP limits: " + String.join("; ", mistakes));
        }
    }

    /** The same with another size of a body, in bytes; the bytes in flight grow with it where they must. */
    public HttpLimits withBodyBytes(int bytes) {
        return changed(bytes, requestsInFlight, Math.max(bytesInFlight, bytes), tailSubscribers, heartbeat, patience);
    }

    /** The same with another bound of requests in flight. */
    public HttpLimits withRequestsInFlight(int requests) {
        return changed(bodyBytes, requests, bytesInFlight, tailSubscribers, heartbeat, patience);
    }

    /** The same with another bound of the bodies in flight, in bytes. */
    public HttpLimits withBytesInFlight(long bytes) {
        return changed(bodyBytes, requestsInFlight, bytes, tailSubscribers, heartbeat, patience);
    }

    /** The same with another bound of live tails. */
    public HttpLimits withTailSubscribers(int subscribers) {
        return changed(bodyBytes, requestsInFlight, bytesInFlight, subscribers, heartbeat, patience);
    }

    /** The same with another time between two comments on a live tail. */
    public HttpLimits withHeartbeat(Duration between) {
        return changed(bodyBytes, requestsInFlight, bytesInFlight, tailSubscribers, between, patience);
    }

    /** The same with another wait of calls for a free slot. */
    public HttpLimits withPatience(Duration wait) {
        return changed(bodyBytes, requestsInFlight, bytesInFlight, tailSubscribers, heartbeat, wait);
    }

    /** The same with other time-outs. */
    public HttpLimits withTimeouts(Duration read, Duration request, Duration idle) {
        return new HttpLimits(
                bodyBytes,
                batchEvents,
                headersMax,
                headerBytes,
                requestsInFlight,
                bytesInFlight,
                publishConcurrency,
                answersMax,
                answerBytes,
                tailSubscribers,
                heartbeat,
                patience,
                read,
                request,
                idle);
    }

    /** The same with other bounds of a call's answers: how many, and their bytes together. */
    public HttpLimits withAnswers(int events, int bytes) {
        return new HttpLimits(
                bodyBytes,
                batchEvents,
                headersMax,
                headerBytes,
                requestsInFlight,
                bytesInFlight,
                publishConcurrency,
                events,
                bytes,
                tailSubscribers,
                heartbeat,
                patience,
                readTimeout,
                requestTimeout,
                idleTimeout);
    }

    private HttpLimits changed(int body, int requests, long bytes, int tails, Duration beat, Duration wait) {
        return new HttpLimits(
                body,
                batchEvents,
                headersMax,
                headerBytes,
                requests,
                bytes,
                publishConcurrency,
                answersMax,
                answerBytes,
                tails,
                beat,
                wait,
                readTimeout,
                requestTimeout,
                idleTimeout);
    }

    private static void atLeast(List<String> mistakes, String name, long value, long least) {
        if (value < least) {
            mistakes.add(name + " = " + value + " must be at least " + least);
        }
    }

    private static void atLeastOneMilli(List<String> mistakes, String name, Duration value) {
        if (value.toMillis() < 1) {
            mistakes.add(name + " = " + value + " must be at least 1 ms");
        }
    }
}
