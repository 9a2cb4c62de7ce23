package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Whom the watchdog blames for a loop that does not turn. */
class LoopWatchdogTest {
    /** Longer than the watchdog's limit and two of its looks. */
    private static final long LONG_MILLIS = 700;

    private final Logger logger = (Logger) LoggerFactory.getLogger(LoopWatchdog.class);
    private final Level level = logger.getLevel();
    private final SynchronousQueue<String> blame = new SynchronousQueue<>();
    private final EventLoops loops = new EventLoops(1, Runnable::run);
    private final Loop loop = loops.next();
    private volatile String warned = "";
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            if (event.getFormattedMessage().contains("LoopWatchdogTest.hold")) {
                warned = event.getFormattedMessage();
                blame.offer(warned);
            }
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(appender);
    }

    @AfterEach
    void close() {
        logger.detachAppender(appender);
        logger.setLevel(level);
        loops.close();
    }

    /** Holds the loop until the watchdog has warned, and no longer than it is given. */
    private void hold(long millis) {
        try {
            blame.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reactor's and the engine's own classes are loaded on the loop while a node starts: no function's fault. */
    @Test
    void blamesNobodyBeforeAFunctionRuns() throws Exception {
        var over = new CountDownLatch(1);

        loop.execute(() -> {
            hold(LONG_MILLIS);
            over.countDown();
        });

        assertThat(over.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(warned).isEmpty();
    }

    @Test
    void blamesTheFirstFunctionThatBlocksAndEachLaterOne() throws Exception {
        for (var run = 0; run < 2; run++) {
            warned = "";
            var first = run == 0;
            var over = new CountDownLatch(1);
            loop.execute(() -> {
                if (first) {
                    loop.serves();
                }
                hold(10_000);
                over.countDown();
            });

            assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(warned).contains("a reactive function must not block");
        }
    }

    @Test
    void servesOnceATryHasGotASlot() {
        var test = new TestDispatcher(Fixtures.function(Fixtures.blocking(text -> text), 1, Duration.ofSeconds(1)));
        test.attach(Fixtures.retries(0));
        test.run();
        assertThat(test.loop.served()).isFalse();

        test.source.offer("in");
        test.run();
        assertThat(test.loop.served()).isTrue();
    }

    /** The first look loads Java's management, for a third of a second on a busy machine. */
    @Test
    void looksAtTheCpusForTheFirstTimeWhereTheEngineIsMadeAndNotOnALoop() {
        var looks = new AtomicInteger();
        var load = new CpuLoad(() -> {
            looks.incrementAndGet();
            return 0.25;
        });
        assertThat(looks).hasValue(1);

        assertThat(load.getAsDouble()).isEqualTo(0.25);
        assertThat(looks).as("within the same second").hasValue(1);
    }
}
