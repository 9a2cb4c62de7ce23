package dev.sluice.load.soak;

import dev.sluice.function.FunctionConfig;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/** Writes the ids of the events that it gets, one a line. */
public final class Fires implements Consumer<CloudEvent> {
    private final Path ledger;

    /** Reads {@code ledger}, the path of a file that is there. */
    public Fires(FunctionConfig config) {
        this.ledger = Path.of(config.require("ledger"));
    }

    @Override
    public void accept(CloudEvent event) {
        try {
            Files.writeString(ledger, event.getId() + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
