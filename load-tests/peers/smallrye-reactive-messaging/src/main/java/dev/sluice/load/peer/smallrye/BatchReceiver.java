package dev.sluice.load.peer.smallrye;

import dev.sluice.load.dial.Dial;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Counts the events of a poll of the channel {@code events}. */
@ApplicationScoped
public class BatchReceiver {
    private Dial dial;

    @PostConstruct
    void open() {
        dial = Dial.watch(Path.of(System.getProperty("dial")));
    }

    /** Takes their data, which are acknowledged when the method returns. */
    @Incoming("events")
    public void count(List<byte[]> data) {
        dial.add(data.size());
    }
}
