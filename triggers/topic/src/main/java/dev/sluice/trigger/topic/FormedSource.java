package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** A source whose events are seen in a form. */
final class FormedSource implements EventSource {
    private final EventSource upstream;
    private final SourceForm form;
    private final int moreBytes;

    FormedSource(EventSource upstream, SourceForm form) {
        this.upstream = upstream;
        this.form = form;
        this.moreBytes = form.sizeBytes();
    }

    @Override
    public Flux<Delivery> receive() {
        return upstream.receive().map(delivery -> new FormedDelivery(delivery, form, moreBytes));
    }

    @Override
    public Flux<Revocation> revocations() {
        return upstream.revocations();
    }

    @Override
    public void pause(int partition) {
        upstream.pause(partition);
    }

    @Override
    public void resume(int partition) {
        upstream.resume(partition);
    }

    @Override
    public Lag lag() {
        return upstream.lag();
    }

    @Override
    public long skipped() {
        return upstream.skipped();
    }

    @Override
    public @Nullable SharedDemand sharedDemand() {
        return upstream.sharedDemand();
    }

    @Override
    public List<Trouble> troubles() {
        return upstream.troubles();
    }

    @Override
    public int fullPartitions() {
        return upstream.fullPartitions();
    }

    @Override
    public String toString() {
        return upstream.toString();
    }
}
