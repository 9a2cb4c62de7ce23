package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Stands still until the file {@code gate} exists, then writes the id of every event to the file {@code ledger}, one
 * write and one line each, before the event is done. An append of a few bytes stays in the page cache, which is why it
 * may be made on an event loop here.
 */
public final class Gate implements Function<CloudEvent, Mono<CloudEvent>>, AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private final FileChannel ledger;
    private final Mono<Long> open;

    /** Reads {@code gate} and {@code ledger}, both paths. */
    public Gate(FunctionConfig config) {
        var gate = Path.of(config.require("gate"));
        open = Flux.interval(Duration.ZERO, LOOK_EVERY)
                .onBackpressureDrop()
                .filter(tick -> Files.exists(gate))
                .next()
                .cache();
        try {
            ledger = FileChannel.open(
                    Path.of(config.require("ledger")), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public Mono<CloudEvent> apply(CloudEvent event) {
        return open.then(Mono.fromRunnable(() -> write(event.getId())));
    }

    private void write(String id) {
        try {
            var line = ByteBuffer.wrap((id + "\n").getBytes(StandardCharsets.US_ASCII));
            while (line.hasRemaining()) {
                ledger.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public void close() throws IOException {
        ledger.close();
    }
}
