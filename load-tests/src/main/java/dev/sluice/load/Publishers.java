package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events until each is acknowledged, over a fixed number of connections with one request on each at a time. A
 * refusal is obeyed: the connection waits as long as Retry-After says, then posts the same event again.
 */
final class Publishers implements AutoCloseable {
    private static final int CONNECTIONS = 32;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);
    private static final int BROKEN_MAX = 1_000;

    private final URI ingress;
    private final String path;
    private final byte[] body;
    private final boolean[] acknowledged;
    private final AtomicInteger next = new AtomicInteger();
    private final LongAdder acknowledgements = new LongAdder();
    private final LongAdder refused429 = new LongAdder();
    private final LongAdder refused503 = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** @param events how many; their ids are 0, 1, 2, … */
    Publishers(URI ingress, String path, byte[] body, int events) {
        this.ingress = ingress;
        this.path = path;
        this.body = body.clone();
        acknowledged = new boolean[events];
    }

    void start() {
        for (var i = 0; i < CONNECTIONS; i++) {
            var thread = new Thread(this::publish, "publisher-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void publish() {
        try (var connection = new PostConnection(ingress, path, body, ANSWER_MAX)) {
            for (var event = next.getAndIncrement();
                    event < acknowledged.length && !stopped;
                    event = next.getAndIncrement()) {
                while (!stopped && !taken(connection, event)) {
                    // The same event again: refusals and breaks wait in there.
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean taken(PostConnection connection, int event) throws InterruptedException {
        try {
            var answer = connection.post(Integer.toString(event));
            switch (answer.status()) {
                case 202 -> {
                    acknowledged[event] = true;
                    acknowledgements.increment();
                    return true;
                }
                case 429 -> refused429.increment();
                case 503 -> refused503.increment();
                default -> fail("event " + event + " was answered with " + answer.status());
            }
            var wait = answer.retryAfter().compareTo(RETRY_MAX) > 0 ? RETRY_MAX : answer.retryAfter();
            Thread.sleep(wait.toMillis());
        } catch (IOException e) {
            broken.increment();
            if (broken.sum() > BROKEN_MAX) {
                fail("more than " + BROKEN_MAX + " requests broke, the last with: " + e.getMessage());
            }
            Thread.sleep(100);
        }
        return false;
    }

    private void fail(String why) {
        failure.compareAndSet(null, why);
        stopped = true;
    }

    /** Fails when a request was answered with what no publisher expects. */
    void mustBeWell() {
        var why = failure.get();
        if (why != null) {
            throw new BenchException(why);
        }
    }

    boolean running() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    long acknowledged() {
        return acknowledgements.sum();
    }

    /** Whether the event with this id was acknowledged. Exact once nothing runs any more. */
    boolean acknowledged(int event) {
        return acknowledged[event];
    }

    long refused429() {
        return refused429.sum();
    }

    long refused503() {
        return refused503.sum();
    }

    /** Requests whose connection broke or that were not answered in time; their events were posted again. */
    long broken() {
        return broken.sum();
    }

    @Override
    public void close() {
        stopped = true;
        threads.forEach(Thread::interrupt);
    }
}
