package dev.sluice.load.dial;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A gate, a count, a sum of times and a list of latencies in a mapped file: the measured process writes, the one that
 * measures reads, and neither waits for the other. A count costs an atomic addition, so that the engine's side and its
 * peer's are counted alike and at a cost that shows in neither. The gate starts shut, is opened once and shut once.
 */
public final class Dial {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    // A cache line each: the one that measures reads while the other writes.
    private static final int GATE = 0;
    private static final int COUNT = 64;
    private static final int TOOK = 128;
    private static final int SAMPLES = 192;
    private static final int FIRST_SAMPLE = 256;

    private static final long OPEN = 1;
    private static final long SHUT = 2;

    private final ByteBuffer file;
    private final int samplesMax;
    private final Sinks.Empty<Void> opening = Sinks.empty();
    /**
     * Ends once the gate has left its first state. A thousand threads that looked for themselves would be a load of
     * their own.
     */
    private final CountDownLatch left = new CountDownLatch(1);

    private volatile boolean open;

    private Dial(ByteBuffer file) {
        this.file = file.order(ByteOrder.nativeOrder());
        samplesMax = (file.capacity() - FIRST_SAMPLE) / Integer.BYTES;
    }

    /** Makes the file, with room for so many latencies. */
    public static Dial create(Path path, int samplesMax) throws IOException {
        return new Dial(map(path, FIRST_SAMPLE + (long) samplesMax * Integer.BYTES));
    }

    /** Opens a file that {@link #create} made, and watches its gate. */
    public static Dial watch(Path path) {
        try {
            var dial = new Dial(map(path, path.toFile().length()));
            var watcher = new Thread(dial::watchGate, "dial");
            watcher.setDaemon(true);
            watcher.start();
            return dial;
        } catch (IOException e) {
            throw new UncheckedIOException("the dial " + path + " cannot be mapped", e);
        }
    }

    private static ByteBuffer map(Path path, long bytes) throws IOException {
        try (var channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes);
        }
    }

    private void watchGate() {
        while (get(GATE) == 0) {
            park();
        }
        open = get(GATE) == OPEN;
        opening.tryEmitEmpty();
        left.countDown();
        while (get(GATE) != SHUT) {
            park();
        }
        open = false;
    }

    private static void park() {
        LockSupport.parkNanos(LOOK_NANOS);
    }

    /** Opens the gate. */
    public void open() {
        LONGS.setVolatile(file, GATE, OPEN);
    }

    /** Shuts the gate for good. */
    public void shut() {
        LONGS.setVolatile(file, GATE, SHUT);
    }

    /** Whether the gate is open, as far as the watcher has seen. */
    public boolean isOpen() {
        return open;
    }

    /** Whether the gate was shut for good. */
    public boolean isShut() {
        return get(GATE) == SHUT;
    }

    /** Completes when the gate opens; never once it was shut again. */
    public Mono<Void> whenOpen() {
        return isShut() ? Mono.never() : opening.asMono();
    }

    /** Waits on this thread for the gate to open; false when it was shut instead. */
    public boolean awaitOpen() throws InterruptedException {
        left.await();
        return !isShut();
    }

    /** Counts events. */
    public void add(long events) {
        LONGS.getAndAdd(file, COUNT, events);
    }

    /** Events counted so far. */
    public long count() {
        return get(COUNT);
    }

    /** Adds to the time that handlers took. */
    public void took(long nanos) {
        LONGS.getAndAdd(file, TOOK, nanos);
    }

    /** The time that handlers took, all together. */
    public long tookNanos() {
        return get(TOOK);
    }

    /** Keeps a latency; beyond the room there is, only their number. */
    public void latency(long nanos) {
        var index = (long) LONGS.getAndAdd(file, SAMPLES, 1L);
        if (index < samplesMax) {
            var micros = (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMicros(nanos));
            file.putInt(FIRST_SAMPLE + (int) index * Integer.BYTES, micros);
        }
    }

    /** Latencies kept so far. */
    public int latencies() {
        return (int) Math.min(samplesMax, get(SAMPLES));
    }

    /** A latency in microseconds, by its place in the order in which they were kept. */
    public int latencyMicros(int index) {
        return file.getInt(FIRST_SAMPLE + index * Integer.BYTES);
    }

    private long get(int field) {
        return (long) LONGS.getVolatile(file, field);
    }
}
