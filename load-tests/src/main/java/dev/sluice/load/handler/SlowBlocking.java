package dev.sluice.load.handler;

import dev.sluice.function.FunctionConfig;
import dev.sluice.load.dial.Dial;
import io.cloudevents.CloudEvent;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Sleeps a fixed time on its thread for every event, then counts it; for ever once the dial was shut. */
public final class SlowBlocking implements Consumer<CloudEvent> {
    private final Dial dial;
    private final long millis;

    /** Reads {@code dial}, a path, and {@code millis}. */
    public SlowBlocking(FunctionConfig config) {
        dial = Dial.watch(Path.of(config.require("dial")));
        millis = Long.parseLong(config.require("millis"));
    }

    @Override
    public void accept(CloudEvent event) {
        try {
            if (!dial.awaitOpen()) {
                new CountDownLatch(1).await();
            }
            var since = System.nanoTime();
            Thread.sleep(millis);
            dial.took(System.nanoTime() - since);
            dial.add(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
