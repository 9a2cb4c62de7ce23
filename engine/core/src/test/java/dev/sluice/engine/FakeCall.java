package dev.sluice.engine;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.Call;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** A caller who waits, and what it was told. */
final class FakeCall implements Call {
    final RecordingSink answers = new RecordingSink();
    private final CloudEvent event;
    private final Duration patience;
    private volatile boolean accepted;
    private volatile boolean released;
    private volatile Throwable failure;

    FakeCall(String id) {
        this(Fixtures.event(id), Duration.ofSeconds(30));
    }

    FakeCall(CloudEvent event, Duration patience) {
        this.event = event;
        this.patience = patience;
    }

    boolean accepted() {
        return accepted;
    }

    boolean released() {
        return released;
    }

    /** What it was failed with; null when it was not. */
    Throwable failure() {
        return failure;
    }

    boolean settled() {
        return accepted || released || failure != null;
    }

    @Override
    public CloudEvent event() {
        return event;
    }

    @Override
    public String key() {
        return null;
    }

    @Override
    public int partition() {
        return -1;
    }

    @Override
    public long offset() {
        return -1;
    }

    @Override
    public int sizeBytes() {
        return 100;
    }

    @Override
    public Mono<Void> accept() {
        return Mono.fromRunnable(() -> accepted = true);
    }

    @Override
    public void release() {
        released = true;
    }

    @Override
    public AnswerSink answers() {
        return answers;
    }

    @Override
    public Duration patience() {
        return patience;
    }

    @Override
    public void fail(Throwable why) {
        failure = why;
    }
}
