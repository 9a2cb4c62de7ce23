package dev.sluice.engine;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns, with the stack, when something blocks an event loop for more than 250 ms: once per occurrence, and from the
 * first function on that runs there.
 */
final class LoopWatchdog {
    private static final Logger LOG = LoggerFactory.getLogger(LoopWatchdog.class);
    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int FRAMES_MAX = 30;

    private final List<EventLoops.WorkerLoop> loops;
    private final long[] warned;
    private volatile boolean closed;

    LoopWatchdog(List<EventLoops.WorkerLoop> loops) {
        this.loops = List.copyOf(loops);
        warned = new long[loops.size()];
        var thread = new Thread(this::watch, "sluice-loop-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    void close() {
        closed = true;
    }

    private void watch() {
        while (!closed) {
            LockSupport.parkNanos(EVERY_NANOS);
            for (var i = 0; i < warned.length; i++) {
                look(i);
            }
        }
    }

    private void look(int i) {
        var loop = loops.get(i);
        var since = loop.busySince();
        var busy = System.nanoTime() - since;
        if (since == 0 || busy < LIMIT_NANOS || warned[i] == since) {
            return;
        }
        warned[i] = since;
        var stack = Stream.of(loop.thread().getStackTrace())
                .limit(FRAMES_MAX)
                .map(frame -> "\n\tat " + frame)
                .collect(Collectors.joining());
        LOG.atWarn()
                .addArgument(loop.thread().getName())
                .addArgument(TimeUnit.NANOSECONDS.toMillis(busy))
                .addArgument(stack)
                .log("event loop {} is blocked for {} ms: a reactive function must not block; use a blocking shape{}");
    }
}
