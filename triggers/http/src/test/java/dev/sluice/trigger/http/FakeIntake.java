package dev.sluice.trigger.http;

import dev.sluice.broker.Call;
import dev.sluice.broker.Intake;
import io.cloudevents.CloudEvent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import reactor.core.publisher.Flux;

/** A function's entrance that does with each call what a test says; it leaves calls open unless told otherwise. */
final class FakeIntake implements Intake {
    final List<Call> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger cancelled = new AtomicInteger();
    private volatile Consumer<Call> run = call -> {};
    private volatile Admission.Refused refusal;

    FakeIntake running(Consumer<Call> told) {
        run = told;
        return this;
    }

    FakeIntake refusing(Admission.Refused told) {
        refusal = told;
        return this;
    }

    /** Answers each call with these events and accepts it. */
    FakeIntake answering(CloudEvent... answers) {
        return running(call -> Flux.fromArray(answers)
                .concatMap(answer -> call.answers().publish(answer, null))
                .then(call.accept())
                .subscribe(nothing -> {}, call::fail));
    }

    @Override
    public Admission submit(Call call) {
        if (refusal != null) {
            return refusal;
        }
        calls.add(call);
        run.accept(call);
        return (Admission.Admitted) cancelled::incrementAndGet;
    }
}
