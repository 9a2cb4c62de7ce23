package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.function.FunctionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("listens to what all dispatchers log")
class FailureLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);
    private final Level before = logger.getLevel();
    private final ListAppender<ILoggingEvent> told = new ListAppender<>();
    private final FailureLog log = new FailureLog("price", "price-orders");

    @BeforeEach
    void listen() {
        logger.setLevel(Level.WARN);
        told.start();
        logger.addAppender(told);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(told);
        logger.setLevel(before);
    }

    @Test
    void tellsTheStackOfAFailureOnceAMinuteForEachKind() {
        log.failed(new IllegalStateException("one"), 1, 0);
        log.failed(new IllegalStateException("two"), 2, TimeUnit.SECONDS.toNanos(59));
        log.failed(new IllegalArgumentException("other"), 1, TimeUnit.SECONDS.toNanos(59));
        log.failed(new IllegalStateException("three"), 3, TimeUnit.SECONDS.toNanos(60));

        assertThat(told.list)
                .extracting(event -> event.getThrowableProxy().getMessage())
                .containsExactly("one", "other", "three");
        assertThat(told.list.get(0).getFormattedMessage())
                .startsWith(
                        "function price failed, try 1 of an event of price-orders: java.lang.IllegalStateException");
        assertThat(told.list.get(0).getThrowableProxy().getStackTraceElementProxyArray())
                .isNotEmpty();
    }

    @Test
    void leavesRejectionsToTheirDeadLetters() {
        log.failed(new FunctionException.Rejected("bad order"), 1, 0);

        assertThat(told.list).isEmpty();
    }
}
