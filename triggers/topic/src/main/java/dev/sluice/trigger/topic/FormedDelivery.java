package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A delivery whose event is seen in a form. It is made when it is asked for; two threads that ask at once may both make
 * it, which does no harm as events can't change.
 */
final class FormedDelivery implements Delivery {
    private final Delivery upstream;
    private final SourceForm form;
    private final int moreBytes;
    private @Nullable CloudEvent event;

    FormedDelivery(Delivery upstream, SourceForm form, int moreBytes) {
        this.upstream = upstream;
        this.form = form;
        this.moreBytes = moreBytes;
    }

    @Override
    public CloudEvent event() {
        var formed = event;
        if (formed == null) {
            formed = form.of(upstream);
            event = formed;
        }
        return formed;
    }

    @Override
    public @Nullable String key() {
        return upstream.key();
    }

    @Override
    public int partition() {
        return upstream.partition();
    }

    @Override
    public long offset() {
        return upstream.offset();
    }

    @Override
    public int sizeBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (long) upstream.sizeBytes() + moreBytes);
    }

    @Override
    public Mono<Void> accept() {
        return upstream.accept();
    }

    @Override
    public void release() {
        upstream.release();
    }

    @Override
    public boolean takesDemand() {
        return upstream.takesDemand();
    }

    @Override
    public int triesBefore() {
        return upstream.triesBefore();
    }

    @Override
    public void triesBegun(int tries) {
        upstream.triesBegun(tries);
    }

    @Override
    public String toString() {
        return upstream.toString();
    }
}
