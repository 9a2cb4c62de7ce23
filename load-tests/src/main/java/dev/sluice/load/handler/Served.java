package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Initializable;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * Takes {@code start} to get ready and {@code run} for each event, both in milliseconds, without holding a thread.
 * Writes to the file {@code ledger} when each event began ({@code event ID MICROS}) and when the instances of this
 * process first had {@code many} events at once since they had none ({@code many N MICROS}).
 */
public final class Served implements Function<CloudEvent, Mono<CloudEvent>>, Initializable, AutoCloseable {
    private static final AtomicInteger RUNNING = new AtomicInteger();
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private final Duration start;
    private final Duration run;
    private final int many;
    private final boolean each;
    private final FileChannel ledger;

    /**
     * Reads {@code start}, {@code run}, {@code many} and {@code ledger}; {@code each} says whether to write each event.
     */
    public Served(FunctionConfig config) {
        start = Duration.ofMillis(Long.parseLong(config.require("start")));
        run = Duration.ofMillis(Long.parseLong(config.require("run")));
        many = Integer.parseInt(config.require("many"));
        each = Boolean.parseBoolean(config.require("each"));
        try {
            ledger = FileChannel.open(
                    Path.of(config.require("ledger")), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public Mono<Void> start() {
        return start.isZero() ? Mono.empty() : Mono.delay(start).then();
    }

    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        return Mono.defer(() -> begun(event));
    }

    private Mono<CloudEvent> begun(CloudEvent event) {
        var running = RUNNING.incrementAndGet();
        if (each || event.getType().equals("probe")) {
            write("event " + event.getId());
        }
        if (running >= many && TOLD.compareAndSet(false, true)) {
            write("many " + running);
        }
        return Mono.delay(run).then(Mono.<CloudEvent>empty()).doFinally(end -> ended());
    }

    private static void ended() {
        if (RUNNING.decrementAndGet() == 0) {
            TOLD.set(false);
        }
    }

    private void write(String what) {
        var line = what + " " + ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()) + "\n";
        try {
            ledger.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        ledger.close();
    }
}
