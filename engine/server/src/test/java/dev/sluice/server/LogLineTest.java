package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {
    private final LoggerContext context = new LoggerContext();

    @Test
    void isOneLineWithTimeLevelAndShortName() {
        assertThat(line("dev.sluice.engine.Dispatcher", "all is well", null))
                .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} WARN  engine\\.Dispatcher: all is well\n");
    }

    @Test
    void escapesWhatWouldForgeALineOrMoveTheCursor() {
        assertThat(line("io.netty.x", "a\n12:00:00 INFO  fine\u001b[2J\r\u202Eb\u0085", null))
                .endsWith("io.netty.x: a\\n12:00:00 INFO  fine\\u001b[2J\\r\\u202eb\\u0085\n")
                .containsOnlyOnce("\n");
    }

    @Test
    void staysOneLineWithAnExceptionAndItsCause() {
        var error = new IllegalStateException("outer\nmessage", new IllegalArgumentException("inner"));

        assertThat(line("x", "failed", error))
                .contains("failed | java.lang.IllegalStateException: outer\\nmessage at ")
                .contains(" | caused by java.lang.IllegalArgumentException: inner at ")
                .containsOnlyOnce("\n");
    }

    @Test
    void cutsWhatIsTooLong() {
        assertThat(line("x", "y".repeat(100_000), null)).hasSizeLessThan(8_300).endsWith("…\n");
    }

    @Test
    void setsLevelsByNameAndLeavesOutWhatIsNone() {
        LogSetup.levels(context, "debug, io.netty=error ,nonsense=loud,root=info");

        assertThat(context.getLogger("dev.sluice").getLevel()).isEqualTo(Level.DEBUG);
        assertThat(context.getLogger("io.netty").getLevel()).isEqualTo(Level.ERROR);
        assertThat(context.getLogger("nonsense").getLevel()).isNull();
        assertThat(context.getLogger("ROOT").getLevel()).isEqualTo(Level.INFO);
    }

    private String line(String logger, String message, @Nullable Throwable error) {
        var event = new LoggingEvent("", context.getLogger(logger), Level.WARN, message, error, null);
        return new LogLine().doLayout(event);
    }
}
