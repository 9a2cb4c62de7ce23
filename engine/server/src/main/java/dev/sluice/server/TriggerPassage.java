package dev.sluice.server;

import dev.sluice.deadletters.ReplayOrder;
import dev.sluice.engine.Replay;
import java.time.Duration;
import reactor.core.publisher.Mono;

/** Past events on their way through a trigger of the engine. */
record TriggerPassage(Replay replay) implements ReplayOrder.Passage {
    @Override
    public ReplayOrder.Counts counts() {
        var status = replay.status();
        return new ReplayOrder.Counts(
                status.done(),
                status.filtered(),
                status.deadLettered(),
                status.repeated(),
                status.dropped(),
                status.retried());
    }

    @Override
    public String trouble() {
        return replay.status().detail();
    }

    @Override
    public Mono<Void> end(Duration grace) {
        return replay.end(grace);
    }
}
