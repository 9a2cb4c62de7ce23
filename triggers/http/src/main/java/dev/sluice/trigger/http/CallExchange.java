package dev.sluice.trigger.http;

import dev.sluice.broker.AnswerSink;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Call;
import dev.sluice.broker.Intake;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.http.HttpEvents;
import dev.sluice.cloudevents.http.Mode;
import dev.sluice.cloudevents.mappings.EventMapping;
import io.cloudevents.CloudEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Hands the request's event to a function and answers with what it answers. */
final class CallExchange extends BodyExchange {
    private static final Admission.Admitted GONE = () -> {};

    private final Intake intake;
    private final String source;
    private final @Nullable EventMapping adapter;
    /** The run to cancel when the client leaves; {@link #GONE} once it has left or was answered. */
    private final AtomicReference<Admission.@Nullable Admitted> run = new AtomicReference<>();

    /**
     * @param source the source of an event made of plain data
     * @param adapter makes one event, or none, of a request in a service's own form; null when requests are events
     */
    CallExchange(
            Desk desk,
            RouteKind kind,
            HttpServerRequest request,
            HttpServerResponse response,
            Intake intake,
            String source,
            @Nullable EventMapping adapter) {
        super(desk, kind, request, response);
        this.intake = intake;
        this.source = source;
        this.adapter = adapter;
    }

    @Override
    void received(byte[] whole) {
        var headers = request().requestHeaders();
        if (adapter != null) {
            var events = adapter.events(headers::get, whole);
            if (events.isEmpty()) {
                answer(204);
            } else {
                call(events.get(0));
            }
            return;
        }
        var mode = HttpEvents.mode(headers);
        if (mode == Mode.BATCH) {
            answer(Problem.of(415, "a call takes one event, not a batch"));
        } else if (mode == Mode.STRUCTURED) {
            call(desk().events().readStructured(whole));
        } else if (mode == Mode.PLAIN) {
            call(PlainData.event(source, headers, whole));
        } else {
            call(desk().events().readBinary(headers, whole));
        }
    }

    private void call(WireEvent event) {
        desk().meters().events(kind(), 1);
        var admission = intake.submit(new EventCall(event));
        if (admission instanceof Admission.Admitted admitted) {
            if (!run.compareAndSet(null, admitted) && clientHasLeft()) {
                admitted.cancel();
            }
        } else if (admission instanceof Admission.Refused refused) {
            var problem = Problem.of(refused.overload() ? 429 : 503, refused.reason());
            answer(problem.retryAfter(refused.retryAfterSeconds()));
        }
    }

    @Override
    void released(boolean clientLeft) {
        var admitted = run.getAndSet(GONE);
        if (clientLeft && admitted != null) {
            admitted.cancel();
        }
    }

    private void answer(List<WireEvent> answers) {
        var headers = request().requestHeaders();
        if (answers.isEmpty()) {
            answer(204);
        } else if (answers.size() > 1 && !HttpEvents.acceptsBatch(headers)) {
            answer(Problem.of(
                    406,
                    "the function gave " + answers.size()
                            + " answers: to get them, send Accept: application/cloudevents-batch+json"));
        } else if (claim()) {
            writeAtHome(() -> write(answers));
        }
    }

    private void write(List<WireEvent> answers) {
        var headers = request().requestHeaders();
        var out = response().responseHeaders();
        if (answers.size() > 1) {
            respond(200, desk().events().writeBatch(answers, out));
        } else if (HttpEvents.acceptsStructured(headers)) {
            respond(200, desk().events().writeStructured(answers.get(0), out));
        } else {
            respond(200, desk().events().writeBinary(answers.get(0), out));
        }
    }

    private final class EventCall implements Call, AnswerSink {
        /** In memory beside attributes and data: objects, headers of arrays. */
        private static final int OVERHEAD_BYTES = 256;

        private final WireEvent event;
        private final List<WireEvent> answers = new ArrayList<>(1);
        private long answerBytes;

        EventCall(WireEvent event) {
            this.event = event;
        }

        @Override
        public CloudEvent event() {
            return event;
        }

        @Override
        public @Nullable String key() {
            return event.text("partitionkey");
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
            return event.sizeBytes() + OVERHEAD_BYTES;
        }

        @Override
        public Duration patience() {
            return desk().limits().patience();
        }

        @Override
        public AnswerSink answers() {
            return this;
        }

        @Override
        public Mono<Void> publish(CloudEvent answer, @Nullable String key) {
            return Mono.defer(() -> take(answer));
        }

        private synchronized Mono<Void> take(CloudEvent answer) {
            var limits = desk().limits();
            var valid = WireEvent.of(answer);
            answerBytes += valid.sizeBytes();
            if (answers.size() == limits.answersMax() || answerBytes > limits.answerBytes()) {
                return Mono.error(new BrokerException.Refused(
                        "http",
                        "a call takes at most " + limits.answersMax() + " answers and " + limits.answerBytes()
                                + " bytes of them",
                        null));
            }
            answers.add(valid);
            return Mono.empty();
        }

        @Override
        public Mono<Void> accept() {
            return Mono.fromRunnable(() -> answer(taken()));
        }

        private synchronized List<WireEvent> taken() {
            return List.copyOf(answers);
        }

        @Override
        public void fail(Throwable why) {
            answer(Problem.of(why, 502, "the function failed"));
        }

        @Override
        public void release() {
            answer(Problem.draining());
        }
    }
}
