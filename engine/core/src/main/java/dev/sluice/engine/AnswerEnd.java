package dev.sluice.engine;

import io.cloudevents.CloudEvent;
import org.jspecify.annotations.Nullable;

/** Waits for the acknowledgement of one answer of a try. */
final class AnswerEnd extends FirstEnd {
    private final Attempt attempt;
    /** The answer, when the journal is told of it. */
    private final @Nullable CloudEvent told;

    AnswerEnd(Attempt attempt, @Nullable CloudEvent told) {
        this.attempt = attempt;
        this.told = told;
    }

    @Override
    void failed(Throwable why) {
        attempt.notPublished(why);
    }

    @Override
    void stored() {
        if (told != null) {
            attempt.pipeline.recorder.answered(attempt, told);
        }
        attempt.acknowledged();
    }
}
