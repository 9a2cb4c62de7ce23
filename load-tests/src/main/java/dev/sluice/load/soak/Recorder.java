package dev.sluice.load.soak;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/**
 * The function of the soak runs: writes the beginning and the end of every run to a ledger, and takes a moment in
 * between. An append of a few bytes stays in the page cache, which is why it may be made on an event loop here.
 */
public final class Recorder implements Function<CloudEvent, Mono<CloudEvent>>, AutoCloseable {
    /** Events whose subject this is are refused. */
    static final String REFUSED = "refuse";

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    private final long pid = ProcessHandle.current().pid();
    private final int instance = INSTANCES.incrementAndGet();
    private final Ledger ledger;
    private final int delayMillisMax;
    private final boolean exact;

    /** Reads {@code ledger}, a path, {@code delay-ms}, up to which every run takes, and {@code exact}: whether all take that. */
    public Recorder(FunctionConfig config) {
        delayMillisMax = Integer.parseInt(config.require("delay-ms"));
        exact = config.find("exact").map(Boolean::parseBoolean).orElse(false);
        try {
            ledger = new Ledger(Path.of(config.require("ledger")));
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public Mono<CloudEvent> apply(CloudEvent input) {
        var event = SoakEvent.of(input.getId())
                .orElseThrow(() -> new FunctionException.Rejected("'" + input.getId() + "' is no id of a soak"));
        if (REFUSED.equals(input.getSubject())) {
            throw new FunctionException.Rejected("refused as asked");
        }
        return Mono.defer(() -> {
            write(Run.Phase.BEGAN, event);
            return moment().then(Mono.fromRunnable(() -> write(Run.Phase.ENDED, event)));
        });
    }

    private Mono<?> moment() {
        if (delayMillisMax == 0) {
            return Mono.empty();
        }
        var millis = exact ? delayMillisMax : ThreadLocalRandom.current().nextInt(delayMillisMax + 1);
        return Mono.delay(Duration.ofMillis(millis));
    }

    private void write(Run.Phase phase, SoakEvent event) {
        ledger.append(new Run(phase, event, pid, instance, System.currentTimeMillis()).line());
    }

    @Override
    public void close() throws IOException {
        ledger.close();
    }
}
