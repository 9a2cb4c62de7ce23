package dev.sluice.cloudevents.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much a client holds and waits for. Every limit is at least 1 (1 ms for durations).
 *
 * @param sendsMax sends in flight, over all sinks; beyond, {@link SinkException.Overloaded} at once
 * @param connectionsPerSink connections to one address and port
 * @param pendingPerSink sends to it that wait for a connection; beyond, {@link SinkException.Overloaded} at once
 * @param batchEvents events of one batch
 * @param batchBytes bytes of one batch
 * @param answerBytes the body of one answer; larger is {@link SinkException.BadAnswer}
 * @param deadline from the subscription of one send, or of one batch, to the end of its answer
 * @param connectTimeout for one address
 * @param idle how long a connection stays open without a send
 */
public record ClientLimits(
        int sendsMax,
        int connectionsPerSink,
        int pendingPerSink,
        int batchEvents,
        int batchBytes,
        int answerBytes,
        Duration deadline,
        Duration connectTimeout,
        Duration idle) {
    /**
     * 1,000 sends in flight, 16 connections and 500 waiting sends for each sink, batches of 100 events and 1 MiB, answers
     * of 1 MiB, a deadline of 30 s, 5 s to connect, 20 s idle.
     */
    public static final ClientLimits DEFAULT = new ClientLimits(
            1_000,
            16,
            500,
            100,
            1 << 20,
            1 << 20,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20));

    /** @throws IllegalArgumentException that names every limit out of range */
    public ClientLimits {
        List<String> mistakes = new ArrayList<>();
        atLeastOne(mistakes, "sends-max", sendsMax);
        atLeastOne(mistakes, "connections-per-sink", connectionsPerSink);
        atLeastOne(mistakes, "pending-per-sink", pendingPerSink);
        atLeastOne(mistakes, "batch-events", batchEvents);
        atLeastOne(mistakes, "batch-bytes", batchBytes);
        atLeastOne(mistakes, "answer-bytes", answerBytes);
        atLeastOneMilli(mistakes, "deadline", deadline);
        atLeastOneMilli(mistakes, "connect-timeout", connectTimeout);
        atLeastOneMilli(mistakes, "idle", idle);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("HTTP client limits: " + String.join("; ", mistakes));
        }
    }

    /** The same with another bound of the sends in flight. */
    public ClientLimits withSends(int max) {
        return new ClientLimits(
                max,
                connectionsPerSink,
                pendingPerSink,
                batchEvents,
                batchBytes,
                answerBytes,
                deadline,
                connectTimeout,
                idle);
    }

    /** The same with other bounds for each sink: connections, and sends that wait for one. */
    public ClientLimits withPool(int connections, int pending) {
        return new ClientLimits(
                sendsMax, connections, pending, batchEvents, batchBytes, answerBytes, deadline, connectTimeout, idle);
    }

    /** The same with other bounds of a batch. */
    public ClientLimits withBatch(int events, int bytes) {
        return new ClientLimits(
                sendsMax,
                connectionsPerSink,
                pendingPerSink,
                events,
                bytes,
                answerBytes,
                deadline,
                connectTimeout,
                idle);
    }

    /** The same with another bound of an answer's body, in bytes. */
    public ClientLimits withAnswerBytes(int bytes) {
        return new ClientLimits(
                sendsMax,
                connectionsPerSink,
                pendingPerSink,
                batchEvents,
                batchBytes,
                bytes,
                deadline,
                connectTimeout,
                idle);
    }

    /** The same with another deadline. */
    public ClientLimits withDeadline(Duration longest) {
        return new ClientLimits(
                sendsMax,
                connectionsPerSink,
                pendingPerSink,
                batchEvents,
                batchBytes,
                answerBytes,
                longest,
                connectTimeout,
                idle);
    }

    private static void atLeastOne(List<String> mistakes, String name, int value) {
        if (value < 1) {
            mistakes.add(name + " = " + value + " must be at least 1");
        }
    }

    private static void atLeastOneMilli(List<String> mistakes, String name, Duration value) {
        if (value.toMillis() < 1) {
            mistakes.add(name + " = " + value + " must be at least 1 ms");
        }
    }
}
