package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Follows the ledger of runs into a checker, and takes samples, on a thread of its own. Safe for several threads. */
final class Watch implements AutoCloseable {
    /**
     * A run may be unrecorded for so long after it began: its own few milliseconds, the 200 ms until the next commit,
     * and as much for the commit's way there and back on a busy machine.
     */
    static final long COMMIT_MILLIS = 500;

    private static final long LOOK_EVERY_MILLIS = 250;

    private final LedgerTail runs;
    private final Checker checker = new Checker(COMMIT_MILLIS);
    private final Samples samples = new Samples();
    private final AtomicLong published = new AtomicLong();
    private final long startNanos = System.nanoTime();
    private final Thread thread = new Thread(this::follow, "soak-watch");
    private volatile long done;
    private volatile @Nullable Throwable failure;
    private volatile boolean closed;

    Watch(Path file) throws IOException {
        runs = new LedgerTail(file);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow() {
        try {
            while (!closed) {
                look();
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            }
        } catch (InterruptedException e) {
            // Closed.
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private synchronized void look() throws IOException {
        read();
        samples.add(new Samples.Sample(seconds(), published.get(), done));
    }

    private void read() throws IOException {
        runs.read(line -> checker.ran(Run.of(line)));
        done = checker.done();
    }

    private double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    synchronized void published(Publication publication) {
        checker.published(publication);
        published.incrementAndGet();
    }

    /** Events acknowledged and not done, about. */
    long open() {
        return Math.max(0, published.get() - done);
    }

    long published() {
        return published.get();
    }

    long done() {
        return done;
    }

    synchronized void launched(EngineProcess engine, long atMillis) {
        checker.launched(engine.pid(), atMillis);
    }

    /** See {@link Checker#killed}. */
    synchronized void killed(EngineProcess engine, long atMillis, @Nullable Map<Integer, Long> committed)
            throws IOException {
        read();
        checker.killed(engine.pid(), atMillis, committed);
        samples.mark(seconds(), "killed " + engine.name());
    }

    synchronized void stopped(EngineProcess engine) throws IOException {
        read();
        checker.stopped(engine.pid());
        samples.mark(seconds(), "stopped " + engine.name());
    }

    /** See {@link Checker#unsettled}. */
    synchronized void unsettled(long pid, String why) throws IOException {
        read();
        checker.unsettled(pid, System.currentTimeMillis());
        samples.mark(seconds(), why);
    }

    /** See {@link Checker#settled}. */
    synchronized void settled(long pid) throws IOException {
        read();
        checker.settled(pid);
    }

    /** Notes that something was done to the system. */
    synchronized void mark(String what) {
        samples.mark(seconds(), what);
    }

    /** Waits until all that was acknowledged is done, or nothing was done for so long. */
    void awaitDone(Duration stalledAfter) throws InterruptedException, IOException {
        var last = -1L;
        var since = System.nanoTime();
        while (System.nanoTime() - since < stalledAfter.toNanos()) {
            mustBeWell();
            synchronized (this) {
                read();
                if (checker.open() == 0) {
                    return;
                }
            }
            if (done != last) {
                last = done;
                since = System.nanoTime();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
    }

    /** Waits until so many more events are done than now; false when that takes longer. */
    boolean awaitMoreDone(long events, Duration max) throws InterruptedException {
        var until = done + events;
        var end = System.nanoTime() + max.toNanos();
        while (done < until && System.nanoTime() < end) {
            mustBeWell();
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        return done >= until;
    }

    /** Waits until so many more events are acknowledged than now; false when that takes longer. */
    boolean awaitMorePublished(long events, Duration max) throws InterruptedException {
        var until = published.get() + events;
        var end = System.nanoTime() + max.toNanos();
        while (published.get() < until && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
        }
        return published.get() >= until;
    }

    private void mustBeWell() {
        var broken = failure;
        if (broken != null) {
            throw new SoakException("the ledger cannot be followed", broken);
        }
    }

    synchronized Verdict verdict() throws IOException {
        mustBeWell();
        read();
        return checker.verdict();
    }

    synchronized Samples samples() {
        return samples;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            runs.close();
        }
    }
}
