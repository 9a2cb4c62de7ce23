package dev.sluice.load.peer.smallrye;

import dev.sluice.load.dial.Dial;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Counts an event of the channel {@code events}. */
@ApplicationScoped
public class RecordReceiver {
    private Dial dial;

    @PostConstruct
    void open() {
        dial = Dial.watch(Path.of(System.getProperty("dial")));
    }

    /** Takes its data, which is acknowledged when the method returns. */
    @Incoming("events")
    public void count(byte[] data) {
        dial.add(1);
    }
}
