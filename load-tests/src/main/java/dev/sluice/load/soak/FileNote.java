package dev.sluice.load.soak;

import dev.sluice.function.FunctionConfig;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The function of the files run: notes the event of each file in a ledger. */
public final class FileNote implements Consumer<CloudEvent>, AutoCloseable {
    private final Ledger ledger;

    /** Reads {@code ledger}, a path. */
    public FileNote(FunctionConfig config) {
        try {
            ledger = new Ledger(Path.of(config.require("ledger")));
        } catch (IOException e) {
            throw new UncheckedIOException("the ledger cannot be written", e);
        }
    }

    @Override
    public void accept(CloudEvent event) {
        ledger.append(event.getId());
    }

    @Override
    public void close() throws IOException {
        ledger.close();
    }
}
