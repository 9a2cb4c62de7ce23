package dev.sluice.engine;

import static dev.sluice.engine.Fixtures.function;
import static dev.sluice.engine.Fixtures.reactive;
import static dev.sluice.engine.Fixtures.retries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.broker.Intake.Admission;
import dev.sluice.engine.FakeSource.State;
import dev.sluice.function.Initializable;
import dev.sluice.function.TypeRef;
import dev.sluice.function.TypedFunction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Start and end of handlers, what they may not do on an event loop, and data that does not fit, in a real engine. */
class FunctionLifecycleTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static final AtomicInteger MADE = new AtomicInteger();
    private static final AtomicInteger CLOSED = new AtomicInteger();
    private static volatile Sinks.One<Void> started = Sinks.one();
    private static final AtomicBoolean FAILS = new AtomicBoolean();

    @BeforeEach
    void reset() {
        MADE.set(0);
        CLOSED.set(0);
        FAILS.set(false);
        started = Sinks.one();
    }

    /** Ready once the test says so. */
    static final class Careful implements Function<String, Mono<String>>, Initializable, AutoCloseable {
        Careful() {
            // The first one only shows its shape.
            if (MADE.getAndIncrement() > 0 && FAILS.get()) {
                throw new IllegalStateException("no database");
            }
        }

        @Override
        public Mono<Void> start() {
            return started.asMono();
        }

        @Override
        public Mono<String> apply(String text) {
            return Mono.just(text);
        }

        @Override
        public void close() {
            CLOSED.incrementAndGet();
        }
    }

    private static FunctionCode careful() {
        try {
            return FunctionCode.of("careful", Careful::new);
        } catch (FunctionCodeException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void startsNoEventBeforeTheHandlerIsReady() {
        try (var test = new TestEngine(function(careful(), 1, LONG), retries(0))) {
            var event = test.source.offer("in");
            await().until(() -> event.state() == State.LENT);
            assertThat(test.function().state()).isEqualTo(FunctionStatus.State.STARTING);
            assertThat(test.function().runs()).isZero();

            started.tryEmitEmpty();
            await().until(event::accepted);
            assertThat(test.function().state()).isEqualTo(FunctionStatus.State.READY);
        }
    }

    @Test
    void closesHandlersWhenTheEngineDrains() {
        started.tryEmitEmpty();
        try (var test = new TestEngine(function(careful(), 1, LONG), retries(0))) {
            await().until(test.source.offer("in")::accepted);
            assertThat(CLOSED).hasValue(0);
        }
        assertThat(CLOSED).hasValue(1);
    }

    @Test
    void keepsEventsAndRefusesCallsWhileNoInstanceStarts() {
        FAILS.set(true);
        started.tryEmitEmpty();
        try (var test = new TestEngine(function(careful(), 1, LONG), retries(0))) {
            var event = test.source.offer("in");
            await().until(() -> test.function().state() == FunctionStatus.State.FAILED);
            assertThat(test.function().detail())
                    .startsWith("an instance does not start: ")
                    .endsWith("no database");
            var admission = test.engine.functionIntake("fn").submit(new FakeCall("call"));
            assertThat(admission).isInstanceOfSatisfying(Admission.Refused.class, refused -> {
                assertThat(refused.overload()).isFalse();
                assertThat(refused.reason()).startsWith("function 'fn' has no instance: ");
            });
            assertThat(event.accepted()).isFalse();

            FAILS.set(false);
            await().atMost(Duration.ofSeconds(10)).until(event::accepted);
            assertThat(test.function().state()).isEqualTo(FunctionStatus.State.READY);
            assertThat(test.function().detail()).isEmpty();
        }
    }

    @Test
    void closesAHandlerThatWasMadeButDidNotStart() {
        started.tryEmitError(new IllegalStateException("not now"));
        try (var test = new TestEngine(function(careful(), 1, LONG), retries(0))) {
            await().until(() -> test.function().state() == FunctionStatus.State.FAILED);
            await().until(() -> CLOSED.get() == 1);
            assertThat(test.function().detail()).endsWith("not now");
        }
    }

    /** Does not let go. */
    static final class Clinging implements Function<String, Mono<String>>, AutoCloseable {
        private static final CountDownLatch NEVER = new CountDownLatch(1);

        @Override
        public Mono<String> apply(String text) {
            return Mono.just(text);
        }

        @Override
        public void close() {
            try {
                NEVER.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void endsTheDrainThoughAHandlerDoesNotClose() {
        var code = Fixtures.code(new Clinging());
        var test = new TestEngine(function(code, 1, LONG), retries(0));
        await().until(test.source.offer("in")::accepted);

        test.engine.drain(Duration.ZERO).block(Duration.ofSeconds(8));
        assertThat(test.source.cancelled()).isTrue();
    }

    @Test
    void failsAFunctionThatBlocksByReactorOnTheEventLoopAtOnce() {
        var code = reactive(text -> {
            Mono.delay(Duration.ofSeconds(10)).block();
            return Mono.just(text);
        });
        try (var test = new TestEngine(function(code, 1, LONG), retries(0))) {
            await().until(test.source.offer("in")::accepted);

            assertThat(test.deadLetters.only().getExtension("dlerror").toString())
                    .startsWith(
                            "java.lang.IllegalStateException: block()/blockFirst()/blockLast() are blocking, which is"
                                    + " not supported in thread sluice-loop-");
        }
    }

    @Test
    void warnsWithTheStackWhenAFunctionBlocksTheEventLoop() {
        var warnings = new CopyOnWriteArrayList<String>();
        var logger = (Logger) LoggerFactory.getLogger(LoopWatchdog.class);
        var level = logger.getLevel();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                // On a busy machine the loop may be late for reasons of its own.
                if (event.getFormattedMessage().contains("FunctionLifecycleTest.blockUntilWarned")) {
                    warnings.add(event.getFormattedMessage());
                }
            }
        };
        appender.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(appender);
        try (var test =
                new TestEngine(function(reactive(FunctionLifecycleTest::blockUntilWarned), 1, LONG), retries(0))) {
            WARNED.set(warnings);
            var event = test.source.offer("in");
            await().atMost(Duration.ofSeconds(10)).until(event::accepted);

            assertThat(warnings).hasSize(1);
            assertThat(warnings.get(0))
                    .startsWith("event loop sluice-loop-")
                    .contains(" ms: a reactive function must not block; use a blocking shape\n\tat ");
            assertThat(test.answers.texts()).containsExactly("in");
            assertThat(test.trigger().done()).isEqualTo(1);
        } finally {
            logger.detachAppender(appender);
            logger.setLevel(level);
        }
    }

    private static final AtomicReference<List<String>> WARNED = new AtomicReference<>(List.of());

    /** Holds the loop for as long as the watchdog needs to notice, and for another look of it. */
    private static Mono<String> blockUntilWarned(String text) {
        var end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (WARNED.get().isEmpty() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
        return Mono.just(text);
    }

    @Test
    void deadLettersAnEventWhoseDataDoesNotFitAfterOneTry() {
        var runs = new AtomicInteger();
        var code = Fixtures.code(TypedFunction.of(new TypeRef<Function<JsonNode, Mono<JsonNode>>>() {}, node -> {
            runs.incrementAndGet();
            return Mono.just(node);
        }));
        try (var test = new TestEngine(function(code, 1, LONG), retries(5))) {
            await().until(test.source.offer(Fixtures.event("in", "{\"open\":"), null, 0)::accepted);

            var letter = test.deadLetters.only();
            assertThat(letter.getExtension("dlreason")).isEqualTo("undecodable");
            assertThat(letter.getExtension("dlattempts")).isEqualTo(1);
            assertThat(letter.getExtension("dlerror").toString())
                    .startsWith("BadInput: function 'fn' cannot take the event: its data is no JsonNode: ");
            assertThat(Fixtures.text(letter)).isEqualTo("{\"open\":");
            assertThat(runs).hasValue(0);
        }
    }
}
