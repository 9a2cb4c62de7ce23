package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lines that Kafka's clients say again and again, as while no cluster is found. */
class RepeatFilterTest {
    private static final String CLIENTS = "org.apache.kafka.clients.ClientUtils";

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final LoggerContext context = new LoggerContext();
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void start() {
        lines.start();
        context.getLogger("ROOT").addAppender(lines);
        context.addTurboFilter(new RepeatFilter(now::get));
    }

    private Logger logger(String name) {
        return context.getLogger(name);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void tellsALineOnceAndAgainAfterHalfAMinute() {
        for (var second = 0; second < 65; second++) {
            logger(CLIENTS).warn("Couldn't resolve server {}", "nohost:9092");
            pass(Duration.ofSeconds(1));
        }

        assertThat(lines.list).hasSize(3);
    }

    @Test
    void tellsEachClientsLineAndEachOtherLine() {
        for (var i = 0; i < 2; i++) {
            logger(CLIENTS).warn("[Producer clientId=a] Bootstrap broker {} disconnected", "one:9092");
            logger(CLIENTS).warn("[Producer clientId=b] Bootstrap broker {} disconnected", "one:9092");
            logger(CLIENTS).warn("[Producer clientId=a] Bootstrap broker {} disconnected", "two:9092");
            logger("org.apache.kafka.clients.Other")
                    .warn("[Producer clientId=a] Bootstrap broker {} disconnected", "one:9092");
        }

        assertThat(lines.list).hasSize(4);
    }

    @Test
    void takesTheBrokersOwnTriesToConnectForRepeatsAsWell() {
        logger("dev.sluice.broker.kafka.Connector").warn("no Kafka client could be made");
        logger("dev.sluice.broker.kafka.Connector").warn("no Kafka client could be made");

        assertThat(lines.list).hasSize(1);
    }

    @Test
    void dropsNoOtherLoggersLinesAndNoErrors() {
        for (var i = 0; i < 3; i++) {
            logger("dev.sluice.engine.Dispatcher").warn("again");
            logger("org.apache.kafkaesque").warn("again");
            logger(CLIENTS).error("again");
        }

        assertThat(lines.list).hasSize(9);
    }

    @Test
    void leavesLoggersThatAreOffSilent() {
        logger(CLIENTS).setLevel(Level.OFF);
        logger(CLIENTS).warn("not told");
        logger(CLIENTS).setLevel(Level.WARN);
        logger(CLIENTS).warn("not told");

        assertThat(lines.list).as("told now, since it was not before").hasSize(1);
        assertThat(logger(CLIENTS).isWarnEnabled()).isTrue();
    }

    @Test
    void remembersSoManyLinesAndNoMore() {
        for (var i = 0; i <= RepeatFilter.LINES_MAX; i++) {
            logger(CLIENTS).warn("line {}", i);
        }
        logger(CLIENTS).warn("line {}", RepeatFilter.LINES_MAX);
        logger(CLIENTS).warn("line {}", 0);

        assertThat(lines.list).as("the oldest was forgotten").hasSize(RepeatFilter.LINES_MAX + 2);
    }

    @Test
    void isPartOfEveryProcessesLogging() {
        var ofProcess = new LoggerContext();
        new LogSetup().configure(ofProcess);
        ofProcess.getLogger("ROOT").detachAndStopAllAppenders();
        ofProcess.getLogger("ROOT").addAppender(lines);

        for (var i = 0; i < 16; i++) {
            ofProcess.getLogger(CLIENTS).warn("Couldn't resolve server {}", "nohost:9092");
        }

        assertThat(lines.list).hasSize(1);
    }
}
